package dev.speechemotion.features.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioFiles;
import dev.speechemotion.features.ChannelAnalyzer;
import dev.speechemotion.features.FeatureExtractor;
import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.features.dsp.MelFilterBank;
import dev.speechemotion.features.fixture.AnalyzerState;
import dev.speechemotion.features.fixture.Recordings;
import dev.speechemotion.features.fixture.Signals;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Windows whose vectors are what the pretrained encoder takes. */
class EncoderFramesTest {
  private static final FeatureSpec SPEC = FeatureSpec.ENCODER_16K;
  private static final int RATE = SPEC.sampleRateHz();
  private static final int BANDS = SPEC.melBands();
  private static final Path REFERENCE = Path.of("src/test/resources/reference");

  /** Half a step of the codes, as it comes out; and a little for the bands of several codes. */
  private static final double STEP = 0.5 / 512 / 4 + 1e-6;

  private static final int MOST_STATE_BYTES = 40_000;

  private record Window(long beginMs, long endMs, float speechShare, float[] features) {
    int frames() {
      int frames = 0;
      while (frames < SPEC.windowFrames() && !Float.isNaN(features[frames * BANDS])) {
        frames++;
      }
      return frames;
    }

    List<Object> bits() {
      List<Object> bits = new ArrayList<>(List.of(beginMs, endMs, speechShare));
      for (float feature : features) {
        bits.add(Float.floatToRawIntBits(feature));
      }
      return bits;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"emodb-03a01Fa-16000", "chirp-16000", "noise-16000", "silence-16000"})
  void shouldAgreeWithTheReference(String name) throws IOException {
    AudioClip clip = AudioFiles.read(REFERENCE.resolve(name + ".wav"));
    JsonNode reference =
        new ObjectMapper()
            .readTree(REFERENCE.resolve("encoder/" + name + ".encoder.json").toFile());
    float[] samples = Arrays.copyOf(clip.mono(), reference.get("samples").intValue());

    Window window = windows(samples, RATE, WindowSettings.DEFAULT).get(0);

    assertThat(window.frames()).isEqualTo(reference.at("/mel/shape/1").intValue());
    for (int band = 0; band < BANDS; band++) {
      assertThat(window.features[10 * BANDS + band])
          .as("band %d", band)
          .isCloseTo((float) reference.at("/mel/frame10/" + band).doubleValue(), within(1e-3f));
    }
  }

  /** Larger offsets are taken out before there are frames. */
  @ParameterizedTest(name = "{0} ms every {1} ms, offset {2}")
  @CsvSource({
    "3000, 1000, 0",
    "3000, 1000, 0.0009",
    "1000, 1000, 0",
    "2000, 500, -0.0009",
    "300, 100, 0",
  })
  void shouldBeWhatThePlainComputationGives(int lengthMs, int hopMs, float offset) {
    float[] samples = Signals.bursts(4 * RATE + 5_432, RATE, 1);
    for (int i = 0; i < samples.length; i++) {
      samples[i] += offset;
    }

    List<Window> windows = windows(samples, RATE, new WindowSettings(lengthMs, hopMs));

    assertThat(windows).hasSizeGreaterThan(1);
    for (Window window : windows) {
      int begin = (int) window.beginMs * RATE / 1000;
      int end = Math.min((int) window.endMs * RATE / 1000, samples.length);
      int length = (end - begin) / 320 * 320;
      double[][] expected = plain(Arrays.copyOfRange(samples, begin, begin + length));
      assertThat(window.frames()).isEqualTo(expected.length);
      for (int frame = 0; frame < expected.length; frame++) {
        for (int band = 0; band < BANDS; band++) {
          assertThat((double) window.features[frame * BANDS + band])
              .as("%d ms, frame %d, band %d", window.beginMs, frame, band)
              .isCloseTo(expected[frame][band], within(STEP));
        }
      }
    }
  }

