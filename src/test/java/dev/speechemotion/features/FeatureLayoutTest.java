package dev.speechemotion.features;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.features.spec.FeatureGroup;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.Statistic;
import java.util.List;
import org.junit.jupiter.api.Test;

class FeatureLayoutTest {
  @Test
  void shouldNameEveryValue() {
    FeatureSpec spec = FeatureSpec.LIBROSA_22K;
    FeatureLayout layout = FeatureLayout.of(spec);

    assertThat(layout.frameFeatureNames())
        .hasSize(33)
        .hasSize(layout.frameFeatureCount())
        .doesNotHaveDuplicates()
        .startsWith("mfcc1", "mfcc2")
        .contains("mfcc13", "chroma1", "chroma12", "contrast1", "contrast7")
        .endsWith("zcr");
    assertThat(layout.windowFeatureNames())
        .hasSize(layout.windowFeatureCount())
        .startsWith("mfcc1.mean")
        .endsWith("zcr.mean");
  }

  @Test
  void shouldNameTheExtendedSpecsValues() {
    FeatureSpec spec = FeatureSpec.TELEPHONE_8K_EXTENDED;
    FeatureLayout layout = FeatureLayout.of(spec);

    assertThat(layout.frameFeatureNames())
        .hasSize(46)
        .hasSize(layout.frameFeatureCount())
        .contains("mfcc20", "chroma12", "contrast5", "zcr", "rms", "f0", "voicing")
        .endsWith("centroid", "bandwidth", "rolloff", "flatness", "flux");
    assertThat(layout.windowFeatureNames())
        .hasSize(45 * 6 - 1 + 11 + 20 + 7 + 8 * 3 + 6 * 6 + 3 + 45)
        .hasSize(layout.windowFeatureCount())
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
    FeatureSpec spec =
        new FeatureSpec(
            "x",
            8_000,
            512,
            128,
            40,
            13,
            12,
            4,
            200,
            0.02,
            List.of(FeatureGroup.values()),
            List.of(Statistic.values()));
    FeatureLayout layout = FeatureLayout.of(spec);

    assertThat(layout.frameFeatureNames())
        .hasSize(layout.frameFeatureCount())
        .doesNotHaveDuplicates();
    assertThat(layout.windowFeatureNames()).doesNotHaveDuplicates();
  }

  @Test
  void shouldLeaveTheNamedSpecsAtTheirMeans() {
    for (FeatureSpec spec :
        List.of(FeatureSpec.LIBROSA_22K, FeatureSpec.WIDEBAND_16K, FeatureSpec.TELEPHONE_8K)) {
      FeatureLayout layout = FeatureLayout.of(spec);
      assertThat(spec.extended()).isFalse();
      assertThat(layout.windowFeatureNames())
          .hasSameSizeAs(layout.frameFeatureNames())
          .allMatch(name -> name.endsWith(".mean"));
    }
  }
}
