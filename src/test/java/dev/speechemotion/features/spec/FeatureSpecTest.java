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
  void shouldNameEveryValue() {
    FeatureSpec spec = FeatureSpec.LIBROSA_22K;

    assertThat(spec.frameFeatureNames())
        .hasSize(33)
        .hasSize(spec.frameFeatureCount())
        .doesNotHaveDuplicates()
        .startsWith("mfcc1", "mfcc2")
        .contains("mfcc13", "chroma1", "chroma12", "contrast1", "contrast7")
        .endsWith("zcr");
    assertThat(spec.windowFeatureNames())
        .hasSize(spec.windowFeatureCount())
        .startsWith("mfcc1.mean")
        .endsWith("zcr.mean");
  }

  @Test
  void shouldNameTheExtendedSpecsValues() {
    FeatureSpec spec = FeatureSpec.TELEPHONE_8K_EXTENDED;

    assertThat(spec.frameFeatureNames())
        .hasSize(46)
        .hasSize(spec.frameFeatureCount())
        .contains("mfcc20", "chroma12", "contrast5", "zcr", "rms", "f0", "voicing")
        .endsWith("centroid", "bandwidth", "rolloff", "flatness", "flux");
    assertThat(spec.windowFeatureNames())
        .hasSize(45 * 6 - 1 + 11 + 20 + 7 + 8 * 3 + 6 * 6 + 3 + 45)
        .hasSize(spec.windowFeatureCount())
        .doesNotHaveDuplicates()
        // The level, and zeros that stand for no pitch, are not features.
        .doesNotContain("mfcc1.mean", "f0.delta.std")
        .startsWith("mfcc1.std", "mfcc1.p10", "mfcc1.median", "mfcc1.p90", "mfcc1.delta.std")
        .contains("mfcc3.std", "f0.median", "f0.slope", "voiced.share", "rms.p90", "flux.mean")
        .contains("speech.share", "pause.rate", "pause.length", "syllable.rate", "f0.rise")
        .contains("rms.rising", "voicing.voiced.p10", "f0.p95", "f0.third1", "contrast5.third3")
        .contains("rms.change16", "f0.change512", "f0.bend.median", "mfcc2.mfcc3.correlation")
        .endsWith("f0.flux.correlation", "centroid.flux.correlation");
  }

  @Test
  void shouldNameAllGroupsAndStatisticsApart() {
    FeatureSpec spec = with(List.of(FeatureGroup.values()), List.of(Statistic.values()));

    assertThat(spec.frameFeatureNames()).hasSize(spec.frameFeatureCount()).doesNotHaveDuplicates();
    assertThat(spec.windowFeatureNames()).doesNotHaveDuplicates();
  }

  @Test
  void shouldLeaveTheNamedSpecsAtTheirMeans() {
    for (FeatureSpec spec :
        List.of(FeatureSpec.LIBROSA_22K, FeatureSpec.WIDEBAND_16K, FeatureSpec.TELEPHONE_8K)) {
      assertThat(spec.extended()).isFalse();
      assertThat(spec.windowFeatureNames())
          .hasSameSizeAs(spec.frameFeatureNames())
          .allMatch(name -> name.endsWith(".mean"));
    }
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
    assertRefused(() -> with(List.of(FeatureGroup.RMS), List.of(Statistic.MOVEMENT)), "statistics");
    assertRefused(() -> with(List.of(FeatureGroup.RMS), List.of(Statistic.VOICE)), "statistics");
    for (Statistic followed : List.of(Statistic.COURSE, Statistic.CHANGE, Statistic.CORRELATION)) {
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