  /** The definition, in the order in which it is written down. */
  private static double[][] plain(float[] samples) {
    double mean = 0;
    for (float sample : samples) {
      mean += sample / (double) samples.length;
    }
    double variance = 0;
    for (float sample : samples) {
      variance += (sample - mean) * (sample - mean) / samples.length;
    }
    int frames = samples.length / 160;
    double[][] bands = new double[frames][BANDS];
    double[] power = new double[201];
    MelFilterBank filterBank = new MelFilterBank(RATE, 400, BANDS);
    double loudest = -10;
    for (int frame = 0; frame < frames; frame++) {
      for (int k = 0; k <= 200; k++) {
        double re = 0;
        double im = 0;
        for (int i = 0; i < 400; i++) {
          int at = Math.abs(frame * 160 - 200 + i);
          at = at < samples.length ? at : 2 * (samples.length - 1) - at;
          double angle = 2 * Math.PI * (i * k % 400) / 400;
          double value =
              (0.5 - 0.5 * Math.cos(2 * Math.PI * i / 400))
                  * (samples[at] - mean)
                  / Math.sqrt(variance + 1e-7);
          re += value * Math.cos(angle);
          im -= value * Math.sin(angle);
        }
        power[k] = re * re + im * im;
      }
      filterBank.apply(power, bands[frame]);
      for (int band = 0; band < BANDS; band++) {
        bands[frame][band] = Math.log10(Math.max(1e-10, bands[frame][band]));
        loudest = Math.max(loudest, bands[frame][band]);
      }
    }
    for (double[] row : bands) {
      for (int band = 0; band < BANDS; band++) {
        row[band] = (Math.max(row[band], loudest - 8) + 4) / 4;
      }
    }
    return bands;
  }

  @ParameterizedTest
  @ValueSource(ints = {8_000, 16_000, 44_100})
  void shouldGiveTheSameBitsHoweverTheAudioIsCutAndAfterAnyRestart(int rateHz) throws IOException {
    float[] samples = Signals.bursts(5 * rateHz + 1_234, rateHz, 2);
    List<Window> expected = windows(samples, rateHz, WindowSettings.DEFAULT);

    for (int seed = 0; seed < 4; seed++) {
      Random random = new Random(seed);
      List<Window> windows = new ArrayList<>();
      WindowSink sink = sink(windows);
      FeatureExtractor extractor = new FeatureExtractor(SPEC);
      ChannelAnalyzer analyzer = new ChannelAnalyzer(extractor, WindowSettings.DEFAULT, rateHz);
      int most = seed == 0 ? 200 : 1 << 3 + 4 * seed;
      for (int from = 0; from < samples.length; ) {
        int count = Math.min(samples.length - from, 1 + random.nextInt(most));
        analyzer.accept(samples, from, count, sink);
        from += count;
        if (random.nextInt(most) < 40) {
          byte[] state = AnalyzerState.write(analyzer);
          analyzer = new ChannelAnalyzer(extractor, WindowSettings.DEFAULT, rateHz);
          AnalyzerState.read(analyzer, state);
          assertThat(AnalyzerState.write(analyzer)).isEqualTo(state);
        }
      }
      analyzer.finish(sink);

      assertThat(bits(windows)).isEqualTo(bits(expected));
    }
  }

  private static List<List<Object>> bits(List<Window> windows) {
    return windows.stream().map(Window::bits).toList();
  }

  /** That of a model on 421 statistics is below 20 kB; frames for the encoder need more. */
  @Test
  void shouldKeepTheStateOfAChannelSmall() throws IOException {
    int most = 0;
    long sum = 0;
    int count = 0;
    for (int rateHz : new int[] {8_000, 16_000, 48_000}) {
      List<float[]> recordings = new ArrayList<>();
      recordings.add(Signals.noise(4 * rateHz, 0.5, 1));
      recordings.add(Signals.bursts(4 * rateHz, rateHz, 1));
      for (Path file : Recordings.bundled()) {
        recordings.add(Recordings.samples(file, rateHz));
      }
      FeatureExtractor extractor = new FeatureExtractor(SPEC);
      ChannelAnalyzer analyzer = new ChannelAnalyzer(extractor, WindowSettings.DEFAULT, rateHz);
      for (float[] samples : recordings) {
        int chunk = rateHz / 10;
        for (int from = 0; from + chunk <= samples.length; from += chunk) {
          analyzer.accept(samples, from, chunk, (begin, end, share, features) -> {});
          int bytes = AnalyzerState.write(analyzer).length;
          most = Math.max(most, bytes);
          sum += bytes;
          count++;
        }
      }
    }
    System.out.printf("a channel's state: %d bytes in the mean, %d at most%n", sum / count, most);
    assertThat(most).isLessThan(MOST_STATE_BYTES);
  }

