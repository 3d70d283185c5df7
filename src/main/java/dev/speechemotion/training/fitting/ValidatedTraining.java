package dev.speechemotion.training.fitting;

import dev.speechemotion.training.evaluation.Calibrator;
import dev.speechemotion.training.evaluation.HeldOutAnswers;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** A training that kept a part of the clips aside, and what that part told. */
public final class ValidatedTraining {
  private final FittedNetwork network;
  private final int epochs;
  private final List<EpochResult> curve;
  private final HeldOutAnswers answers;
  private final int validationVoices;

  /**
   * @param epochs after how many the part that was kept aside was recognized best
   * @param answers what the network said of that part then
   * @param validationVoices how many voices were kept aside as a whole
   */
  ValidatedTraining(
      FittedNetwork network,
      int epochs,
      List<EpochResult> curve,
      HeldOutAnswers answers,
      int validationVoices) {
    this.network = network;
    this.epochs = epochs;
    this.curve = List.copyOf(curve);
    this.answers = answers;
    this.validationVoices = validationVoices;
  }

  /**
   * What several trainings give together that kept other voices aside: the mean of their epochs and
   * curves, what all of them answered, and the first one's network.
   */
  static ValidatedTraining together(List<ValidatedTraining> trainings) {
    ValidatedTraining first = trainings.get(0);
    HeldOutAnswers answers = first.answers;
    for (ValidatedTraining other : trainings.subList(1, trainings.size())) {
      answers = answers.and(other.answers);
    }
    List<EpochResult> curve = new ArrayList<>();
    int longest = trainings.stream().mapToInt(one -> one.curve.size()).max().orElseThrow();
    for (int epoch = 0; epoch < longest; epoch++) {
      int index = epoch;
      List<EpochResult> results =
          trainings.stream()
              .filter(one -> one.curve.size() > index)
              .map(one -> one.curve.get(index))
              .toList();
      curve.add(
          new EpochResult(
              mean(results, EpochResult::loss),
              mean(results, EpochResult::accuracy),
              mean(results, EpochResult::validationLoss),
              mean(results, EpochResult::validationAccuracy)));
    }
    return new ValidatedTraining(
        first.network,
        (int) Math.round(mean(trainings, ValidatedTraining::epochs)),
        curve,
        answers,
        trainings.stream().mapToInt(ValidatedTraining::validationVoices).sum());
  }

  private static <T> double mean(List<T> of, ToDoubleFunction<T> value) {
    return of.stream().mapToDouble(value).average().orElseThrow();
  }

  /** After the best epoch; of several trainings, that of one. */
  public FittedNetwork network() {
    return network;
  }

  /** After how many epochs what was kept aside was recognized best; of several, the mean. */
  public int epochs() {
    return epochs;
  }

  public List<EpochResult> curve() {
    return curve;
  }

  /** Fitted on what was kept aside. */
  public Calibrator.Calibration calibration() {
    Calibrator.Calibration fitted = Calibrator.fit(answers);
    // What fits voices that were trained on is no reason to be surer of new ones.
    return validationVoices > 0
        ? fitted
        : new Calibrator.Calibration(Math.max(1, fitted.temperature()), fitted.doubt());
  }

  /** How many voices were kept aside as a whole; 0 if the part kept aside has known voices. */
  public int validationVoices() {
    return validationVoices;
  }
}
