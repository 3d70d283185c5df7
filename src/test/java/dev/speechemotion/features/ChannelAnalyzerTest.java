package dev.speechemotion.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.features.fixture.AnalyzerState;
import dev.speechemotion.features.fixture.Signals;
import dev.speechemotion.features.spec.FeatureGroup;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.Statistic;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.features.window.WindowSink;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelAnalyzerTest {
  private static final FeatureSpec SPEC = FeatureSpec.TELEPHONE_8K;
  private static final FeatureSpec ALL_GROUPS =
      new FeatureSpec(
          "all groups",
          8_000,
          512,
          100,
          40,
          20,
          12,
          4,
          200,
          0.02,
          List.of(FeatureGroup.values()),
          List.of(Statistic.values()));

  /** The same as bits, so that two lists are equal only if every bit is. */
  private record Window(long beginMs, long endMs, int speechShareBits, List<Integer> featureBits) {}

  private static final class Windows extends ArrayList<Window> implements WindowSink {
    private static final long serialVersionUID = 1L;

    @Override
    public void window(long beginMs, long endMs, float speechShare, float[] features) {
      assertThat(speechShare).isBetween(0f, 1f);
      for (float feature : features) {
        assertThat(feature).isFinite();
      }
      add(bits(beginMs, endMs, speechShare, features));
    }

    List<String> times() {
      return stream().map(window -> window.beginMs + "-" + window.endMs).toList();
    }
  }

  @ParameterizedTest(name = "{0} samples: {1}")
  @CsvSource({
    // Without a whole frame there is no window.
    "     0, ''",
    "   511, ''",
    // Shorter than a window: what there is.
    "   512, 0-64",
    " 16000, 0-2000",
    " 23999, 0-3000",
    " 23991, 0-2999",
    // Exact multiples: no window beyond the last full one.
    " 24000, 0-3000",
    " 32000, 0-3000 1000-4000",
    " 48000, 0-3000 1000-4000 2000-5000 3000-6000",
    // Too little beyond for a frame with its center there: 256 samples less one, and less a hop.
    " 24008, 0-3000",
    " 24192, 0-3000",
    // The first frame with its center beyond 3 s is number 186, center 24064, end 24320.
    " 24319, 0-3000",
    " 24320, 0-3000 1000-3040",
    " 28000, 0-3000 1000-3500",
    " 31999, 0-3000 1000-4000",
    " 36000, 0-3000 1000-4000 2000-4500",
  })
  void shouldEndAWindowEveryHopAndTheLastOneWithTheAudio(int sampleCount, String expected) {
    float[] samples = Signals.bursts(sampleCount, SPEC.sampleRateHz(), 1);

    Windows windows = analyze(samples, SPEC, WindowSettings.DEFAULT, SPEC.sampleRateHz());

    assertThat(String.join(" ", windows.times())).isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0} ms every {1} ms: {2}")
  @CsvSource({
    "1000, 1000, 0-1000 1000-2000 2000-2500",
    "1000,  500, 0-1000 500-1500 1000-2000 1500-2500",
    "2500,  500, 0-2500",
    "2600,  100, 0-2500",
    "2400,  100, 0-2400 100-2500",
  })
  void shouldFollowTheSettings(int lengthMs, int hopMs, String expected) {
    float[] samples = Signals.bursts(20_000, SPEC.sampleRateHz(), 1);

    Windows windows =
        analyze(samples, SPEC, new WindowSettings(lengthMs, hopMs), SPEC.sampleRateHz());

    assertThat(String.join(" ", windows.times())).isEqualTo(expected);
  }

  @Test
  void shouldHandOutAWindowAsSoonAsItsLastFrameIsThere() {
    // Frame 185 is the last one with its center (23,936) before 3 s; it ends with sample 24,191.
    float[] samples = Signals.bursts(24_192, SPEC.sampleRateHz(), 1);
    ChannelAnalyzer analyzer =
        new ChannelAnalyzer(new FeatureExtractor(SPEC), WindowSettings.DEFAULT, 8_000);
    Windows windows = new Windows();

    analyzer.accept(samples, 0, 24_191, windows);
    assertThat(windows).isEmpty();

    analyzer.accept(samples, 24_191, 1, windows);
    assertThat(windows.times()).containsExactly("0-3000");
    assertThat(analyzer.sampleCount()).isEqualTo(24_192);
  }

  static Stream<Arguments> grids() {
    FeatureSpec sparse = new FeatureSpec("sparse", 8_000, 4096, 4096, 40, 13, 12, 4, 200, 0.02);
    return Stream.of(
        Arguments.of(FeatureSpec.TELEPHONE_8K, WindowSettings.DEFAULT, 60_123),
        Arguments.of(FeatureSpec.WIDEBAND_16K, new WindowSettings(700, 100), 50_001),
        Arguments.of(FeatureSpec.LIBROSA_22K, new WindowSettings(2_331, 333), 99_999),
        // Frames further apart than windows: some windows have none and are left out.
        Arguments.of(sparse, new WindowSettings(100, 100), 50_000),
        Arguments.of(sparse, new WindowSettings(300, 100), 50_000));
  }

  @ParameterizedTest
  @MethodSource("grids")
  void shouldGiveTheMeansOfTheFramesWhoseCentersLieWithin(
      FeatureSpec spec, WindowSettings settings, int sampleCount) {
    float[] samples = Signals.bursts(sampleCount, spec.sampleRateHz(), 2);

    List<Window> windows = analyze(samples, spec, settings, spec.sampleRateHz());

    assertThat(windows.stream().map(Window::beginMs)).doesNotHaveDuplicates();
    assertThat(windows).isNotEmpty();
    FeatureExtractor extractor = new FeatureExtractor(spec);
    float[] frame = new float[FeatureLayout.of(spec).frameFeatureCount()];
    long coveredTo = 0;
    for (Window window : windows) {
      double[] sums = new double[frame.length];
      int count = 0;
      for (int begin = 0; begin + spec.fftLength() <= sampleCount; begin += spec.hopLength()) {
        long center = begin + spec.fftLength() / 2;
        if (center >= Math.round(window.beginMs * (spec.sampleRateHz() / 1000.0))
            && center < Math.round(window.endMs * (spec.sampleRateHz() / 1000.0))) {
          extractor.extract(samples, begin, frame, 0);
          for (int i = 0; i < frame.length; i++) {
            sums[i] += frame[i];
          }
          count++;
          coveredTo = Math.max(coveredTo, center);
        }
      }
      assertThat(count).isPositive();
      for (int i = 0; i < frame.length; i++) {
        float mean = Float.intBitsToFloat(window.featureBits.get(i));
        assertThat((double) mean).isCloseTo(sums[i] / count, within(1e-4));
      }
    }
    int lastFrame = (sampleCount - spec.fftLength()) / spec.hopLength();
    assertThat(coveredTo)
        .as("center of the last frame that a window held")
        .isEqualTo((long) lastFrame * spec.hopLength() + spec.fftLength() / 2);
  }

  static Stream<Arguments> rates() {
    return Stream.of(
        Arguments.of(FeatureSpec.TELEPHONE_8K, 8_000),
        Arguments.of(FeatureSpec.TELEPHONE_8K, 16_000),
        Arguments.of(FeatureSpec.WIDEBAND_16K, 16_000),
        Arguments.of(FeatureSpec.WIDEBAND_16K, 24_414),
        Arguments.of(FeatureSpec.LIBROSA_22K, 22_050),
        Arguments.of(FeatureSpec.LIBROSA_22K, 8_000),
        Arguments.of(FeatureSpec.TELEPHONE_8K_EXTENDED, 8_000),
        Arguments.of(FeatureSpec.TELEPHONE_8K_EXTENDED, 16_000),
        Arguments.of(FeatureSpec.WIDEBAND_16K_EXTENDED, 16_000),
        Arguments.of(ALL_GROUPS, 8_000));
  }

  /** 25 cases for each spec and rate. */
  @ParameterizedTest
  @MethodSource("rates")
  void shouldGiveTheSameBitsForAnyChunking(FeatureSpec spec, int inputRateHz) {
    FeatureExtractor extractor = new FeatureExtractor(spec);
    int chunks = 0;
    for (int seed = 0; seed < 25; seed++) {
      Random random = new Random(seed);
      float[] samples =
          Signals.bursts((int) (inputRateHz * 2.5 * random.nextDouble()), inputRateHz, seed);
      WindowSettings settings = new WindowSettings(600, 200);
      List<Window> whole = analyze(samples, spec, settings, inputRateHz);

      Windows chunked = new Windows();
      ChannelAnalyzer analyzer = new ChannelAnalyzer(extractor, settings, inputRateHz);
      // From single samples (the first seed) to about the whole recording.
      int longest = seed == 0 ? 1 : 1 + (int) Math.pow(samples.length + 1.0, random.nextDouble());
      for (int at = 0; at < samples.length; ) {
        int count = Math.min(samples.length - at, 1 + random.nextInt(longest));
        analyzer.accept(samples, at, count, chunked);
        at += count;
        chunks++;
      }
      analyzer.finish(chunked);

      assertThat(chunked).as("seed %d, chunks up to %d", seed, longest).isEqualTo(whole);
    }
    System.out.printf(
        "%s from %d Hz: 25 recordings in %d chunks%n", spec.name(), inputRateHz, chunks);
  }

  /** 25 cases for each spec and rate, with about 10 restarts each. */
  @ParameterizedTest
  @MethodSource("rates")
  void shouldGiveTheSameBitsAfterAnyRestart(FeatureSpec spec, int inputRateHz) throws IOException {
    int restarts = 0;
    for (int seed = 100; seed < 125; seed++) {
      Random random = new Random(seed);
      float[] samples = Signals.bursts(1 + random.nextInt(inputRateHz * 2), inputRateHz, seed);
      WindowSettings settings = new WindowSettings(600, 200);
      List<Window> undisturbed = analyze(samples, spec, settings, inputRateHz);

      Windows restarted = new Windows();
      FeatureExtractor extractor = new FeatureExtractor(spec);
      ChannelAnalyzer analyzer = new ChannelAnalyzer(extractor, settings, inputRateHz);
      int longest = 1 + samples.length / 5;
      for (int at = 0; at < samples.length; ) {
        int count = Math.min(samples.length - at, 1 + random.nextInt(longest));
        analyzer.accept(samples, at, count, restarted);
        at += count;
        byte[] state = AnalyzerState.write(analyzer);
        analyzer = new ChannelAnalyzer(extractor, settings, inputRateHz);
        AnalyzerState.read(analyzer, state);
        assertThat(AnalyzerState.write(analyzer)).as("state written again").isEqualTo(state);
        assertThat(analyzer.sampleCount()).isEqualTo(at);
        restarts++;
      }
      analyzer.finish(restarted);

      assertThat(restarted).as("seed %d", seed).isEqualTo(undisturbed);
    }
    System.out.printf(
        "%s from %d Hz: 25 recordings with %d restarts%n", spec.name(), inputRateHz, restarts);
  }

  @Test
  void shouldNotMixChannelsThatShareAnExtractor() {
    FeatureExtractor extractor = new FeatureExtractor(SPEC);
    WindowSettings settings = new WindowSettings(600, 200);
    int[] rates = {8_000, 16_000, 44_100};
    List<float[]> recordings = new ArrayList<>();
    List<ChannelAnalyzer> analyzers = new ArrayList<>();
    List<Windows> interleaved = new ArrayList<>();
    for (int i = 0; i < rates.length; i++) {
      recordings.add(Signals.bursts(2 * rates[i], rates[i], i));
      analyzers.add(new ChannelAnalyzer(extractor, settings, rates[i]));
      interleaved.add(new Windows());
    }

    // Chunks of 20 ms in turn.
    for (int chunk = 0; chunk < 100; chunk++) {
      for (int i = 0; i < rates.length; i++) {
        int count = rates[i] / 50;
        analyzers.get(i).accept(recordings.get(i), chunk * count, count, interleaved.get(i));
      }
    }
    for (int i = 0; i < rates.length; i++) {
      analyzers.get(i).finish(interleaved.get(i));
    }

    for (int i = 0; i < rates.length; i++) {
      assertThat(interleaved.get(i))
          .isEqualTo(analyze(recordings.get(i), SPEC, settings, rates[i]));
    }
  }

  @ParameterizedTest(name = "{0} Hz")
  @CsvSource({"16000", "24414", "44100", "48000", "8000", "96000"})
  void shouldCountMediaTimeAtTheInputRate(int inputRateHz) {
    float[] samples = Signals.bursts(inputRateHz * 7 / 2, inputRateHz, 3);

    Windows windows = analyze(samples, SPEC, WindowSettings.DEFAULT, inputRateHz);

    assertThat(windows.times()).containsExactly("0-3000", "1000-3500");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"telephone-8k", "telephone-8k-extended", "telephone-8k-logmel", "encoder-16k"})
  void shouldHandOutTheSameWhereAVectorBeforeWasNotLookedAt(String name) {
    FeatureExtractor extractor = new FeatureExtractor(FeatureSpec.named(name).orElseThrow());
    float[] samples = Signals.bursts(60_000, 8_000, 4);
    List<Window> all = new ArrayList<>();
    List<Window> some = new ArrayList<>();
    boolean[] looks = {true};
    WindowSink lookingAtEachSecond =
        new WindowSink() {
          @Override
          public boolean looksAtFeatures(float speechShare) {
            looks[0] = !looks[0];
            return looks[0];
          }

          @Override
          public void window(long beginMs, long endMs, float speechShare, float[] features) {
            some.add(bits(beginMs, endMs, speechShare, looks[0] ? features : new float[0]));
          }
        };

    for (WindowSink sink :
        List.of(
            lookingAtEachSecond,
            (begin, end, share, features) -> all.add(bits(begin, end, share, features)))) {
      ChannelAnalyzer analyzer = new ChannelAnalyzer(extractor, WindowSettings.DEFAULT, 8_000);
      analyzer.accept(samples, 0, samples.length, sink);
      analyzer.finish(sink);
    }

    assertThat(some).hasSameSizeAs(all).hasSizeGreaterThan(4);
    for (int i = 0; i < all.size(); i++) {
      Window whole = all.get(i);
      List<Integer> features = i % 2 == 0 ? List.of() : whole.featureBits;
      assertThat(some.get(i))
          .isEqualTo(new Window(whole.beginMs, whole.endMs, whole.speechShareBits, features));
    }
  }

  private static Window bits(long beginMs, long endMs, float speechShare, float[] features) {
    List<Integer> bits = new ArrayList<>();
    for (float feature : features) {
      bits.add(Float.floatToRawIntBits(feature));
    }
    return new Window(beginMs, endMs, Float.floatToRawIntBits(speechShare), bits);
  }

  @Test
  void shouldRefuseAStateOfOtherSettings() throws IOException {
    FeatureExtractor extractor = new FeatureExtractor(SPEC);
    byte[] state =
        AnalyzerState.write(new ChannelAnalyzer(extractor, WindowSettings.DEFAULT, 8_000));

    List<ChannelAnalyzer> others =
        List.of(
            new ChannelAnalyzer(extractor, WindowSettings.DEFAULT, 16_000),
            new ChannelAnalyzer(extractor, new WindowSettings(3_000, 500), 8_000),
            new ChannelAnalyzer(
                new FeatureExtractor(FeatureSpec.WIDEBAND_16K), WindowSettings.DEFAULT, 8_000));

    for (ChannelAnalyzer other : others) {
      assertThatThrownBy(() -> AnalyzerState.read(other, state))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another feature spec, windows or sampling rate");
    }
  }

  @Test
  void shouldRefuseAStateThatIsCutOff() throws IOException {
    FeatureExtractor extractor = new FeatureExtractor(SPEC);
    ChannelAnalyzer analyzer = new ChannelAnalyzer(extractor, WindowSettings.DEFAULT, 16_000);
    analyzer.accept(Signals.bursts(20_000, 16_000, 4), 0, 20_000, new Windows());
    byte[] state = AnalyzerState.write(analyzer);

    for (int length = 0; length < state.length; length += 7) {
      byte[] cut = Arrays.copyOf(state, length);
      ChannelAnalyzer restored = new ChannelAnalyzer(extractor, WindowSettings.DEFAULT, 16_000);
      assertThatThrownBy(() -> AnalyzerState.read(restored, cut))
          .as("cut to %d of %d bytes", length, state.length)
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void shouldKeepTheStateOfAChannelSmall() throws IOException {
    ChannelAnalyzer analyzer =
        new ChannelAnalyzer(new FeatureExtractor(SPEC), WindowSettings.DEFAULT, 8_000);
    analyzer.accept(Signals.bursts(80_000, 8_000, 5), 0, 80_000, new Windows());

    assertThat(AnalyzerState.write(analyzer).length).isLessThan(4_096);
  }

  @ParameterizedTest
  @CsvSource({"telephone-8k-extended, 8000", "wideband-16k-extended, 16000"})
  void shouldKeepTheStateOfAnExtendedChannelBelow15Kilobytes(String name, int rateHz)
      throws IOException {
    FeatureSpec spec = FeatureSpec.named(name).orElseThrow();
    float[] speech = ReferenceRecording.named("emodb-03a01Fa-" + rateHz).samples();
    for (float[] samples :
        List.of(
            Signals.bursts(rateHz, rateHz, 5),
            Signals.noise(rateHz, 0.5, 6),
            Signals.silence(rateHz),
            speech)) {
      ChannelAnalyzer analyzer =
          new ChannelAnalyzer(new FeatureExtractor(spec), WindowSettings.DEFAULT, rateHz);
      Windows windows = new Windows();
      // The state is largest just before a window ends.
      int largest = 0;
      for (int at = 0; at < 5 * rateHz; at += rateHz / 50) {
        int from = at % (samples.length - rateHz / 50);
        analyzer.accept(samples, from, rateHz / 50, windows);
        largest = Math.max(largest, AnalyzerState.write(analyzer).length);
      }
      System.out.printf("%s: %d bytes of state%n", name, largest);

      assertThat(largest).isLessThan(15_000);
    }
  }

  @ParameterizedTest
  @CsvSource({"0", "-8000", "7999", "96001", "1000000000"})
  void shouldRefuseRatesOutOfRange(int inputRateHz) {
    FeatureExtractor extractor = new FeatureExtractor(SPEC);

    assertThatThrownBy(() -> new ChannelAnalyzer(extractor, WindowSettings.DEFAULT, inputRateHz))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Windows analyze(
      float[] samples, FeatureSpec spec, WindowSettings settings, int inputRateHz) {
    ChannelAnalyzer analyzer =
        new ChannelAnalyzer(new FeatureExtractor(spec), settings, inputRateHz);
    Windows windows = new Windows();
    analyzer.accept(samples, 0, samples.length, windows);
    analyzer.finish(windows);
    return windows;
  }

  @ParameterizedTest
  @CsvSource({
    "8000, telephone-8k-extended",
    "11025, telephone-8k-extended",
    "16000, wideband-16k-extended",
    "44100, wideband-16k-extended",
    "48000, encoder-16k",
    "8000, encoder-16k"
  })
  void shouldSayHowManySamplesCompleteNoWindow(int rateHz, String spec) {
    ChannelAnalyzer analyzer =
        new ChannelAnalyzer(
            new FeatureExtractor(FeatureSpec.named(spec).orElseThrow()),
            WindowSettings.DEFAULT,
            rateHz);
    float[] noise = new float[rateHz];
    Random random = new Random(1);
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (float) random.nextGaussian() / 10;
    }
    List<Long> ends = new ArrayList<>();
    WindowSink sink = (beginMs, endMs, speechShare, features) -> ends.add(endMs);

    for (int window = 0; window < 5; window++) {
      for (long left = analyzer.samplesBeforeWindow(); left > 0; ) {
        int count = (int) Math.min(left, noise.length);
        analyzer.accept(noise, 0, count, sink);
        left -= count;
        assertThat(analyzer.samplesBeforeWindow()).isEqualTo(left);
      }
      assertThat(ends).hasSize(window);
      // Nor is it far from the end: half a frame, and what the filters hold back.
      analyzer.accept(noise, 0, rateHz / 4, sink);
      assertThat(ends).hasSize(window + 1);
    }
  }
}