  @Test
  void shouldTellSpeechAsTheStatisticsOfWidebandDo() throws IOException {
    int compared = 0;
    for (Path file : Recordings.bundled()) {
      float[] samples = Recordings.samples(file, RATE);
      List<Window> windows = windows(samples, RATE, WindowSettings.DEFAULT);
      List<Window> others = new ArrayList<>();
      ChannelAnalyzer analyzer =
          new ChannelAnalyzer(
              new FeatureExtractor(FeatureSpec.WIDEBAND_16K_EXTENDED),
              WindowSettings.DEFAULT,
              RATE);
      analyzer.accept(samples, 0, samples.length, sink(others));
      analyzer.finish(sink(others));
      for (int i = 0; i < Math.min(windows.size(), others.size()); i++) {
        assertThat(windows.get(i).speechShare).isCloseTo(others.get(i).speechShare, within(0.05f));
        compared++;
      }
    }
    assertThat(compared).isPositive();
  }

  @ParameterizedTest(name = "{0} samples: {1}")
  @CsvSource({
    "0, ''",
    "639, ''",
    "640, 0-40",
    "48000, 0-3000",
    "48319, 0-3000",
    "48320, 0-3000 1000-3020",
    "64000, 0-3000 1000-4000",
  })
  void shouldEndAWindowEveryHopAndTheLastOneWithTheAudio(int sampleCount, String expected) {
    float[] samples = Signals.bursts(sampleCount, RATE, 3);

    List<String> times =
        windows(samples, RATE, WindowSettings.DEFAULT).stream()
            .map(window -> window.beginMs + "-" + window.endMs)
            .toList();

    assertThat(String.join(" ", times)).isEqualTo(expected);
  }

  @Test
  void shouldHandOutAWindowWithItsLastSample() {
    List<Window> windows = new ArrayList<>();
    ChannelAnalyzer analyzer =
        new ChannelAnalyzer(new FeatureExtractor(SPEC), WindowSettings.DEFAULT, RATE);
    float[] samples = Signals.bursts(48_000, RATE, 4);

    analyzer.accept(samples, 0, 47_999, sink(windows));
    assertThat(windows).isEmpty();
    analyzer.accept(samples, 47_999, 1, sink(windows));
    assertThat(windows).hasSize(1);
  }

  @Test
  void shouldNameEachBandOfEachFrame() {
    FeatureLayout layout = FeatureLayout.of(SPEC);

    assertThat(layout.windowFeatureNames())
        .hasSize(300 * 80)
        .doesNotHaveDuplicates()
        .startsWith("logmel1@1", "logmel2@1")
        .endsWith("logmel80@300");
    assertThat(layout.windowColumnCount()).isEqualTo(80);
    assertThat(FeatureSpec.named("encoder-16k")).contains(SPEC);
  }

  @ParameterizedTest
  @CsvSource({"3010, 1505", "2500, 250", "4000, 1000"})
  void shouldRefuseWindowsThatItCannotHold(int lengthMs, int hopMs) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SPEC.requireFit(new WindowSettings(lengthMs, hopMs)))
        .withMessageContaining("encoder-16k must begin and end at multiples of 20 ms")
        .withMessageContaining("at most 3000 ms, got " + lengthMs);
  }

  @Test
  void shouldRefuseAStateThatIsCutOffOrOfOtherFrames() throws IOException {
    ChannelAnalyzer analyzer =
        new ChannelAnalyzer(new FeatureExtractor(SPEC), WindowSettings.DEFAULT, RATE);
    analyzer.accept(Signals.bursts(20_000, RATE, 5), 0, 20_000, sink(new ArrayList<>()));
    byte[] state = AnalyzerState.write(analyzer);

    for (int length : new int[] {10, 3_000, state.length / 2, state.length - 1}) {
      assertThatThrownBy(
              () ->
                  AnalyzerState.read(
                      new ChannelAnalyzer(new FeatureExtractor(SPEC), WindowSettings.DEFAULT, RATE),
                      Arrays.copyOf(state, length)))
          .isInstanceOf(IOException.class);
    }
  }

  private static List<Window> windows(float[] samples, int rateHz, WindowSettings settings) {
    List<Window> windows = new ArrayList<>();
    ChannelAnalyzer analyzer = new ChannelAnalyzer(new FeatureExtractor(SPEC), settings, rateHz);
    analyzer.accept(samples, 0, samples.length, sink(windows));
    analyzer.finish(sink(windows));
    return windows;
  }

  private static WindowSink sink(List<Window> windows) {
    return (beginMs, endMs, speechShare, features) ->
        windows.add(new Window(beginMs, endMs, speechShare, features.clone()));
  }
}
