package dev.speechemotion.audio;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.speechemotion.audio.content.VoiceActivity;
import dev.speechemotion.audio.resampling.Resampler;
import java.lang.management.ManagementFactory;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What runs for every packet of every channel allocates nothing once it is warm. */
class AllocationTest {
  private static final int WARM_UP_CALLS = 20_000;
  private static final int CALLS = 10_000;

  /** Far below one object per call, above what the JVM itself does meanwhile. */
  private static final long ALLOWED_BYTES = 4 * CALLS;

  private final float[] packet = new float[960];
  private final float[] output = new float[20_000];
  private final byte[] payload = new byte[4 * packet.length];
  private int frames;

  @ParameterizedTest
  @EnumSource
  void shouldDecodeAndEncodeWithoutAllocating(AudioEncoding encoding) {
    assertNoAllocation(
        i -> {
          encoding.decode(payload, 0, 2, 100, packet, 0);
          encoding.encode(packet, 0, 100, payload, 0);
        });
  }

  @ParameterizedTest
  @CsvSource({"8000, 16000", "48000, 16000", "24414, 16000", "8000, 22050"})
  void shouldResampleWithoutAllocating(int inputRateHz, int outputRateHz) {
    Resampler resampler = new Resampler(inputRateHz, outputRateHz);

    assertNoAllocation(i -> resampler.process(packet, 0, 40 + i % 3, output, 0));
  }

  @Test
  void shouldCutFramesAndFindVoiceWithoutAllocating() {
    Framer framer = new Framer(512, 128);
    VoiceActivity voice = new VoiceActivity(62.5);
    Framer.FrameSink sink =
        (samples, offset, index) -> {
          voice.accept(samples, offset, 512);
          frames++;
        };

    assertNoAllocation(i -> framer.accept(packet, 0, 160, sink));

    assertThat(frames).isGreaterThan(CALLS);
  }

  private static void assertNoAllocation(IntConsumer call) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int i = 0; i < WARM_UP_CALLS; i++) {
      call.accept(i);
    }
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < CALLS; i++) {
      call.accept(i);
    }
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(ALLOWED_BYTES);
  }
}
