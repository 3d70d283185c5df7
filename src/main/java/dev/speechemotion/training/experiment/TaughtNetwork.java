package dev.speechemotion.training.experiment;

import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.EmotionScores;
import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.training.corpus.CorpusException;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.corpus.Recording;
import dev.speechemotion.training.corpus.TeacherAnswers;
import dev.speechemotion.training.evaluation.SiteStatistics;
import dev.speechemotion.training.fitting.NetworkRefit;
import dev.speechemotion.training.linear.LinearHead;
import dev.speechemotion.training.linear.SelfTraining;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A network that learns of a place what another model, adapted to that place, says of its unlabeled
 * recordings. A teacher that is a version for a place already stays as it is.
 */
public final class TaughtNetwork {
  private final EmotionModel model;
  private final EmotionModel teacher;
  private final UnaryOperator<LabeledClip> asTeacherHears;
  private final PrintWriter log;

  /**
   * @param model the network's
   * @param asTeacherHears a recording as the network hears it to the same as the teacher hears it
   * @throws CorpusException if the network cannot learn, or not from this teacher
   */
  public TaughtNetwork(
      EmotionModel model,
      EmotionModel teacher,
      UnaryOperator<LabeledClip> asTeacherHears,
      PrintWriter log)
      throws CorpusException {
    if (model.manifest().architecture().linear()) {
      throw new CorpusException(
          "model %s has a linear head, which teaches itself: --teacher self"
              .formatted(model.manifest().name()));
    }
    if (!new HashSet<>(model.labels()).equals(new HashSet<>(teacher.labels()))) {
      throw new CorpusException(
          "the teacher tells %s apart, the model %s: they must be the same"
              .formatted(teacher.labels(), model.labels()));
    }
    if (!model.manifest().windows().equals(teacher.manifest().windows())) {
      throw new CorpusException(
          "the teacher has windows of %s, the model of %s: they must be the same"
              .formatted(teacher.manifest().windows(), model.manifest().windows()));
    }
    if (teacher.manifest().sites().isEmpty()) {
      SelfTraining.statistics(teacher); // It will be adapted to the place.
    }
    this.model = model;
    this.teacher = teacher;
    this.asTeacherHears = asTeacherHears;
    this.log = log;
  }

  /**
   * The weights file of the network after it has learned.
   *
   * @param heard recordings of the place
   * @param bySite the network's normalization by the place
   */
  public byte[] weights(List<LabeledClip> heard, ModelManifest.Normalization bySite)
      throws IOException {
    List<LabeledClip> asTeacher = heard.stream().map(asTeacherHears).toList();
    ModelManifest.Normalization ofTeacher = teacher.manifest().normalization();
    SiteStatistics site =
        SiteStatistics.of(asTeacher, ofTeacher.mean().size(), ofTeacher.minSpeechShare());
    List<LabeledClip> windows = new ArrayList<>();
    Map<String, float[]> answers = new HashMap<>();
    try (EmotionClassifier classifier = atPlace(asTeacher, site)) {
      float[] answer = new float[classifier.labels().size()];
      for (int c = 0; c < heard.size(); c++) {
        LabeledClip clip = heard.get(c);
        LabeledClip same = asTeacher.get(c);
        int both = Math.min(clip.windows().size(), same.windows().size());
        for (int i = 0; i < both; i++) {
          if (clip.speechShare(i) >= bySite.minSpeechShare()
              && same.speechShare(i) >= ofTeacher.minSpeechShare()) {
            classifier.classify(same.windows().get(i), 1, answer);
            float[] ordered = inOrder(answer, classifier.labels());
            LabeledClip window = window(clip, i, ordered);
            answers.put(window.sha256(), ordered);
            windows.add(window);
          }
        }
      }
    }
    if (windows.isEmpty()) {
      throw new CorpusException("the teacher heard no speech in the recordings of the place");
    }
    return new NetworkRefit(model.manifest(), model.weights(), log)
        .weights(bySite, windows, new TeacherAnswers(answers));
  }

  /** The teacher, adapted to the place; it takes windows as measured. */
  private EmotionClassifier atPlace(List<LabeledClip> heard, SiteStatistics site)
      throws CorpusException {
    ModelManifest manifest = teacher.manifest();
    if (!manifest.sites().isEmpty()) {
      return teacher.newHeadClassifier();
    }
    ModelManifest.Normalization bySite = site.normalization(manifest.normalization());
    return LinearHead.fitted(
        manifest.labels(),
        bySite,
        manifest.calibration(),
        SelfTraining.ofClips(SelfTraining.statistics(teacher), heard, bySite).statistics());
  }

  private float[] inOrder(float[] answer, List<String> labels) {
    float[] ordered = new float[answer.length];
    for (int i = 0; i < ordered.length; i++) {
      ordered[i] = answer[labels.indexOf(model.labels().get(i))];
    }
    return ordered;
  }

  /** A window as a clip of its own, with the likeliest label. */
  private LabeledClip window(LabeledClip clip, int window, float[] answer) {
    String label = model.labels().get(EmotionScores.indexOfMax(answer, 0, answer.length));
    return new LabeledClip(
        clip.corpus(),
        new Recording(clip.file(), clip.id(), label, clip.speaker(), clip.text()),
        clip.key() + "@" + window,
        clip.features().window(window));
  }
}
