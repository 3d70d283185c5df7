package dev.speechemotion.features;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.speechemotion.features.fixture.Signals;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.features.window.WindowSink;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The warm path takes nothing from the heap, neither per frame nor per window. */
class AllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  static List<FeatureSpec> specs() {
    return FeatureSpec.NAMED;
  }

  @ParameterizedTest
  @MethodSource("specs")
  void shouldAllocateNothingPerFrame(FeatureSpec spec) {
    FeatureExtractor extractor = new FeatureExtractor(spec);
    float[] samples = Signals.bursts(spec.fftLength() * 4, spec.sampleRateHz(), 1);
    float[] features = new float[FeatureLayout.of(spec).frameFeatureCount()];

    long allocated =
        bytesAllocatedWarm(
            () -> {
              for (int offset = 0; offset + spec.fftLength() <= samples.length; offset += 64) {
                extractor.extract(samples, offset, features, 0);
              }
            });

    assertThat(allocated).isZero();
  }

  @ParameterizedTest(name = "{0} from {1} Hz")
  @CsvSource({
    "telephone-8k, 8000",
    "telephone-8k, 16000",
    "telephone-8k, 44100",
    "telephone-8k-extended, 8000",
    "wideband-16k-extended, 8000",
  })
  void shouldAllocateNothingPerChunkAndWindow(String spec, int inputRateHz) {
    ChannelAnalyzer analyzer =
        new ChannelAnalyzer(
            new FeatureExtractor(FeatureSpec.named(spec).orElseThrow()),
            new WindowSettings(300, 100),
            inputRateHz);
    float[] samples = Signals.bursts(inputRateHz, inputRateHz, 2);
    int chunk = inputRateHz / 50;
    long[] windows = new long[1];
    WindowSink sink = (beginMs, endMs, speechShare, features) -> windows[0]++;

    long allocated =
        bytesAllocatedWarm(
            () -> {
              for (int offset = 0; offset < samples.length; offset += chunk) {
                analyzer.accept(samples, offset, chunk, sink);
              }
            });

    assertThat(allocated).isZero();
    assertThat(windows[0]).isPositive();
  }

  /**
   * The least that 20 runs allocate in ten tries, once warm: the JVM itself now and then puts
   * something on a thread's account, but what the work allocates is there every time.
   */
  private static long bytesAllocatedWarm(Runnable work) {
    long thread = Thread.currentThread().getId();
    for (int i = 0; i < 50; i++) {
      work.run();
    }
    long least = Long.MAX_VALUE;
    for (int attempt = 0; attempt < 10; attempt++) {
      long before = THREADS.getThreadAllocatedBytes(thread);
      for (int i = 0; i < 20; i++) {
        work.run();
      }
      least = Math.min(least, THREADS.getThreadAllocatedBytes(thread) - before);
    }
    return least;
  }
}
