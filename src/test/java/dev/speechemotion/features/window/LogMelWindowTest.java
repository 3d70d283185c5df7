package dev.speechemotion.features.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.features.ChannelAnalyzer;
import dev.speechemotion.features.FeatureExtractor;
import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.features.dsp.Decibels;
import dev.speechemotion.features.dsp.MelFilterBank;
import dev.speechemotion.features.dsp.PowerSpectrum;
import dev.speechemotion.features.fixture.AnalyzerState;
import dev.speechemotion.features.fixture.Signals;
import dev.speechemotion.features.spec.FeatureGroup;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Windows whose vectors are their log-mel frames. */
class LogMelWindowTest {
  private static final FeatureSpec SPEC = FeatureSpec.TELEPHONE_8K_LOGMEL;

  static List<FeatureSpec> specs() {
    return FeatureSpec.NAMED_OF_FRAMES;
  }

  @ParameterizedTest
  @MethodSource("specs")
  void shouldNameEachBandOfEachFrame(FeatureSpec spec) {
    List<String> names = FeatureLayout.of(spec).windowFeatureNames();

    assertThat(names).hasSize(FeatureLayout.of(spec).windowFeatureCount()).doesNotHaveDuplicates();
    assertThat(FeatureLayout.of(spec).windowFeatureCount())
        .isEqualTo(FeatureLayout.of(spec).windowColumnCount() * 188);
    assertThat(names).startsWith("logmel1@1", "logmel2@1").contains("logmel7@123");
    assertThat(names.get(122 * spec.melBands() + 6)).isEqualTo("logmel7@123");
    assertThat(FeatureLayout.of(spec).frameFeatureNames())
        .hasSize(FeatureLayout.of(spec).frameFeatureCount())
        .startsWith("logmel1");
  }

  @ParameterizedTest
  @MethodSource("specs")
  void shouldHoldTheFramesInDecibelsRoundedToHalfOne(FeatureSpec spec) {
    float[] samples = Signals.bursts(3 * spec.sampleRateHz(), spec.sampleRateHz(), 1);
    FeatureExtractor extractor = new FeatureExtractor(spec);
    MelFilterBank filterBank =
        new MelFilterBank(spec.sampleRateHz(), spec.fftLength(), spec.melBands());
    PowerSpectrum spectrum = new PowerSpectrum(spec.fftLength());
    double[] bands = new double[spec.melBands()];

    float[] window = windows(extractor, samples, spec.sampleRateHz()).get(0);

    int frames = (samples.length - spec.fftLength()) / spec.hopLength() + 1;
    Double level = null;
    int compared = 0;
    for (int frame = 0; frame < frames; frame++) {
      filterBank.apply(spectrum.compute(samples, frame * spec.hopLength()), bands);
      for (int band = 0; band < bands.length; band++) {
        double db = Decibels.of(bands[band]);
        float value = window[frame * bands.length + band];
        if (value > -LogMelWindow.RANGE_DB && db > LogMelWindow.LOWEST_DB) {
          // All values lie below their band by one and the same level.
          level = level == null ? db - value : level;
          assertThat(db - value).isCloseTo(level, within(0.501));
          compared++;
        }
      }
    }
    assertThat(compared).isGreaterThan(1_000);
  }

  @Test
  void shouldGiveNothingForFramesThatAShortWindowDoesNotHave() {
    int samples = SPEC.fftLength() + 9 * SPEC.hopLength();
    float[] window =
        windows(new FeatureExtractor(SPEC), Signals.bursts(samples, 8_000, 2), 8_000).get(0);

    for (int i = 0; i < window.length; i++) {
      assertThat(Float.isNaN(window[i])).isEqualTo(i >= 10 * SPEC.melBands());
    }
  }

  @Test
  void shouldNotTellTheLevel() {
    float[] loud = Signals.bursts(24_000, 8_000, 3);
    float[] quiet = loud.clone();
    for (int i = 0; i < quiet.length; i++) {
      quiet[i] *= 0.05f;
    }
    FeatureExtractor extractor = new FeatureExtractor(SPEC);

    float[] ofLoud = windows(extractor, loud, 8_000).get(0);
    float[] ofQuiet = windows(extractor, quiet, 8_000).get(0);

    int compared = 0;
    for (int i = 0; i < ofLoud.length; i++) {
      // Further down the quiet one's bands are below what is kept.
      if (ofLoud[i] > -30) {
        assertThat(ofQuiet[i]).isCloseTo(ofLoud[i], within(1f));
        compared++;
      }
    }
    assertThat(compared).isGreaterThan(200);
  }

