package dev.speechemotion.features;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.features.fixture.Signals;
import dev.speechemotion.features.spec.FeatureSpec;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The fast features against their plain definition on signals that are hard on rounding: loud tones
 * before next to nothing, levels at the floor, spectra with exact zeros.
 */
class PlainParityTest {
  private static final double DECIBELS = 0.01;
  private static final double CHROMA = 1e-4;

  static Stream<Arguments> signals() {
    return Stream.of(FeatureSpec.LIBROSA_22K, FeatureSpec.WIDEBAND_16K, FeatureSpec.TELEPHONE_8K)
        .flatMap(
            spec ->
                signals(spec.sampleRateHz(), spec.fftLength()).entrySet().stream()
                    .map(signal -> Arguments.of(spec, signal.getKey(), signal.getValue())));
  }

  private static Map<String, float[]> signals(int rateHz, int fftLength) {
    int length = 3 * fftLength;
    Map<String, float[]> signals = new LinkedHashMap<>();
    signals.put("speech", ReferenceRecording.named("emodb-03a01Fa-" + rateHz).samples());
    signals.put("speech, clipped", clipped(signals.get("speech"), 20));
    signals.put("speech, very quiet", in16Bits(scaled(signals.get("speech"), 3e-4f)));
    signals.put("1 LSB", in16Bits(Signals.noise(length, 1.2 / 32768, 1)));
    signals.put("square", Signals.square(length, 37));
    signals.put("square that fits the frame", Signals.square(length, 16));
    signals.put("square at half the rate", Signals.square(length, 1));
    signals.put("offset", Signals.constant(length, 0.37f));
    signals.put("offset and 1 LSB", sum(signals.get("offset"), signals.get("1 LSB")));
    signals.put("loud tone", Signals.tone(length, rateHz, 997, 1));
    signals.put("loud tone in 16 bits", in16Bits(signals.get("loud tone")));
    signals.put("clipped tone", clipped(signals.get("loud tone"), 30));
    signals.put("tone that fits the frame", Signals.tone(length, rateHz, rateHz / 32.0, 1));
    signals.put("gated tone", gated(signals.get("loud tone"), fftLength / 3));
    signals.put("gated noise", gated(Signals.noise(length, 0.9, 2), fftLength));
    signals.put("impulse", Signals.impulse(length, fftLength + 5));
    signals.put("noise", Signals.noise(length, 1, 3));
    signals.put("noise of 1e-20", Signals.noise(length, 1e-20, 4));
    signals.put("silence", Signals.silence(length));
    return signals;
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("signals")
  void shouldComputeWhatTheDefinitionSays(FeatureSpec spec, String name, float[] samples) {
    FeatureExtractor extractor = new FeatureExtractor(spec);
    PlainFeatures plain = new PlainFeatures(spec);
    float[] actual = new float[FeatureLayout.of(spec).frameFeatureCount()];
    int chromaFrom = spec.mfccCount();
    int contrastFrom = chromaFrom + spec.chromaBins();

    // Frames at odd places too; of speech, no more than takes a moment.
    int step = Math.max(spec.hopLength() + 1, samples.length / 16);
    for (int offset = 0; offset + spec.fftLength() <= samples.length; offset += step) {
      extractor.extract(samples, offset, actual, 0);

      double[] expected = plain.of(samples, offset);
      for (int i = 0; i < actual.length - 1; i++) {
        double tolerance = i >= chromaFrom && i < contrastFrom ? CHROMA : DECIBELS;
        assertThat(Math.abs(actual[i] - expected[i]))
            .as("%s from %d", FeatureLayout.of(spec).frameFeatureNames().get(i), offset)
            .isLessThanOrEqualTo(tolerance);
      }
      assertThat(actual[actual.length - 1]).isEqualTo((float) expected[actual.length - 1]);
    }
  }

  private static float[] scaled(float[] samples, float factor) {
    float[] scaled = new float[samples.length];
    for (int i = 0; i < samples.length; i++) {
      scaled[i] = samples[i] * factor;
    }
    return scaled;
  }

  private static float[] clipped(float[] samples, float factor) {
    float[] clipped = scaled(samples, factor);
    for (int i = 0; i < clipped.length; i++) {
      clipped[i] = Math.max(-1, Math.min(1, clipped[i]));
    }
    return clipped;
  }

  private static float[] in16Bits(float[] samples) {
    float[] rounded = new float[samples.length];
    for (int i = 0; i < samples.length; i++) {
      rounded[i] = Math.round(samples[i] * 32767) / 32768f;
    }
    return rounded;
  }

  private static float[] sum(float[] left, float[] right) {
    float[] sum = new float[left.length];
    for (int i = 0; i < left.length; i++) {
      sum[i] = left[i] + right[i];
    }
    return sum;
  }

  /** Silent in every other stretch of {@code length} samples. */
  private static float[] gated(float[] samples, int length) {
    float[] gated = samples.clone();
    for (int i = 0; i < gated.length; i++) {
      if (i / length % 2 == 1) {
        gated[i] = 0;
      }
    }
    return gated;
  }
}
