package dev.speechemotion.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.features.fixture.Signals;
import dev.speechemotion.features.frame.ChannelMemory;
import dev.speechemotion.features.spec.FeatureGroup;
import dev.speechemotion.features.spec.FeatureSpec;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What each feature is where the answer is known in closed form. */
class FeatureExtractorTest {

  static List<FeatureSpec> specs() {
    return FeatureSpec.NAMED;
  }

  @ParameterizedTest
  @MethodSource("specs")
  void shouldGiveSilenceItsDefinedValues(FeatureSpec spec) {
    Frame frame = frame(spec, Signals.silence(spec.fftLength()));

    // Every band is at -100 dB, and the orthonormal DCT of a constant is constant * sqrt(bands).
    assertThat(frame.mfcc()[0])
        .isCloseTo((float) (-100 * Math.sqrt(spec.melBands())), within(1e-3f));
    for (int i = 1; i < spec.mfccCount(); i++) {
      assertThat(frame.mfcc()[i]).isCloseTo(0, within(1e-4f));
    }
    assertThat(frame.chroma()).containsOnly(0);
    assertThat(frame.contrast()).containsOnly(0);
    assertThat(frame.zcr()).isZero();
  }

  static Stream<Arguments> pitches() {
    return specs().stream()
        .flatMap(spec -> IntStream.range(0, 12).mapToObj(pitch -> Arguments.of(spec, pitch)));
  }

