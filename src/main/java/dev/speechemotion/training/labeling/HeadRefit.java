package dev.speechemotion.training.labeling;

import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.model.TrainingStatistics;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.linear.LinearDiscriminant;
import dev.speechemotion.training.linear.LinearHead;
import dev.speechemotion.training.linear.NormalizedWindows;
import dev.speechemotion.training.linear.SelfTraining;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A linear discriminant fitted again on what is known of its training and on labeled recordings of
 * a place, the training weighing as much as some number of recordings of each label, its strength.
 * Which strength is best, and whether any is better than the head before, is told by leaving out
 * speakers: the strength with the lowest cross-entropy is taken if its answers have a higher
 * unweighted average recall by more than a standard error, which a few recordings reach by chance
 * less often than a bare gain.
 */
public final class HeadRefit {
  /** Of the head as it was. */
  public static final int KEPT = 0;

  private static final List<Integer> STRENGTHS = List.of(320, 160, 80, 40, 20);

  /** Groups of speakers that are left out, each in turn. */
  private static final int MOST_GROUPS = 10;

  private final List<String> labels;
  private final ModelManifest.Normalization normalization;
  private final ModelManifest.Calibration calibration;

  /** With what the head as trained has taught itself, where it does. */
  private final TrainingStatistics training;

  private final Optional<SelfTraining> place;
  private final List<LabeledClip> clips;
  private final LinearHead asTrained;
  private final boolean[] answerable;

  /**
   * What the head as trained said of speakers, and what each strength said when they were left out.
   */
  private final HeadAnswers before;

  private final List<HeadAnswers> after = new ArrayList<>();

  /** Index of the strength that was best when speakers were left out. */
  private int best;

  /**
   * Fits and checks.
   *
   * @param training of the head as trained
   * @param place whose windows, labeled by a head that has learned from the clips, teach the next;
   *     empty if the place's windows without labels teach nothing
   * @param normalization by the place
   * @param calibration of the head as trained
   * @param clips of the place, at least one; with a single speaker there is nothing to check by,
   *     and the head is kept
   */
  public HeadRefit(
      TrainingStatistics training,
      Optional<SelfTraining> place,
      List<String> labels,
      ModelManifest.Normalization normalization,
      ModelManifest.Calibration calibration,
      List<LabeledClip> clips) {
    this.training = place.map(SelfTraining::statistics).orElse(training);
    this.place = place;
    this.labels = labels;
    this.normalization = normalization;
    this.calibration = calibration;
    this.clips = clips;
    NormalizedWindows all = windows(clips);
    asTrained = new LinearHead(labels, normalization, calibration, all.fit(this.training));
    answerable = new boolean[labels.size()];
    clips.forEach(clip -> answerable[labels.indexOf(clip.label())] = true);
    before = new HeadAnswers(labels, answerable);
    STRENGTHS.forEach(strength -> after.add(new HeadAnswers(labels, answerable)));
    if (speakers() > 1) {
      groups().forEach(this::leaveOut);
      for (int i = 1; i < after.size(); i++) {
        best = after.get(i).loss() < after.get(best).loss() ? i : best;
      }
    }
  }

  private NormalizedWindows windows(List<LabeledClip> of) {
    return new NormalizedWindows(of, labels, normalization);
  }

