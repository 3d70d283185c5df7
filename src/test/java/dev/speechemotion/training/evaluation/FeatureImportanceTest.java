package dev.speechemotion.training.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.training.corpus.Clips;
import dev.speechemotion.training.corpus.LabeledClip;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FeatureImportanceTest {
  private static final List<String> LABELS = List.of("angry", "sad");

  @Test
  void shouldFindWhatAClassifierDependsOn() {
    // given a classifier that looks at the zero-crossing rate alone, and is always right
    FeatureSpec spec = FeatureSpec.TELEPHONE_8K;
    int zcr = FeatureLayout.of(spec).windowFeatureNames().indexOf("zcr.mean");
    FeatureImportance importance = new FeatureImportance(LABELS, spec, 1);

    importance.add(
        new ByFeature(FeatureLayout.of(spec).windowFeatureCount(), zcr), clips(spec, zcr, 400));

    assertThat(importance.uar()).isEqualTo(1);
    assertThat(importance.clipCount()).isEqualTo(400);
    List<FeatureImportance.Family> families = importance.families();
    assertThat(families)
        .extracting(FeatureImportance.Family::name)
        .containsExactlyInAnyOrder("MFCC", "chroma", "spectral contrast", "zero crossings");
    // Another window's value is right half of the time.
    assertThat(families.get(0).name()).isEqualTo("zero crossings");
    assertThat(families.get(0).features()).isEqualTo(1);
    assertThat(families.get(0).drop()).isCloseTo(0.5, within(0.06));
    assertThat(families.get(0).uar()).isCloseTo(0.5, within(0.06));
    assertThat(families.subList(1, 4)).allSatisfy(family -> assertThat(family.drop()).isZero());
    assertThat(families.stream().mapToInt(FeatureImportance.Family::features).sum())
        .isEqualTo(FeatureLayout.of(spec).windowFeatureCount());
  }

  @Test
  void shouldGroupTheExtendedFeaturesInFamilies() {
    FeatureImportance importance =
        new FeatureImportance(LABELS, FeatureSpec.WIDEBAND_16K_EXTENDED, 1);
    importance.add(
        new ByFeature(FeatureLayout.of(FeatureSpec.WIDEBAND_16K_EXTENDED).windowFeatureCount(), 0),
        clips(FeatureSpec.WIDEBAND_16K_EXTENDED, 0, 10));

    assertThat(importance.families())
        .extracting(FeatureImportance.Family::name)
        .containsExactlyInAnyOrder(
            "MFCC",
            "chroma",
            "spectral contrast",
            "zero crossings",
            "course of the level",
            "voicing",
            "spectral shape",
            "pitch",
            "timing");
  }

  @Test
  void shouldLeaveTheClipsAlone() {
    FeatureSpec spec = FeatureSpec.TELEPHONE_8K;
    List<LabeledClip> clips = clips(spec, 0, 20);
    List<float[]> before = clips.stream().map(clip -> clip.windows().get(0).clone()).toList();

    new FeatureImportance(LABELS, spec, 1)
        .add(new ByFeature(FeatureLayout.of(spec).windowFeatureCount(), 0), clips);

    for (int i = 0; i < clips.size(); i++) {
      assertThat(clips.get(i).windows().get(0)).isEqualTo(before.get(i));
    }
  }

  @Test
  void shouldTakeBandsTogetherWhereAVectorIsItsFrames() {
    // given vectors of frames of different numbers, the rest NaN
    FeatureSpec spec = FeatureSpec.named("telephone-8k-logmel").orElseThrow();
    int bands = FeatureLayout.of(spec).windowColumnCount();
    List<LabeledClip> clips = new ArrayList<>();
    Random random = new Random(1);
    for (int i = 0; i < 100; i++) {
      float[] window = new float[FeatureLayout.of(spec).windowFeatureCount()];
      int frames = 5 + random.nextInt(20);
      Arrays.fill(window, frames * bands, window.length, Float.NaN);
      for (int frame = 0; frame < frames; frame++) {
        window[frame * bands + 17] = i % 2;
      }
      clips.add(Clips.clip(LABELS.get(i % 2), "s", "w" + i, window));
    }
    FeatureImportance importance = new FeatureImportance(LABELS, spec, 1);

    // The classifier looks at band 18 of the last frame that is there.
    importance.add(new ByLastFrame(FeatureLayout.of(spec).windowFeatureCount(), bands, 17), clips);

    assertThat(importance.uar()).isEqualTo(1);
    assertThat(importance.families().get(0).name()).isEqualTo("mel bands 17 to 24");
    assertThat(importance.families().get(0).drop()).isCloseTo(0.5, within(0.1));
    assertThat(importance.families().get(1).drop()).isZero();
  }

  private static List<LabeledClip> clips(FeatureSpec spec, int telling, int count) {
    Random random = new Random(1);
    List<LabeledClip> clips = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] features = new float[FeatureLayout.of(spec).windowFeatureCount()];
      for (int k = 0; k < features.length; k++) {
        features[k] = random.nextFloat();
      }
      features[telling] = i % 2;
      clips.add(Clips.clip(LABELS.get(i % 2), "s", "w" + i, features));
    }
    return clips;
  }

  /** Sad where a feature is above one half. */
  private static class ByFeature implements EmotionClassifier {
    private final int featureCount;
    private final int feature;

    ByFeature(int featureCount, int feature) {
      this.featureCount = featureCount;
      this.feature = feature;
    }

    float value(float[] features) {
      return features[feature];
    }

    @Override
    public void classify(float[] features, int windowCount, float[] probabilities) {
      probabilities[1] = value(features) > 0.5f ? 0.9f : 0.1f;
      probabilities[0] = 1 - probabilities[1];
    }

    @Override
    public List<String> labels() {
      return LABELS;
    }

    @Override
    public int featureCount() {
      return featureCount;
    }

    @Override
    public ModelIdentity model() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }

  private static final class ByLastFrame extends ByFeature {
    private final int bands;
    private final int band;

    ByLastFrame(int featureCount, int bands, int band) {
      super(featureCount, band);
      this.bands = bands;
      this.band = band;
    }

    @Override
    float value(float[] features) {
      int at = band;
      while (at + bands < features.length && !Float.isNaN(features[at + bands])) {
        at += bands;
      }
      return features[at];
    }
  }
}
