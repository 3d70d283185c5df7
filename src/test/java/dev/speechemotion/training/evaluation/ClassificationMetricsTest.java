package dev.speechemotion.training.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.training.corpus.Clips;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.corpus.WindowedFeatures;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClassificationMetricsTest {
  private static final List<String> LABELS = List.of("angry", "happy", "sad");

  private final ClassificationMetrics evaluation = new ClassificationMetrics(LABELS);

  /** Three angry (two recognized, one taken for sad), one happy (taken for angry), no sad. */
  private void addFour() {
    evaluation.add("angry", "s", new float[] {0.8f, 0.1f, 0.1f});
    evaluation.add("angry", "s", new float[] {0.8f, 0.2f, 0});
    evaluation.add("angry", "s", new float[] {0.3f, 0.1f, 0.6f});
    evaluation.add("happy", "s", new float[] {1, 0, 0});
  }

  @Test
  void shouldCountByActualAndPredictedLabel() {
    addFour();

    assertThat(evaluation.counts()).isDeepEqualTo(new int[][] {{2, 0, 1}, {1, 0, 0}, {0, 0, 0}});
    assertThat(evaluation.clipCount()).isEqualTo(4);
    assertThat(evaluation.clipCount(0)).isEqualTo(3);
  }

  @Test
  void shouldGiveTheFiguresOfTheirDefinitions() {
    addFour();

    assertThat(evaluation.accuracy()).isEqualTo(2 / 4.0);
    assertThat(evaluation.recall(0)).isEqualTo(2 / 3.0);
    assertThat(evaluation.recall(1)).isZero();
    assertThat(evaluation.recall(2)).isNaN();
    assertThat(evaluation.precision(0)).isEqualTo(2 / 3.0);
    assertThat(evaluation.precision(1)).isZero();
    assertThat(evaluation.precision(2)).isZero();
    assertThat(evaluation.f1(0)).isCloseTo(2 / 3.0, within(1e-12));
    assertThat(evaluation.f1(1)).isZero();
  }

  @Test
  void shouldLeaveLabelsWithoutClipsOutOfTheAverage() {
    addFour();

    assertThat(evaluation.uar()).isCloseTo((2 / 3.0 + 0) / 2, within(1e-12));
    assertThat(evaluation.worstLabel()).isEqualTo(1);
  }

  @Test
  void shouldGiveTheGapBetweenConfidenceAndAccuracyAsEce() {
    addFour();

    // Bins: two clips at 0.8, both right; one at 0.6, wrong; one at 1, wrong.
    double expected = (2 * Math.abs(1 - 0.8) + Math.abs(0 - 0.6) + Math.abs(0 - 1.0)) / 4;
    assertThat(evaluation.ece()).isCloseTo(expected, within(1e-6));
  }

  @Test
  void shouldSayHowMuchOfWhatIsMoreCertainIsRight() {
    addFour();
    evaluation.add("sad", "s", new float[] {0.4f, 0.1f, 0.5f});

    // By confidence: 1 wrong, 0.8 and 0.8 right, 0.6 wrong, 0.5 right.
    assertThat(evaluation.certainHalfAccuracy()).isCloseTo(2 / 3.0, within(1e-12));
    assertThat(evaluation.uncertainShare(0.7f)).isCloseTo(2 / 5.0, within(1e-12));
    assertThat(evaluation.certainAccuracy(0.7f)).isCloseTo(2 / 3.0, within(1e-12));
    assertThat(evaluation.uncertainShare(0.5f)).isZero();
    assertThat(evaluation.certainAccuracy(0.5f)).isEqualTo(evaluation.accuracy());
    evaluation.add("sad", "s", new float[] {0.3f, 0.4f, 0.3f});
    assertThat(evaluation.certainHalfAccuracy()).isCloseTo(2 / 3.0, within(1e-12));
  }

  @Test
  void shouldHaveNoAccuracyOfTheCertainWhereNoneIs() {
    evaluation.add("angry", "s", new float[] {0.4f, 0.3f, 0.3f});

    assertThat(evaluation.uncertainShare(0.5f)).isEqualTo(1);
    assertThat(evaluation.certainAccuracy(0.5f)).isNaN();
  }

  @Test
  void shouldCallConfidenceThatEqualsAccuracyCalibrated() {
    for (int i = 0; i < 4; i++) {
      evaluation.add(i < 3 ? "angry" : "sad", "s", new float[] {0.75f, 0.125f, 0.125f});
    }

    assertThat(evaluation.ece()).isCloseTo(0, within(1e-6));
  }

  @Test
  void shouldJudgeAClipByTheMeanOfItsWindows() {
    // Two windows say happy by a little, one says sad by far.
    LabeledClip clip =
        Clips.clip("sad", "s", "w", new float[] {0}, new float[] {0}, new float[] {1});

    evaluation.addAll(
        new EmotionClassifier() {
          @Override
          public List<String> labels() {
            return LABELS;
          }

          @Override
          public int featureCount() {
            return 1;
          }

          @Override
          public ModelIdentity model() {
            return new ModelIdentity("test", "1", "");
          }

          @Override
          public void classify(float[] features, int windowCount, float[] probabilities) {
            probabilities[0] = 0;
            probabilities[1] = features[0] == 0 ? 0.55f : 0;
            probabilities[2] = features[0] == 0 ? 0.45f : 1;
          }

          @Override
          public void close() {}
        },
        List.of(clip));

    assertThat(evaluation.counts()[2]).containsExactly(0, 0, 1);
    assertThat(evaluation.ece()).isCloseTo(1 - 1.9 / 3, within(1e-6));
  }

  @Test
  void shouldTakeTheWindowsThatHoldSpeech() {
    float[] first = {1};
    float[] second = {2};
    LabeledClip clip = Clips.clip("sad", "s", "w", first, second);

    assertThat(
            clip.with(new WindowedFeatures(1, clip.windows(), new float[] {0.05f, 0.1f}), "s")
                .windowsOfSpeech())
        .containsExactly(second);
    assertThat(Clips.withSpeech(0, clip).windowsOfSpeech()).isEmpty();
  }

  @Test
  void shouldRefuseALabelThatItDoesNotKnow() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> evaluation.add("bored", "s", new float[] {1, 0, 0}))
        .withMessageContaining("bored");
  }

  @Test
  void shouldGiveIntervalsOverSpeakersThatHoldTheFigure() {
    // Ten speakers: of five everything is recognized, of five nothing.
    for (int speaker = 0; speaker < 10; speaker++) {
      for (int i = 0; i < 4; i++) {
        evaluation.add(
            "angry", "s" + speaker, speaker < 5 ? new float[] {1, 0, 0} : new float[] {0, 1, 0});
      }
    }

    ClassificationMetrics.Interval interval = evaluation.accuracyInterval().orElseThrow();

    // The mean of ten draws of 0 or 1: binomial, 95 % of it from 0.2 to 0.8.
    assertThat(interval.low()).isCloseTo(0.2, within(1e-9));
    assertThat(interval.high()).isCloseTo(0.8, within(1e-9));
    assertThat(evaluation.uarInterval()).contains(interval);
    assertThat(evaluation.table()).contains("95 % intervals over 10 speakers");
  }

  @Test
  void shouldGiveNoIntervalsForAFewSpeakers() {
    addFour();

    assertThat(evaluation.accuracyInterval()).isEmpty();
    assertThat(evaluation.table()).doesNotContain("95 %");
  }

  @Test
  void shouldGiveTheBinsOfAReliabilityDiagram() {
    addFour();

    assertThat(evaluation.reliability())
        .extracting(ClassificationMetrics.Bin::clips, ClassificationMetrics.Bin::accuracy)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(1, 0.0),
            org.assertj.core.groups.Tuple.tuple(2, 1.0),
            org.assertj.core.groups.Tuple.tuple(1, 0.0));
    assertThat(evaluation.reliability().get(1).meanConfidence()).isCloseTo(0.8, within(1e-6));
  }

  @Test
  void shouldTakeNoAnswerThatTheCorpusDoesNotHave() {
    boolean[] noSad = {true, true, false};
    // By itself it says sad, of angry and happy rather happy.
    evaluation.add("happy", "s", new float[] {0.125f, 0.375f, 0.5f}, noSad);
    evaluation.add("angry", "s", new float[] {0.5f, 0.25f, 0.25f}, noSad);

    assertThat(evaluation.counts()).isDeepEqualTo(new int[][] {{1, 0, 0}, {0, 1, 0}, {0, 0, 0}});
    assertThat(evaluation.uar()).isEqualTo(1);
    assertThat(evaluation.uarOpen()).isEqualTo(0.5);
    assertThat(evaluation.accuracyOpen()).isEqualTo(0.5);
    assertThat(evaluation.uarChance()).isEqualTo(0.5);
    assertThat(evaluation.isRestricted()).isTrue();
    // Confidences of 0.75 and of two thirds, each in a bin of its own.
    assertThat(evaluation.ece()).isCloseTo((0.25 + 1 / 3.0) / 2, within(1e-6));
    assertThat(evaluation.table())
        .contains("UAR 100.0 % (chance 50.0 %)", "accuracy 50.0 %, UAR 50.0 % (chance 33.3 %)");
  }

  @Test
  void shouldGuessWhereOnlyWhatIsNoAnswerIsProbable() {
    assertThat(
            ClassificationMetrics.restricted(
                new float[] {0, 0, 1}, new boolean[] {true, true, false}))
        .containsExactly(0.5f, 0.5f, 0);
  }

  @Test
  void shouldLeaveAnswersAloneWhereAllLabelsAre() {
    addFour();

    assertThat(evaluation.uarOpen()).isEqualTo(evaluation.uar());
    assertThat(evaluation.uarChance()).isCloseTo(1 / 3.0, within(1e-12));
    assertThat(evaluation.isRestricted()).isFalse();
    assertThat(evaluation.table()).doesNotContain("with all of them");
  }

  @Test
  void shouldMixTheChanceLevelsOfCorporaByClip() {
    boolean[] all = {true, true, true};
    evaluation.add("angry", "s", new float[] {1, 0, 0}, new boolean[] {true, true, false});
    evaluation.add("angry", "s", new float[] {1, 0, 0}, all);
    evaluation.add("sad", "s", new float[] {1, 0, 0}, all);

    // Angry: half of one and a third of the other; sad: a third.
    assertThat(evaluation.uarChance())
        .isCloseTo(((1 / 2.0 + 1 / 3.0) / 2 + 1 / 3.0) / 2, within(1e-12));
  }

  @Test
  void shouldRankEachClassArousalAndValence() {
    ClassificationMetrics six =
        new ClassificationMetrics(List.of("angry", "happy", "fear", "sad", "surprise", "neutral"));
    six.add("angry", "s", new float[] {0.5f, 0.1f, 0.1f, 0.1f, 0.1f, 0.1f});
    six.add("sad", "s", new float[] {0.2f, 0, 0, 0.5f, 0, 0.3f});
    six.add("neutral", "s", new float[] {0.6f, 0, 0, 0, 0.3f, 0.1f});
    six.add("happy", "s", new float[] {0.2f, 0.3f, 0, 0, 0.1f, 0.4f});

    // Of angry, 0.5 is above 0.2 and 0.2 but not above 0.6.
    assertThat(six.auc(0)).hasValue(2 / 3.0);
    assertThat(six.auc(1)).hasValue(1);
    assertThat(six.auc(2)).isEmpty();
    // Angry, happy, fear, surprise: 0.8 (is), 0.2, 0.9, 0.6 (is): of four pairs two in order.
    assertThat(six.arousalAuc()).hasValue(2 / 4.0);
    // Happy, surprise, neutral: 0.3, 0.3, 0.4 (is), 0.8 (is): all in order.
    assertThat(six.valenceAuc()).hasValue(1);
    assertThat(six.table())
        .contains("AUC, % (chance 50): angry 66.7, happy 100.0, sad 100.0, neutral ");
  }

  @Test
  void shouldRankNoArousalOfLabelsThatAreNoEmotions() {
    ClassificationMetrics others = new ClassificationMetrics(List.of("polite", "angry"));
    others.add("polite", "s", new float[] {1, 0});
    others.add("angry", "s", new float[] {0, 1});

    assertThat(others.auc(0)).hasValue(1);
    assertThat(others.arousalAuc()).isEmpty();
    assertThat(others.valenceAuc()).isEmpty();
  }

  @Test
  void shouldKnowWhichAnswersACorpusHas() {
    TestedClasses classes =
        TestedClasses.of(
            List.of(
                Clips.clip("one", "angry", "s", "w", new float[] {0}),
                Clips.clip("one", "sad", "s", "w", new float[] {0}),
                Clips.clip("two", "happy", "s", "w", new float[] {0})));

    assertThat(classes.answerable("one", LABELS)).containsExactly(true, false, true);
    assertThat(classes.answerable("two", LABELS)).containsExactly(false, true, false);
    assertThat(classes.answerable("three", LABELS)).containsExactly(true, true, true);
  }

  @Test
  void shouldShowTheWorstClassInTheTable() {
    addFour();

    assertThat(evaluation.table()).contains("worst happy 0.0 %", "accuracy 50.0 %", "UAR 33.3 %");
  }
}
