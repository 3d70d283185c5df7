package dev.speechemotion.training.fitting;

import ai.djl.ndarray.NDManager;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.model.Network;
import dev.speechemotion.model.WeightsFile;
import dev.speechemotion.training.evaluation.Calibrator;
import dev.speechemotion.training.evaluation.HeldOutAnswers;
import java.util.ArrayList;
import java.util.List;

/**
 * Ends a fit when the loss on what is kept aside has not improved for as many epochs as patience
 * allows, and keeps the weights of the best epoch. With a patience of 0 it goes on to the last
 * epoch and keeps that one's.
 */
final class EarlyStopping implements NetworkFit.AfterEpoch {
  private final Examples aside;
  private final int patience;
  private final List<EpochResult> curve = new ArrayList<>();
  private byte[] weights = new byte[0];
  private float[] logits = new float[0];
  private double bestLoss = Double.POSITIVE_INFINITY;

  /** 0: no epoch's loss was a number so far. */
  private int bestEpoch;

  EarlyStopping(Examples aside, int patience) {
    this.aside = aside;
    this.patience = patience;
  }

  @Override
  public boolean goesOn(int epoch, NetworkFit.Pass pass, Network network, NDManager manager) {
    float[] found = aside.logits(network, manager);
    double loss = Calibrator.crossEntropy(found, aside.labels());
    double accuracy = Examples.correct(found, aside.labels()) / (double) aside.count();
    curve.add(new EpochResult(pass.loss(), pass.accuracy(), loss, accuracy));
    boolean better = loss < bestLoss || patience == 0;
    if (better || bestEpoch == 0) {
      weights = WeightsFile.encode(network);
    }
    if (better) {
      bestLoss = loss;
      bestEpoch = epoch;
      logits = found;
    }
    return better || epoch - bestEpoch < patience;
  }

  /**
   * @param maxEpochs of the fit
   * @param voices how many are kept aside as a whole
   */
  ValidatedTraining training(ModelManifest.Normalization normalization, int maxEpochs, int voices) {
    if (bestEpoch == 0) {
      return new ValidatedTraining(
          new FittedNetwork(weights, normalization, maxEpochs),
          maxEpochs,
          curve,
          new HeldOutAnswers(logits, new float[0], new String[0]),
          0);
    }
    return new ValidatedTraining(
        new FittedNetwork(weights, normalization, bestEpoch),
        bestEpoch,
        curve,
        new HeldOutAnswers(logits, aside.labels(), aside.corpora()),
        voices);
  }
}
