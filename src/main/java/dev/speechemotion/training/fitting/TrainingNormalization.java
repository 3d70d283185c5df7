package dev.speechemotion.training.fitting;

import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.training.corpus.CorpusException;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.evaluation.Adaptation;
import dev.speechemotion.training.evaluation.PopulationStatistics;
import dev.speechemotion.training.evaluation.SiteStatistics;
import java.util.ArrayList;
import java.util.List;

/** What is done to features before the network, fitted on the clips that it trains on. */
final class TrainingNormalization {
  private TrainingNormalization() {}

  /**
   * Mean and deviation of the clips; the mean of the speakers' means and the deviation within
   * speakers where vectors are adapted to who speaks, the same of corpora where it is to the place.
   *
   * @throws CorpusException if that is not known
   */
  static ModelManifest.Normalization of(List<LabeledClip> clips, FittingSettings settings)
      throws CorpusException {
    Adaptation adaptation = settings.adaptation();
    int columns = settings.architecture().columnCount(settings.spec());
    ModelManifest.Normalization all =
        switch (adaptation.mode()) {
          case NONE -> PopulationStatistics.overall(clips, columns);
          case SITE ->
              PopulationStatistics.withinSites(
                  SiteStatistics.byCorpus(clips, columns, adaptation.minSpeechShare()).values(),
                  columns);
          case SPEAKER, RUNNING ->
              PopulationStatistics.withinVoices(Adaptation.byVoice(clips), columns);
        };
    boolean byCall =
        adaptation.mode() == Adaptation.Mode.SPEAKER
            || adaptation.mode() == Adaptation.Mode.RUNNING;
    return new ModelManifest.Normalization(
        all.mean(),
        leavingOut(all.deviation(), settings),
        adaptation.mode() == Adaptation.Mode.RUNNING
            ? ModelManifest.Normalization.Adapt.RUNNING
            : ModelManifest.Normalization.Adapt.NONE,
        adaptation.n0(),
        !byCall || adaptation.n0Factor() == 0
            ? List.of()
            : PopulationStatistics.priorWindows(
                Adaptation.byVoice(clips), all, adaptation.n0Factor()),
        adaptation.minSpeechShare(),
        settings.limit());
  }

  private static List<Float> leavingOut(List<Float> deviations, FittingSettings settings) {
    List<String> names = settings.architecture().columnNames(settings.spec());
    List<Float> left = new ArrayList<>(deviations);
    for (int i = 0; i < left.size(); i++) {
      if (settings.hyperparameters().without().stream().anyMatch(names.get(i)::startsWith)) {
        // Whatever it is, it enters as 0.
        left.set(i, Adaptation.LEFT_OUT);
      }
    }
    return left;
  }
}
