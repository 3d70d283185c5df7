package dev.speechemotion.training.experiment;

import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.Population;
import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.model.TrainingStatistics;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.evaluation.Adaptation;
import dev.speechemotion.training.evaluation.AdaptedClip;
import dev.speechemotion.training.evaluation.Calls;
import dev.speechemotion.training.evaluation.Place;
import dev.speechemotion.training.evaluation.SiteStatistics;
import dev.speechemotion.training.linear.LinearHead;
import dev.speechemotion.training.linear.SelfTraining;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Tests a model as it would work: where it is adapted to places, each place of the test gets what
 * {@code adapt} makes for it.
 *
 * @param self what a linear head teaches itself from at a place; empty: it stays
 * @param taught what a network learns at a place by; empty: it stays
 * @param draws how many times each corpus's speakers are parted in two halves; each clip is tested
 *     as often
 */
public record AdaptedTest(
    Adaptation adaptation,
    Optional<TrainingStatistics> self,
    Optional<TaughtNetwork> taught,
    Calls calls,
    int draws,
    long seed) {
  /** Looks at what is tested together. */
  @FunctionalInterface
  public interface Listener {
    /**
     * @param uncalibrated the same without calibration
     * @param clips as the classifier takes them
     */
    void tested(
        EmotionClassifier classifier, EmotionClassifier uncalibrated, List<AdaptedClip> clips)
        throws IOException;
  }

  /**
   * @param clips that are tested
   * @param audio with places, all that is known of them: all clips of the tested corpora
   */
  public void run(
      EmotionModel model, List<LabeledClip> clips, List<LabeledClip> audio, Listener listener)
      throws IOException {
    if (adaptation.mode() != Adaptation.Mode.SITE) {
      asAdapted(model, adaptation.apply(clips, audio, population(model), calls, seed), listener);
      return;
    }
    for (int draw = 0; draw < draws; draw++) {
      if (self.isEmpty() && taught.isEmpty()) {
        asAdapted(
            model, adaptation.apply(clips, audio, population(model), calls, seed + draw), listener);
        continue;
      }
      for (Place place : adaptation.places(clips, audio, calls, seed + draw)) {
        at(place, model, listener);
      }
    }
  }

  private static Population population(EmotionModel model) {
    return model.manifest().normalization().population();
  }

  private static void asAdapted(EmotionModel model, List<AdaptedClip> clips, Listener listener)
      throws IOException {
    try (EmotionClassifier classifier = model.newHeadClassifier();
        EmotionClassifier uncalibrated = model.newUncalibratedHeadClassifier()) {
      listener.tested(classifier, uncalibrated, clips);
    }
  }

  private void at(Place place, EmotionModel model, Listener listener) throws IOException {
    ModelManifest manifest = model.manifest();
    ModelManifest.Normalization training = manifest.normalization();
    List<LabeledClip> heard =
        place.heard().stream().map(clip -> clip.heardBy(manifest.detector())).toList();
    SiteStatistics site =
        SiteStatistics.of(heard, training.mean().size(), training.minSpeechShare());
    ModelManifest.Normalization bySite = site.normalization(training);
    if (self.isPresent()) {
      LinearHead head =
          LinearHead.fitted(
              manifest.labels(),
              bySite,
              manifest.calibration(),
              SelfTraining.ofClips(self.get(), heard, bySite).statistics());
      listener.tested(
          head,
          head.with(new ModelManifest.Calibration(1, 0, manifest.calibration().uncertainBelow())),
          place.tested().stream().map(clip -> new AdaptedClip(clip, 0)).toList());
      return;
    }
    byte[] weights = taught.orElseThrow().weights(heard, bySite);
    try (EmotionModel there =
        EmotionModel.of(
            manifest.with(
                ModelManifest.Weights.of(manifest.weights().file(), weights),
                manifest.calibration()),
            weights)) {
      asAdapted(
          there,
          place.tested().stream()
              .map(clip -> new AdaptedClip(site.adapted(clip, population(model)), 0))
              .toList(),
          listener);
    }
  }
}
