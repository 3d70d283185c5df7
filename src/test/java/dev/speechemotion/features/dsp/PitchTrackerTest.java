package dev.speechemotion.features.dsp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.speechemotion.features.fixture.Recordings;
import dev.speechemotion.features.fixture.Signals;
import dev.speechemotion.features.spec.FeatureGroup;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.Statistic;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PitchTrackerTest {
  /** At 22 kHz frames are of 93 ms and lags of another rate than at 8 and 16 kHz. */
  static List<FeatureSpec> specs() {
    FeatureSpec librosa = FeatureSpec.LIBROSA_22K;
    return List.of(
        FeatureSpec.TELEPHONE_8K_EXTENDED,
        FeatureSpec.WIDEBAND_16K_EXTENDED,
        new FeatureSpec(
            "22k",
            librosa.sampleRateHz(),
            librosa.fftLength(),
            librosa.hopLength(),
            librosa.melBands(),
            20,
            12,
            6,
            200,
            0.02,
            List.of(FeatureGroup.PITCH),
            List.of(Statistic.PITCH)));
  }

  /** 1,000 tones a spec: 200 pitches from 60 to 500 Hz, each with 5 phases and noises. */
  @ParameterizedTest
  @MethodSource("specs")
  void shouldFindThePitchOfHarmonicTonesInNoiseWithinOnePercent(FeatureSpec spec) {
    Pitches pitches = new Pitches(spec);
    Random random = new Random(1);
    for (int i = 0; i < 1_000; i++) {
      double hz = 60 * Math.pow(500.0 / 60, (i / 5) / 199.0);
      float[] tone = harmonics(spec, hz, 1, (int) (3_400 / hz), random);
      addNoise(tone, 10, random);

      pitches.frame(tone, 0, 0);

      assertThat((double) pitches.tracker.hz())
          .as("pitch of %.1f Hz", hz)
          .isCloseTo(hz, within(0.01 * hz));
    }
  }

  /** What a telephone line leaves of low voices. */
  @ParameterizedTest
  @MethodSource("specs")
  void shouldFindThePitchOfWhichTheFundamentalIsMissing(FeatureSpec spec) {
    Pitches pitches = new Pitches(spec);
    Random random = new Random(2);
    for (double hz = 80; hz < 290; hz *= 1.01) {
      int lowest = (int) Math.ceil(300 / hz);
      float[] tone = harmonics(spec, hz, lowest, (int) (3_400 / hz), random);
      addNoise(tone, 20, random);

      pitches.frame(tone, 0, 0);

      assertThat((double) pitches.tracker.hz())
          .as("pitch of %.1f Hz from its harmonic %d on", hz, lowest)
          .isCloseTo(hz, within(0.01 * hz));
    }
  }

  /** A formant at the second harmonic, 12 dB above the first and third. */
  @ParameterizedTest
  @MethodSource("specs")
  void shouldNotTakeAStrongHarmonicForThePitch(FeatureSpec spec) {
    Pitches pitches = new Pitches(spec);
    for (double hz = 90; hz < 450; hz *= 1.02) {
      float[] tone = new float[spec.fftLength()];
      double[] amplitudes = {0, 0.05, 0.2, 0.05, 0.03, 0.02};
      for (int i = 0; i < tone.length; i++) {
        for (int h = 1; h < amplitudes.length; h++) {
          tone[i] +=
              (float) (amplitudes[h] * Math.sin(2 * Math.PI * h * hz * i / spec.sampleRateHz()));
        }
      }

      pitches.frame(tone, 0, 0);

      assertThat((double) pitches.tracker.hz()).isCloseTo(hz, within(0.01 * hz));
      assertThat(pitches.tracker.voicing()).isGreaterThan(0.8f);
    }
  }

  @ParameterizedTest
  @MethodSource("specs")
  void shouldSeldomTakeNoiseForVoice(FeatureSpec spec) {
    Pitches pitches = new Pitches(spec);
    int voiced = 0;
    for (int seed = 0; seed < 1_000; seed++) {
      pitches.frame(Signals.noise(spec.fftLength(), 0.3, seed), 0, 0);
      voiced += pitches.tracker.hz() > 0 ? 1 : 0;
    }

    assertThat(voiced).as("of 1000 frames of white noise").isLessThan(10);
  }

  @ParameterizedTest
  @MethodSource("specs")
  void shouldFindNoVoiceInSilenceAndInAConstant(FeatureSpec spec) {
    Pitches pitches = new Pitches(spec);
    for (float[] samples :
        List.of(Signals.silence(spec.fftLength()), Signals.constant(spec.fftLength(), 0.5f))) {
      pitches.frame(samples, 0, 0);

      assertThat(pitches.tracker.hz()).isZero();
      assertThat(pitches.tracker.voicing()).isZero();
    }
  }

  @Test
  void shouldNotDependOnTheLevel() {
    FeatureSpec spec = FeatureSpec.TELEPHONE_8K_EXTENDED;
    float[] loud = harmonics(spec, 123, 1, 20, new Random(3));
    float[] quiet = loud.clone();
    for (int i = 0; i < quiet.length; i++) {
      quiet[i] /= 1024;
    }
    Pitches pitches = new Pitches(spec);

    pitches.frame(loud, 0, 0);
    float hz = pitches.tracker.hz();
    float voicing = pitches.tracker.voicing();
    pitches.frame(quiet, 0, 0);

    assertThat(pitches.tracker.hz()).isCloseTo(hz, within(1e-3f));
    assertThat(pitches.tracker.voicing()).isCloseTo(voicing, within(1e-4f));
  }

  /**
   * Against another method that looks at the whole recording: of the frames that both call voiced,
   * those within 5 %; and of the reference's voiced frames, those that are voiced here and within 5
   * %.
   */
  @ParameterizedTest(name = "{0}, noise at {1} dB")
  @CsvSource({
    "telephone-8k-extended, 99, 0.97, 0.90",
    "wideband-16k-extended, 99, 0.97, 0.90",
    "telephone-8k-extended, 20, 0.97, 0.85",
    "telephone-8k-extended, 10, 0.97, 0.68",
  })
  void shouldAgreeWithTheReferenceOnTheBundledRecordings(
      String name, int signalToNoiseDb, double leastWithin, double leastFound) throws IOException {
    assertAgreement(name, signalToNoiseDb, Recordings.bundled(), 1, leastWithin, leastFound);
  }

  @ParameterizedTest
  @CsvSource({"telephone-8k-extended", "wideband-16k-extended"})
  void shouldAgreeWithTheReferenceOnTheCorpus(String name) throws IOException {
    List<Path> corpus = Recordings.corpus();
    assumeFalse(corpus.isEmpty(), "not here: EmoDB");

    assertAgreement(name, 99, corpus, 16, 0.97, 0.90);
  }

  private static void assertAgreement(
      String name,
      int signalToNoiseDb,
      List<Path> files,
      int every,
      double leastWithin,
      double leastFound)
      throws IOException {
    FeatureSpec spec = FeatureSpec.named(name).orElseThrow();
    Pitches pitches = new Pitches(spec);
    int both = 0;
    int within = 0;
    int reference = 0;
    for (int i = 0; i < files.size(); i += every) {
      float[] original = Recordings.samples(files.get(i), 16_000);
      float[] samples = Recordings.samples(files.get(i), spec.sampleRateHz()).clone();
      addNoise(samples, signalToNoiseDb, new Random(i));
      int count = (samples.length - spec.fftLength()) / spec.hopLength() + 1;
      int[] centers = new int[count];
      for (int frame = 0; frame < count; frame++) {
        int center = frame * spec.hopLength() + spec.fftLength() / 2;
        centers[frame] = (int) (center * 16_000L / spec.sampleRateHz());
      }
      double[] expected = ReferencePitch.track(original, 16_000, centers);
      float last = 0;
      for (int frame = 0; frame < count; frame++) {
        pitches.frame(samples, frame * spec.hopLength(), last);
        last = pitches.tracker.hz();
        boolean close = Math.abs(last - expected[frame]) <= 0.05 * expected[frame];
        reference += expected[frame] > 0 ? 1 : 0;
        both += expected[frame] > 0 && last > 0 ? 1 : 0;
        within += expected[frame] > 0 && last > 0 && close ? 1 : 0;
      }
    }
    assertThat(both).isGreaterThan(400);
    assertThat(within / (double) both).as("within 5 %").isGreaterThan(leastWithin);
    assertThat(within / (double) reference).as("found").isGreaterThan(leastFound);
  }

  /** Harmonics from the first to the last, each half as strong at twice the frequency. */
  private static float[] harmonics(
      FeatureSpec spec, double hz, int first, int last, Random random) {
    float[] samples = new float[spec.fftLength()];
    for (int h = first; h <= last; h++) {
      double phase = 2 * Math.PI * random.nextDouble();
      for (int i = 0; i < samples.length; i++) {
        samples[i] +=
            (float) (0.1 / h * Math.sin(2 * Math.PI * h * hz * i / spec.sampleRateHz() + phase));
      }
    }
    return samples;
  }

  private static void addNoise(float[] samples, double signalToNoiseDb, Random random) {
    double deviation = Math.sqrt(Recordings.power(samples) / Math.pow(10, signalToNoiseDb / 10));
    for (int i = 0; i < samples.length; i++) {
      samples[i] += (float) (deviation * random.nextGaussian());
    }
  }

  private static final class Pitches {
    final PitchTracker tracker;
    private final PowerSpectrum spectrum;

    Pitches(FeatureSpec spec) {
      tracker = new PitchTracker(spec.sampleRateHz(), spec.fftLength());
      spectrum = new PowerSpectrum(spec.fftLength());
    }

    void frame(float[] samples, int offset, float lastHz) {
      double[] magnitudes = spectrum.compute(samples, offset).clone();
      for (int i = 0; i < magnitudes.length; i++) {
        magnitudes[i] = Math.sqrt(magnitudes[i]);
      }
      tracker.compute(magnitudes, lastHz);
    }
  }
}
