package dev.speechemotion.training.fitting;

import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.training.corpus.CorpusException;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.evaluation.Adaptation;
import java.util.ArrayList;
import java.util.List;

/** What is done to features before the network, fitted on the clips that it trains on. */
final class TrainingNormalization {
  /** In place of the deviation of a feature that is left out: whatever it is, it enters as 0. */
  private static final float LEFT_OUT = 1e9f;

  private TrainingNormalization() {}

  /**
   * Mean and deviation of the clips; the mean of the speakers' means and the deviation within
   * speakers where vectors are adapted to who speaks.
   *
   * @throws CorpusException if that is not known
   */
  static ModelManifest.Normalization of(List<LabeledClip> clips, FittingSettings settings)
      throws CorpusException {
    Adaptation adaptation = settings.adaptation();
    int columns = FeatureLayout.of(settings.spec()).windowColumnCount();
    ModelManifest.Normalization all =
        adaptation.mode() == Adaptation.Mode.NONE
            ? PopulationStatistics.overall(clips, columns)
            : PopulationStatistics.withinVoices(Adaptation.byVoice(clips), columns);
    return new ModelManifest.Normalization(
        all.mean(),
        leavingOut(all.deviation(), settings),
        adaptation.mode() == Adaptation.Mode.RUNNING
            ? ModelManifest.Normalization.Adapt.RUNNING
            : ModelManifest.Normalization.Adapt.NONE,
        adaptation.n0(),
        adaptation.mode() == Adaptation.Mode.NONE || adaptation.n0Factor() == 0
            ? List.of()
            : PopulationStatistics.priorWindows(
                Adaptation.byVoice(clips), all, adaptation.n0Factor()),
        adaptation.minSpeechShare(),
        settings.limit());
  }

  private static List<Float> leavingOut(List<Float> deviations, FittingSettings settings) {
    List<String> names = FeatureLayout.of(settings.spec()).windowFeatureNames();
    List<Float> left = new ArrayList<>(deviations);
    for (int i = 0; i < left.size(); i++) {
      if (settings.hyperparameters().without().stream().anyMatch(names.get(i)::startsWith)) {
        left.set(i, LEFT_OUT);
      }
    }
    return left;
  }
}
