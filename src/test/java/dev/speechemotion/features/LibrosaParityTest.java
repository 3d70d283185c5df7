package dev.speechemotion.features;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.features.spec.FeatureSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** librosa 0.11.0 in double precision, on signals and on real speech, at three rates. */
class LibrosaParityTest {
  private static final double DECIBELS = 0.01;
  private static final double CHROMA = 1e-4;

  static List<String> recordings() throws IOException {
    return ReferenceRecording.names();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("recordings")
  void shouldComputeWhatLibrosaComputes(String name) {
    ReferenceRecording recording = ReferenceRecording.named(name);

    Map<String, Double> deviations = largestDeviations(recording);

    assertThat(deviations.get("mfcc")).as("MFCC, dB").isLessThanOrEqualTo(DECIBELS);
    assertThat(deviations.get("contrast")).as("contrast, dB").isLessThanOrEqualTo(DECIBELS);
    assertThat(deviations.get("chroma")).as("chroma").isLessThanOrEqualTo(CHROMA);
    assertThat(deviations.get("zcr")).as("ZCR, crossings per frame").isZero();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("recordings")
  void shouldHaveTheSettingsOfANamedSpec(String name) {
    FeatureSpec settings = ReferenceRecording.named(name).spec();

    assertThat(FeatureSpec.NAMED)
        .usingRecursiveFieldByFieldElementComparatorIgnoringFields("name")
        .contains(settings);
  }

  @Test
  void shouldCoverEveryNamedSpecWithEverySignal() throws IOException {
    List<String> expected = new ArrayList<>();
    for (String signal :
        List.of("chirp", "emodb-03a01Fa", "impulse", "noise", "silence", "sine440")) {
      for (FeatureSpec spec : FeatureSpec.NAMED) {
        if (!spec.extended()) {
          expected.add(signal + "-" + spec.sampleRateHz());
        }
      }
    }

    assertThat(ReferenceRecording.names()).containsExactlyInAnyOrderElementsOf(expected);
  }

  /** Largest absolute deviation from librosa over all frames, by feature. */
  private static Map<String, Double> largestDeviations(ReferenceRecording recording) {
    FeatureSpec spec = recording.spec();
    float[] samples = recording.samples();
    int frames = (samples.length - spec.fftLength()) / spec.hopLength() + 1;
    assertThat(frames).isEqualTo(recording.frameCount());
    FeatureExtractor extractor = new FeatureExtractor(spec);
    float[] actual = new float[FeatureLayout.of(spec).frameFeatureCount()];
    Map<String, Double> largest = new TreeMap<>();
    for (int frame = 0; frame < frames; frame++) {
      extractor.extract(samples, frame * spec.hopLength(), actual, 0);
      int at = 0;
      for (int i = 0; i < spec.mfccCount(); i++) {
        add(largest, "mfcc", actual[at++] - recording.value("mfcc", i, frame));
      }
      for (int i = 0; i < spec.chromaBins(); i++) {
        add(largest, "chroma", actual[at++] - recording.value("chroma", i, frame));
      }
      for (int i = 0; i <= spec.contrastBands(); i++) {
        add(largest, "contrast", actual[at++] - recording.value("contrast", i, frame));
      }
      // The file's decimals are rounded; the number of crossings is not.
      double crossings = Math.rint(recording.zcr(frame) * spec.fftLength());
      add(largest, "zcr", (double) actual[at] * spec.fftLength() - crossings);
    }
    System.out.printf("%-20s %s%n", recording.spec().name(), largest);
    return largest;
  }

  private static void add(Map<String, Double> largest, String feature, double deviation) {
    assertThat(deviation).isNotNaN();
    largest.merge(feature, Math.abs(deviation), Math::max);
  }
}
