package dev.speechemotion.features.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeatureSpecTest {

  @ParameterizedTest
  @CsvSource({
    // name, rate, fft, hop, mel, mfcc, chroma, bands, min Hz, quantile, the field at fault
    "'',  8000,  512, 128,  40, 13, 12,  4, 200, 0.02, name",
    "' ', 8000,  512, 128,  40, 13, 12,  4, 200, 0.02, name",
    ",    8000,  512, 128,  40, 13, 12,  4, 200, 0.02, name",
    "x,   7999,  512, 128,  40, 13, 12,  4, 200, 0.02, sampleRateHz",
    "x,  96001,  512, 128,  40, 13, 12,  4, 200, 0.02, sampleRateHz",
    "x,      0,  512, 128,  40, 13, 12,  4, 200, 0.02, sampleRateHz",
    "x,   8000,  500, 128,  40, 13, 12,  4, 200, 0.02, fftLength",
    "x,   8000,   32,  16,  40, 13, 12,  4, 200, 0.02, fftLength",
    "x,   8000, 8192, 128,  40, 13, 12,  4, 200, 0.02, fftLength",
    "x,   8000, -512, 128,  40, 13, 12,  4, 200, 0.02, fftLength",
    "x,   8000,  512,   0,  40, 13, 12,  4, 200, 0.02, hopLength",
    "x,   8000,  512, 513,  40, 13, 12,  4, 200, 0.02, hopLength",
    "x,   8000,  512, 128,   0, 13, 12,  4, 200, 0.02, melBands",
    "x,   8000,  512, 128, 257, 13, 12,  4, 200, 0.02, melBands",
    "x,   8000,  512, 128,  40,  0, 12,  4, 200, 0.02, mfccCount",
    "x,   8000,  512, 128,  40, 41, 12,  4, 200, 0.02, mfccCount",
    "x,   8000,  512, 128,  40, 13,  0,  4, 200, 0.02, chromaBins",
    "x,   8000,  512, 128,  40, 13, 49,  4, 200, 0.02, chromaBins",
    "x,   8000,  512, 128,  40, 13, 12,  0, 200, 0.02, contrastBands",
    "x,   8000,  512, 128,  40, 13, 12,  6, 200, 0.02, contrastMinHz",
    "x,   8000,  512, 128,  40, 13, 12,  4,   0, 0.02, contrastMinHz",
    "x,   8000,  512, 128,  40, 13, 12,  4, NaN, 0.02, contrastMinHz",
    "x,  96000,  256, 128,  40, 13, 12,  4, 200, 0.02, contrastMinHz",
    "x,   8000,  512, 128,  40, 13, 12,  4, 200, 0,    contrastQuantile",
    "x,   8000,  512, 128,  40, 13, 12,  4, 200, 0.5,  contrastQuantile",
    "x,   8000,  512, 128,  40, 13, 12,  4, 200, NaN,  contrastQuantile",
  })
  void shouldRefuseWithTheFieldsName(
      String name,
      int sampleRateHz,
      int fftLength,
      int hopLength,
      int melBands,
      int mfccCount,
      int chromaBins,
      int contrastBands,
      double contrastMinHz,
      double contrastQuantile,
      String field) {
    assertThatThrownBy(
            () ->
                new FeatureSpec(
                    name,
                    sampleRateHz,
                    fftLength,
                    hopLength,
                    melBands,
                    mfccCount,
                    chromaBins,
                    contrastBands,
                    contrastMinHz,
                    contrastQuantile))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("feature spec: " + field + " ")
        .hasMessageContaining(", got ");
  }

  @ParameterizedTest
  @CsvSource({
    "3000, 0, hopMs",
    "3000, 99, hopMs",
    "70000, 70000, hopMs",
    "900, 1000, lengthMs",
    "3500, 1000, lengthMs",
    "61000, 1000, lengthMs",
    "-1000, 1000, lengthMs",
  })
  void shouldRefuseWindowsThatDoNotFitTheGrid(int lengthMs, int hopMs, String field) {
    assertThatThrownBy(() -> new WindowSettings(lengthMs, hopMs))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(field + " must be");
  }

  @Test
  void shouldRefuseGroupsAndStatisticsThatDoNotFit() {
    assertRefused(() -> with(null, List.of()), "groups");
    assertRefused(() -> with(List.of(), null), "statistics");
    assertRefused(() -> with(List.of(FeatureGroup.PITCH, FeatureGroup.RMS), List.of()), "groups");
    assertRefused(() -> with(List.of(FeatureGroup.RMS, FeatureGroup.RMS), List.of()), "groups");
    assertRefused(
        () -> with(List.of(), List.of(Statistic.PERCENTILES, Statistic.DEVIATION)), "statistics");
    assertRefused(() -> with(List.of(), List.of(Statistic.PITCH)), "statistics");
    assertRefused(() -> with(List.of(FeatureGroup.PITCH), List.of(Statistic.TIMING)), "statistics");
    assertRefused(
        () -> with(List.of(FeatureGroup.RMS), List.of(Statistic.PROSODIC_CONTOURS)), "statistics");
    assertRefused(() -> with(List.of(FeatureGroup.RMS), List.of(Statistic.VOICE)), "statistics");
    for (Statistic followed :
        List.of(Statistic.THIRDS_OF_SPEECH, Statistic.CHANGE_BY_LAG, Statistic.CORRELATION)) {
      assertRefused(
          () -> with(List.of(FeatureGroup.RMS, FeatureGroup.PITCH), List.of(followed)),
          "statistics");
    }
    // Three periods of 60 Hz take 400 samples at 8 kHz.
    assertRefused(
        () ->
            new FeatureSpec(
                "x",
                8_000,
                256,
                128,
                40,
                13,
                12,
                4,
                200,
                0.02,
                List.of(FeatureGroup.PITCH),
                List.of()),
        "fftLength");
  }

  private static FeatureSpec with(List<FeatureGroup> groups, List<Statistic> statistics) {
    return new FeatureSpec("x", 8_000, 512, 128, 40, 13, 12, 4, 200, 0.02, groups, statistics);
  }

  private static void assertRefused(ThrowingCallable making, String field) {
    assertThatThrownBy(making)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("feature spec: " + field + " ")
        .hasMessageContaining(", got ");
  }

  @Test
  void shouldFindTheNamedSpecs() {
    assertThat(FeatureSpec.named("telephone-8k")).contains(FeatureSpec.TELEPHONE_8K);
    assertThat(FeatureSpec.named("wideband-16k")).contains(FeatureSpec.WIDEBAND_16K);
    assertThat(FeatureSpec.named("librosa-22k")).contains(FeatureSpec.LIBROSA_22K);
    assertThat(FeatureSpec.named("telephone-8k-extended"))
        .contains(FeatureSpec.TELEPHONE_8K_EXTENDED);
    assertThat(FeatureSpec.named("wideband-16k-extended"))
        .contains(FeatureSpec.WIDEBAND_16K_EXTENDED);
    assertThat(FeatureSpec.named("telephone")).isEmpty();
  }
}
