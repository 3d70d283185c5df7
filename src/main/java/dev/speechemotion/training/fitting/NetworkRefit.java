package dev.speechemotion.training.fitting;

import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.model.WeightsFile;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.corpus.TeacherAnswers;
import dev.speechemotion.training.evaluation.Adaptation;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;

/**
 * Goes on with the training of a network, on a place's recordings and what another model says of
 * them. It is short, so the network keeps what it knows of other places.
 */
public final class NetworkRefit {
  /** Batches that the network sees. */
  private static final int STEPS = 300;

  private final ModelManifest manifest;
  private final byte[] weights;
  private final PrintWriter log;

  /**
   * @param weights the file that the manifest names
   */
  public NetworkRefit(ModelManifest manifest, byte[] weights, PrintWriter log) {
    this.manifest = manifest;
    this.weights = weights;
    this.log = log;
  }

  /**
   * The weights file after it.
   *
   * @param bySite normalization by the place
   * @param windows one in each clip, as measured
   * @param taught of each of them
   */
  public byte[] weights(
      ModelManifest.Normalization bySite, List<LabeledClip> windows, TeacherAnswers taught)
      throws IOException {
    ModelManifest.Hyperparameters before = manifest.training().hyperparameters();
    int steps = (windows.size() + before.batchSize() - 1) / before.batchSize();
    int epochs = (STEPS + steps - 1) / steps;
    ModelManifest.Hyperparameters hyper =
        new ModelManifest.Hyperparameters(
            before.learningRate(),
            before.batchSize(),
            epochs,
            0,
            before.validationShare(),
            1,
            false,
            0,
            before.weightDecay(),
            ModelManifest.Hyperparameters.Schedule.COSINE,
            0,
            before.clipNorm(),
            1,
            false,
            0,
            before.without());
    FittingSettings settings =
        new FittingSettings(
            manifest.architecture(),
            manifest.featureSpec(),
            hyper,
            Adaptation.of(bySite, Optional.of(Adaptation.Mode.NONE)),
            bySite.limit(),
            manifest.training().seed());
    byte[][] last = new byte[1][];
    try (EpochExamples examples =
        new EpochExamples(
            settings,
            manifest.labels(),
            bySite,
            (clips, epoch) -> clips,
            windows,
            taught,
            epochs)) {
      new NetworkFit(settings, manifest.labels(), taught, log)
          .run(
              "learning from the teacher",
              examples,
              epochs,
              weights,
              (epoch, pass, network, manager) -> {
                last[0] = epoch == epochs ? WeightsFile.encode(network) : last[0];
                return true;
              });
    }
    return last[0];
  }
}
