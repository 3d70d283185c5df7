package dev.speechemotion.training.experiment;

import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.EmotionScores;
import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.training.augmentation.Condition;
import dev.speechemotion.training.corpus.Corpora;
import dev.speechemotion.training.corpus.Corpus;
import dev.speechemotion.training.corpus.CorpusException;
import dev.speechemotion.training.corpus.FeatureCache;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.corpus.Labels;
import dev.speechemotion.training.corpus.TeacherAnswers;
import dev.speechemotion.training.evaluation.Adaptation;
import dev.speechemotion.training.fitting.EpochSource;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model that tells another one what recordings hold, also such as have no label. It hears them as
 * they are, whatever the other one hears them through, and each corpus as a place of its own.
 */
public final class Teacher {
  private final List<String> labels;
  private final Map<String, float[]> answers = new HashMap<>();

  /**
   * @param sources what is to be told of
   * @throws CorpusException if the teacher does not tell exactly these labels apart
   */
  public Teacher(
      EmotionModel model,
      List<String> labels,
      List<Corpora.Source> sources,
      long seed,
      FeatureCache cache,
      PrintWriter log)
      throws IOException {
    this.labels = labels;
    if (!List.copyOf(model.labels()).containsAll(labels)
        || model.labels().size() != labels.size()) {
      throw new CorpusException(
          "the teacher tells %s apart, the labeled recordings have %s of --labels: both must be the same, for beside recordings without labels such of all labels are needed; 'adapt --teacher' makes a version of a model by recordings without labels alone"
              .formatted(model.labels(), labels));
    }
    List<LabeledClip> clips =
        Corpora.load(sources, Corpus.Settings.of(model, Condition.CLEAN).andUnlabeled(), cache, log)
            .clips();
    ModelManifest.Normalization normalization = model.manifest().normalization();
    Adaptation bySite = Adaptation.of(normalization, Optional.of(Adaptation.Mode.SITE));
    try (EmotionClassifier classifier = model.newHeadClassifier()) {
      for (LabeledClip clip :
          bySite.applyInTraining(clips, clips, normalization.population(), seed)) {
        answers.put(clip.sha256(), answer(clip, classifier, normalization.minSpeechShare()));
      }
    }
  }

  /**
   * The mean over the windows with speech, or over all if there are none; as labels are ordered.
   */
  private float[] answer(LabeledClip clip, EmotionClassifier classifier, float minSpeechShare) {
    float[] ofWindow = new float[labels.size()];
    double[] all = new double[labels.size()];
    double[] spoken = new double[labels.size()];
    int spokenWindows = 0;
    for (int window = 0; window < clip.windows().size(); window++) {
      boolean speech = clip.speechShare(window) >= minSpeechShare;
      spokenWindows += speech ? 1 : 0;
      classifier.classify(clip.windows().get(window), 1, ofWindow);
      for (int i = 0; i < ofWindow.length; i++) {
        int label = labels.indexOf(classifier.labels().get(i));
        all[label] += ofWindow[i];
        spoken[label] += speech ? ofWindow[i] : 0;
      }
    }
    double[] sums = spokenWindows > 0 ? spoken : all;
    int windows = spokenWindows > 0 ? spokenWindows : clip.windows().size();
    float[] mean = new float[sums.length];
    for (int i = 0; i < sums.length; i++) {
      mean[i] = (float) (sums[i] / windows);
    }
    return mean;
  }

  public TeacherAnswers taught() {
    return new TeacherAnswers(answers);
  }

  /**
   * Lets trainings also hear recordings without a label, under the likeliest one.
   *
   * @param source of what is heard of all recordings
   * @param clips those with the label {@link Labels#UNLABELED} are added
   */
  public EpochSource alsoUnlabeled(EpochSource source, List<LabeledClip> clips) {
    List<LabeledClip> unlabeled =
        clips.stream()
            .filter(clip -> clip.label().equals(Labels.UNLABELED))
            .filter(clip -> answers.containsKey(clip.sha256()))
            .map(clip -> clip.as(likeliest(clip)))
            .toList();
    return (labeled, epoch) -> {
      List<LabeledClip> both = new ArrayList<>(labeled);
      both.addAll(unlabeled);
      return source.clips(both, epoch);
    };
  }

  private String likeliest(LabeledClip clip) {
    float[] answer = answers.get(clip.sha256());
    return labels.get(EmotionScores.indexOfMax(answer, 0, answer.length));
  }
}