  @ParameterizedTest
  @MethodSource("pitches")
  void shouldPutATonesEnergyIntoItsPitchClass(FeatureSpec spec, int pitchClass) {
    // C5, nine semitones below A5 = 880 Hz, and up from there.
    double hz = 880 * Math.pow(2, (pitchClass - 9) / 12.0);

    Frame frame = frame(spec, Signals.tone(spec.fftLength(), spec.sampleRateHz(), hz, 0.5));

    assertThat(frame.chroma()[pitchClass]).isEqualTo(1);
    for (int i = 0; i < spec.chromaBins(); i++) {
      if (i != pitchClass) {
        assertThat(frame.chroma()[i]).as("class %d", i).isBetween(0f, 0.9f);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("specs")
  void shouldCountTwoCrossingsPerPeriod(FeatureSpec spec) {
    for (double hz : new double[] {100, 440, 1000, 3000}) {
      Frame frame = frame(spec, Signals.tone(spec.fftLength(), spec.sampleRateHz(), hz, 0.5));

      assertThat((double) frame.zcr())
          .isCloseTo(2 * hz / spec.sampleRateHz(), within(1.5 / spec.fftLength()));
    }
  }

  @ParameterizedTest
  @MethodSource("specs")
  void shouldTakeZeroAsPositiveAndNotCountTheFirstSample(FeatureSpec spec) {
    float[] samples = new float[spec.fftLength()];
    samples[0] = -1;
    samples[2] = 1e-11f;
    samples[3] = -1e-11f;
    samples[5] = -1e-9f;

    // -1 to 0, 0 to -1e-9, and back to 0; what is within 1e-10 is 0.
    assertThat(frame(spec, samples).zcr()).isEqualTo(3f / spec.fftLength());
  }

  @ParameterizedTest
  @MethodSource("specs")
  void shouldMoveOnlyTheFirstCoefficientWithTheLevel(FeatureSpec spec) {
    float[] samples = Signals.noise(spec.fftLength(), 0.8, 1);
    float[] quiet = samples.clone();
    for (int i = 0; i < quiet.length; i++) {
      quiet[i] *= 0.25f;
    }

    Frame loudFrame = frame(spec, samples);
    Frame quietFrame = frame(spec, quiet);

    double change = 20 * Math.log10(0.25) * Math.sqrt(spec.melBands());
    assertThat((double) quietFrame.mfcc()[0] - loudFrame.mfcc()[0]).isCloseTo(change, within(1e-3));
    for (int i = 1; i < spec.mfccCount(); i++) {
      assertThat(quietFrame.mfcc()[i]).isCloseTo(loudFrame.mfcc()[i], within(1e-4f));
    }
    assertThat(quietFrame.chroma()).containsExactly(loudFrame.chroma(), within(1e-6f));
    assertThat(quietFrame.contrast()).containsExactly(loudFrame.contrast(), within(1e-4f));
    assertThat(quietFrame.zcr()).isEqualTo(loudFrame.zcr());
  }

  @ParameterizedTest
  @MethodSource("specs")
  void shouldSeeNoContrastInAFlatSpectrum(FeatureSpec spec) {
    Frame frame = frame(spec, Signals.impulse(spec.fftLength(), spec.fftLength() / 2));

    for (float contrast : frame.contrast()) {
      assertThat(contrast).isCloseTo(0, within(1e-6f));
    }
  }

  @ParameterizedTest
  @MethodSource("specs")
  void shouldSeeATonesContrastInItsBandOnly(FeatureSpec spec) {
    float[] samples = Signals.tone(spec.fftLength(), spec.sampleRateHz(), 1150, 0.5);
    float[] noise = Signals.noise(spec.fftLength(), 0.001, 2);
    for (int i = 0; i < samples.length; i++) {
      samples[i] += noise[i];
    }

    float[] contrast = frame(spec, samples).contrast();

    // 1150 Hz lies in the band from 800 to 1600 Hz, the fourth.
    for (int band = 0; band < contrast.length; band++) {
      if (band != 3) {
        assertThat(contrast[3]).as("against band %d", band).isGreaterThan(contrast[band] + 5);
      }
    }
  }

  static Stream<Arguments> oddSignals() {
    return specs().stream()
        .flatMap(
            spec -> {
              int length = spec.fftLength();
              Map<String, float[]> signals = new LinkedHashMap<>();
              signals.put("silence", Signals.silence(length));
              signals.put("full-scale square", Signals.square(length, 8));
              signals.put("square at half the rate", Signals.square(length, 1));
              signals.put("DC", Signals.constant(length, 1));
              signals.put("negative DC", Signals.constant(length, -1));
              signals.put("1 LSB", Signals.noise(length, 1.0 / 32768, 3));
              signals.put("one sample of 1 LSB", scaled(Signals.impulse(length, 7), 1f / 32768));
              signals.put("denormal", Signals.constant(length, Float.MIN_VALUE));
              signals.put("tiny", Signals.noise(length, 1e-30, 4));
              signals.put("noise", Signals.noise(length, 1, 5));
              signals.put("clipped", clipped(Signals.noise(length, 20, 6)));
              signals.put("impulse under the window's zero", Signals.impulse(length, 0));
              return signals.entrySet().stream()
                  .map(signal -> Arguments.of(spec, signal.getKey(), signal.getValue()));
            });
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("oddSignals")
  void shouldStayFiniteAndInRange(FeatureSpec spec, String name, float[] samples) {
    Frame frame = frame(spec, samples);

    for (float value : frame.values) {
      assertThat(value).isFinite();
    }
    for (float value : frame.chroma()) {
      assertThat(value).isBetween(0f, 1f);
    }
    for (float value : frame.contrast()) {
      assertThat(value).isNotNegative();
    }
    assertThat(frame.zcr()).isBetween(0f, 1f);
    List<String> names = FeatureLayout.of(spec).frameFeatureNames();
    for (int i = names.indexOf("zcr") + 1; i < frame.values.length; i++) {
      float nyquist = spec.sampleRateHz() / 2f;
      assertThat(frame.values[i]).as(names.get(i)).isBetween(-160f, nyquist * 1.0001f);
    }
  }

  @Test
  void shouldWriteNothingBesideTheFramesValues() {
    FeatureSpec spec = FeatureSpec.TELEPHONE_8K;
    float[] samples = Signals.noise(1000, 0.5, 7);
    float[] features = new float[FeatureLayout.of(spec).frameFeatureCount() + 10];

    new FeatureExtractor(spec).extract(samples, 400, features, 5);

    float[] alone = frame(spec, Arrays.copyOfRange(samples, 400, 912)).values;
    assertThat(Arrays.copyOfRange(features, 5, features.length - 5)).isEqualTo(alone);
    for (int i = 0; i < 5; i++) {
      assertThat(features[i]).isZero();
      assertThat(features[features.length - 1 - i]).isZero();
    }
  }

  @Test
  void shouldRefuseArraysThatAreTooShort() {
    FeatureSpec spec = FeatureSpec.TELEPHONE_8K;
    FeatureExtractor extractor = new FeatureExtractor(spec);

    assertThatThrownBy(() -> extractor.extract(new float[511], 0, new float[31], 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> extractor.extract(new float[512], 1, new float[31], 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> extractor.extract(new float[512], 0, new float[30], 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  /** Smallest, largest, and otherwise unusual sizes, on 50 random spectra each. */
  static List<FeatureSpec> unusualSpecs() {
    return List.of(
        new FeatureSpec("small", 8_000, 64, 64, 1, 1, 1, 1, 125, 0.4),
        new FeatureSpec("large", 96_000, 4096, 1, 256, 256, 48, 10, 90, 0.02),
        new FeatureSpec("wide quantile", 16_000, 512, 100, 20, 13, 7, 5, 200, 0.49),
        new FeatureSpec("empty mel bands", 8_000, 128, 64, 128, 20, 24, 4, 200, 0.1));
  }

  @ParameterizedTest
  @MethodSource("unusualSpecs")
  void shouldComputeAnyValidSpec(FeatureSpec spec) {
    for (int seed = 0; seed < 50; seed++) {
      Frame frame =
          frame(spec, Signals.noise(spec.fftLength(), new Random(seed).nextDouble(), seed));

      for (float value : frame.values) {
        assertThat(value).isFinite();
      }
      assertThat(frame.chroma()).contains(1);
    }
  }

  private static float[] scaled(float[] samples, float factor) {
    for (int i = 0; i < samples.length; i++) {
      samples[i] *= factor;
    }
    return samples;
  }

  @Test
  void shouldTakeAFrameOfNoChannelAsTheFirstOfOne() {
    FeatureSpec spec =
        new FeatureSpec(
            "all groups",
            8_000,
            512,
            128,
            40,
            20,
            12,
            4,
            200,
            0.02,
            List.of(FeatureGroup.values()),
            List.of());
    FeatureExtractor extractor = new FeatureExtractor(spec);
    float[] samples = Signals.noise(512, 0.3, 3);
    float[] first = new float[extractor.layout().frameFeatureCount()];
    extractor.extract(samples, 0, new ChannelMemory(spec), first, 0);

    float[] alone = new float[first.length];
    extractor.extract(Signals.noise(512, 0.9, 4), 0, alone, 0);
    extractor.extract(samples, 0, alone, 0);

    assertThat(alone).isEqualTo(first);
  }

  private static float[] clipped(float[] samples) {
    for (int i = 0; i < samples.length; i++) {
      samples[i] = Math.max(-1, Math.min(1, samples[i]));
    }
    return samples;
  }

  private static Frame frame(FeatureSpec spec, float[] samples) {
    float[] values = new float[FeatureLayout.of(spec).frameFeatureCount()];
    new FeatureExtractor(spec).extract(samples, 0, values, 0);
    return new Frame(spec, values);
  }

  private static final class Frame {
    private final FeatureSpec spec;
    private final float[] values;

    Frame(FeatureSpec spec, float[] values) {
      this.spec = spec;
      this.values = values;
    }

    float[] mfcc() {
      return range(0, spec.mfccCount());
    }

    float[] chroma() {
      return range(spec.mfccCount(), spec.chromaBins());
    }

    float[] contrast() {
      return range(spec.mfccCount() + spec.chromaBins(), spec.contrastBands() + 1);
    }

    float zcr() {
      return values[FeatureLayout.of(spec).frameFeatureNames().indexOf("zcr")];
    }

    private float[] range(int from, int count) {
      return Arrays.copyOfRange(values, from, from + count);
    }
  }
}