  @ParameterizedTest
  @MethodSource("specs")
  void shouldGiveTheSameBitsForAnyChunkingAndAfterAnyRestart(FeatureSpec spec) throws IOException {
    FeatureExtractor extractor = new FeatureExtractor(spec);
    for (int seed = 0; seed < 10; seed++) {
      Random random = new Random(seed);
      int rateHz = seed % 2 == 0 ? spec.sampleRateHz() : 22_050;
      float[] samples = Signals.bursts(1 + random.nextInt(rateHz * 6), rateHz, seed);
      List<float[]> undisturbed = windows(extractor, samples, rateHz);

      List<float[]> restarted = new ArrayList<>();
      ChannelAnalyzer analyzer = new ChannelAnalyzer(extractor, WindowSettings.DEFAULT, rateHz);
      for (int at = 0; at < samples.length; ) {
        int count = Math.min(samples.length - at, 1 + random.nextInt(1 + samples.length / 5));
        analyzer.accept(samples, at, count, (from, to, speechShare, f) -> restarted.add(f.clone()));
        at += count;
        byte[] state = AnalyzerState.write(analyzer);
        analyzer = new ChannelAnalyzer(extractor, WindowSettings.DEFAULT, rateHz);
        AnalyzerState.read(analyzer, state);
        assertThat(AnalyzerState.write(analyzer)).as("state written again").isEqualTo(state);
      }
      analyzer.finish((from, to, speechShare, f) -> restarted.add(f.clone()));

      assertThat(restarted).as("seed %d", seed).hasSameSizeAs(undisturbed);
      for (int i = 0; i < restarted.size(); i++) {
        assertThat(restarted.get(i)).isEqualTo(undisturbed.get(i));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("specs")
  void shouldKeepTheStateOfAChannelWithin16Kilobytes(FeatureSpec spec) {
    for (int rateHz : new int[] {8_000, 16_000, 48_000}) {
      ChannelAnalyzer analyzer =
          new ChannelAnalyzer(new FeatureExtractor(spec), WindowSettings.DEFAULT, rateHz);
      int samples = rateHz * 79 / 10;
      analyzer.accept(
          Signals.bursts(samples, rateHz, 5), 0, samples, (from, to, speechShare, f) -> {});

      assertThat(AnalyzerState.write(analyzer).length).isLessThanOrEqualTo(16 * 1024);
    }
  }

  @Test
  void shouldRefuseAStateThatIsCutOffOrOfAnotherSpec() {
    FeatureExtractor extractor = new FeatureExtractor(SPEC);
    ChannelAnalyzer analyzer = new ChannelAnalyzer(extractor, WindowSettings.DEFAULT, 8_000);
    analyzer.accept(Signals.bursts(20_000, 8_000, 4), 0, 20_000, (from, to, speechShare, f) -> {});
    byte[] state = AnalyzerState.write(analyzer);

    for (int length = 0; length < state.length; length += 97) {
      byte[] cut = Arrays.copyOf(state, length);
      ChannelAnalyzer restored = new ChannelAnalyzer(extractor, WindowSettings.DEFAULT, 8_000);
      assertThatThrownBy(() -> AnalyzerState.read(restored, cut)).isInstanceOf(IOException.class);
    }
    ChannelAnalyzer other =
        new ChannelAnalyzer(
            new FeatureExtractor(FeatureSpec.TELEPHONE_8K), WindowSettings.DEFAULT, 8_000);
    assertThatThrownBy(() -> AnalyzerState.read(other, state))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("another feature spec");
  }

  @Test
  void shouldRefuseWindowsOfMoreFramesThanTheVectorHas() {
    FeatureExtractor extractor = new FeatureExtractor(SPEC);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ChannelAnalyzer(extractor, new WindowSettings(4_000, 1_000), 8_000))
        .withMessageContaining("windows of 4000 ms hold 251 frames")
        .withMessageContaining("hold 188; use shorter windows");
  }

  @Test
  void shouldRefuseASpecOfFramesWithOtherFeatures() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new FeatureSpec(
                    "both",
                    8_000,
                    512,
                    128,
                    40,
                    13,
                    12,
                    4,
                    200,
                    0.02,
                    List.of(FeatureGroup.LOG_MEL, FeatureGroup.RMS),
                    List.of(),
                    188))
        .withMessageContaining("groups must be LOG_MEL alone");
  }

  private static List<float[]> windows(FeatureExtractor extractor, float[] samples, int rateHz) {
    List<float[]> windows = new ArrayList<>();
    ChannelAnalyzer analyzer = new ChannelAnalyzer(extractor, WindowSettings.DEFAULT, rateHz);
    analyzer.accept(
        samples, 0, samples.length, (from, to, speechShare, f) -> windows.add(f.clone()));
    analyzer.finish((from, to, speechShare, f) -> windows.add(f.clone()));
    return windows;
  }
}