  /** Each a part of the clips with all of its speakers'. */
  private List<List<LabeledClip>> groups() {
    List<String> speakers =
        List.copyOf(new TreeSet<>(clips.stream().map(LabeledClip::voice).toList()));
    int count = Math.min(MOST_GROUPS, speakers.size());
    List<List<LabeledClip>> groups = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int group = i;
      groups.add(
          clips.stream().filter(clip -> speakers.indexOf(clip.voice()) % count == group).toList());
    }
    return groups;
  }

  private void leaveOut(List<LabeledClip> tested) {
    NormalizedWindows rest =
        windows(clips.stream().filter(clip -> !tested.contains(clip)).toList());
    TrainingStatistics site = rest.statistics(LabeledClip::key);
    List<LinearDiscriminant> maps = new ArrayList<>();
    STRENGTHS.forEach(strength -> maps.add(fitted(rest, site, strength)));
    for (LabeledClip clip : tested) {
      NormalizedWindows windows = windows(List.of(clip));
      before.add(clip, windows.logits(asTrained.map()));
      for (int i = 0; i < maps.size(); i++) {
        after.get(i).add(clip, windows.logits(maps.get(i)));
      }
    }
  }

  /** Fits a head, has it label the place's windows, and fits one that has learned from them too. */
  private LinearDiscriminant fitted(
      NormalizedWindows labeled, TrainingStatistics site, int strength) {
    LinearDiscriminant first = labeled.fit(mixed(training, site, strength));
    return place
        .map(windows -> labeled.fit(mixed(windows.by(first, answerable), site, strength)))
        .orElse(first);
  }

  /**
   * Statistics in which the training weighs as many examples of each label of the place as the
   * strength says, and no other label's are changed.
   */
  private TrainingStatistics mixed(
      TrainingStatistics training, TrainingStatistics site, int strength) {
    int columns = training.columnCount();
    float[][] means = new float[labels.size()][];
    float[] masses = new float[labels.size()];
    double siteMass = 0;
    double trainingMass = 0;
    for (int label = 0; label < means.length; label++) {
      double known = training.masses()[label] > 0 ? strength : 0;
      double mass = site.masses()[label];
      means[label] = training.means()[label].clone();
      masses[label] = (float) (known + mass);
      if (mass > 0) {
        siteMass += mass;
        trainingMass += strength;
        for (int i = 0; i < columns; i++) {
          means[label][i] =
              (float)
                  ((known * training.means()[label][i] + mass * site.means()[label][i])
                      / (known + mass));
        }
      }
    }
    float[] covariance = new float[columns * (columns + 1) / 2];
    int at = 0;
    for (int i = 0; i < columns; i++) {
      for (int j = 0; j <= i; j++) {
        covariance[at++] =
            (float)
                ((trainingMass * training.covariance(i, j) + siteMass * site.covariance(i, j))
                    / (trainingMass + siteMass));
      }
    }
    return new TrainingStatistics(means, masses, covariance);
  }

  /**
   * How many recordings of each label the training weighs in the head; {@link #KEPT} if it stays.
   */
  public int strength() {
    return speakers() > 1
            && after.get(best).loss() < before.loss()
            && uarAfter() - uarBefore() > standardError()
        ? STRENGTHS.get(best)
        : KEPT;
  }

  /**
   * The head fitted on all of the clips; that of the training if it stays. Its calibration is
   * another one only if that is clearly better on speakers left out: a hundred recordings say
   * little of confidences, and less of those on other sentences.
   */
  public LinearHead head() {
    if (strength() == KEPT) {
      return asTrained;
    }
    NormalizedWindows all = windows(clips);
    return new LinearHead(
        labels,
        normalization,
        after.get(best).calibration(calibration),
        fitted(all, all.statistics(LabeledClip::key), strength()));
  }

  /** The head as trained. */
  public LinearHead headAsTrained() {
    return asTrained;
  }

  public int speakers() {
    return (int) clips.stream().map(LabeledClip::voice).distinct().count();
  }

  /** Unweighted average recall of the head as trained, 0 to 1; NaN with a single speaker. */
  public double uarBefore() {
    return before.uar();
  }

  /** The same of the best strength on speakers left out. */
  public double uarAfter() {
    return after.get(best).uar();
  }

  /** Of the gain in unweighted average recall, over the clips. */
  public double standardError() {
    return after.get(best).standardErrorOfGain(before);
  }

  /** For the manifest. */
  public ModelManifest.Labeled labeled(String sha256) {
    return new ModelManifest.Labeled(
        clips.size(), speakers(), strength(), rounded(uarBefore()), rounded(uarAfter()), sha256);
  }

  private static double rounded(double value) {
    return Math.round(value * 10_000) / 10_000.0;
  }

  private String whyKept() {
    return speakers() > 1 && uarAfter() - uarBefore() > standardError()
        ? String.format(
            Locale.ROOT,
            "more are right, but its probabilities are no better (cross-entropy %.2f by the head before, %.2f fitted again): the head is kept; label more recordings, whole ones too",
            before.loss(),
            after.get(best).loss())
        : "no sure gain: the head is kept";
  }

  /** What was found, in words. */
  public String report() {
    return String.format(
        Locale.ROOT,
        "%d labeled recordings of %d speakers: UAR %.1f %% by the head before, %.1f %% fitted again and tested on speakers left out (standard error of the gain %.1f)%n%s%n",
        clips.size(),
        speakers(),
        100 * uarBefore(),
        100 * uarAfter(),
        100 * standardError(),
        strength() == KEPT
            ? whyKept()
            : "the head is fitted again; the training weighs as much as %d recordings of each label"
                .formatted(strength()));
  }
}
