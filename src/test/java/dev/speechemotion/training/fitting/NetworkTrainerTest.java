package dev.speechemotion.training.fitting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.model.Architecture;
import dev.speechemotion.model.ModelFixture;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.model.NetworkType;
import dev.speechemotion.training.corpus.Clips;
import dev.speechemotion.training.corpus.CorpusException;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.corpus.TeacherAnswers;
import dev.speechemotion.training.evaluation.Adaptation;
import dev.speechemotion.training.evaluation.Calibrator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NetworkTrainerTest {
  private static final List<String> LABELS = List.of("angry", "happy", "sad");
  private static final PrintWriter NO_LOG = new PrintWriter(Writer.nullWriter());

  @Test
  void shouldLearnWhatCanBeLearned() throws Exception {
    ValidatedTraining fitted =
        trainer(1, 30).fit("test", Clips.all(LABELS, List.of("a", "b"), 20, 1));

    EpochResult first = fitted.curve().get(0);
    EpochResult best = fitted.curve().get(fitted.epochs() - 1);
    assertThat(best.validationAccuracy()).isEqualTo(1);
    assertThat(best.validationLoss()).isLessThan(first.validationLoss() / 2);
    assertThat(best.loss()).isLessThan(first.loss() / 2);
  }

  @Test
  void shouldGiveTheSameWeightsForTheSameSeedOnly() throws Exception {
    List<LabeledClip> clips = Clips.all(LABELS, List.of("a", "b"), 10, 1);

    byte[] once = trainer(5, 4).fit("test", clips).network().weights();
    byte[] again = trainer(5, 4).fit("test", clips).network().weights();
    byte[] other = trainer(6, 4).fit("test", clips).network().weights();

    assertThat(again).isEqualTo(once);
    assertThat(other).isNotEqualTo(once);
  }

  @Test
  void shouldStopWhenTheValidationPartNoLongerImproves() throws Exception {
    // Labels that have nothing to do with the features: only memorizing is possible.
    List<LabeledClip> clips =
        Clips.all(List.of("one"), List.of("a"), 120, 3).stream()
            .map(
                clip ->
                    Clips.clip(
                        LABELS.get(clip.text().hashCode() % 3),
                        "a",
                        clip.text(),
                        clip.windows().get(0)))
            .toList();

    ValidatedTraining fitted = trainer(1, 200).fit("test", clips);

    assertThat(fitted.curve()).hasSize(fitted.epochs() + 5);
    double best =
        fitted.curve().stream().mapToDouble(EpochResult::validationLoss).min().orElseThrow();
    assertThat(fitted.curve().get(fitted.epochs() - 1).validationLoss()).isEqualTo(best);
  }

  @Test
  void shouldTrainForTheGivenEpochsOnAllClips() throws Exception {
    List<LabeledClip> clips = Clips.all(LABELS, List.of("a"), 5, 1);
    List<Integer> asked = Collections.synchronizedList(new ArrayList<>());
    EpochSource source =
        (given, epoch) -> {
          assertThat(given).isEqualTo(clips);
          asked.add(epoch);
          return given;
        };

    FittedNetwork fitted =
        new NetworkTrainer(settings(1, 100, Adaptation.Mode.NONE), LABELS, source, NO_LOG)
            .fitAll("test", clips, 3);

    assertThat(fitted.epochs()).isEqualTo(3);
    assertThat(asked).containsExactly(1, 1, 2, 3);
  }

  @Test
  void shouldTrainMembersThatDiffer() throws Exception {
    FittingSettings like = settings(1, 20, Adaptation.Mode.NONE);
    NetworkTrainer trainer =
        new NetworkTrainer(
            new FittingSettings(
                new Architecture(NetworkType.FCNN, List.of(), List.of(8), 4, 0.2f),
                like.spec(),
                like.hyperparameters(),
                like.adaptation(),
                3,
                1),
            LABELS,
            EpochSource.PLAIN,
            NO_LOG);
    List<LabeledClip> clips = Clips.all(LABELS, List.of("a", "b"), 20, 1);

    ValidatedTraining fitted = trainer.fit("test", clips);

    assertThat(fitted.curve().get(fitted.epochs() - 1).validationAccuracy()).isEqualTo(1);
    assertThat(fitted.curve())
        .allSatisfy(epoch -> assertThat(epoch.accuracy()).isBetween(0.0, 1.0));
    assertThat(fitted.curve().get(fitted.epochs() - 1).accuracy()).isGreaterThan(0.9);
    assertThat(fitted.network().normalization().limit()).isEqualTo(3);
    assertThat(trainer.fit("test", clips).network().weights())
        .isEqualTo(fitted.network().weights());
  }

  @Test
  void shouldTellTheNetworkNothingOfFeaturesThatAreLeftOut() throws Exception {
    // Of the 33 features, only the chroma tells the labels apart.
    Random random = new Random(1);
    List<LabeledClip> clips = new ArrayList<>();
    for (int text = 0; text < 40; text++) {
      for (int label = 0; label < LABELS.size(); label++) {
        float[] features = new float[33];
        for (int i = 0; i < features.length; i++) {
          features[i] = (float) random.nextGaussian();
        }
        Arrays.fill(features, 13, 25, 20 * label);
        clips.add(Clips.clip(LABELS.get(label), "a", "w" + text, features));
      }
    }

    ValidatedTraining told = trainer(without()).fit("test", clips);
    ValidatedTraining untold = trainer(without("chroma")).fit("test", clips);

    assertThat(told.curve().get(told.epochs() - 1).validationAccuracy()).isGreaterThan(0.9);
    assertThat(untold.curve().get(untold.epochs() - 1).validationAccuracy()).isLessThan(0.7);
  }

  @Test
  void shouldKeepEveryVoiceAsideOnceOverTheValidationFolds() throws Exception {
    List<LabeledClip> clips = Clips.all(LABELS, List.of("a", "b", "c", "d", "e", "f"), 8, 1);
    ModelManifest.Hyperparameters hyper =
        new ModelManifest.Hyperparameters(
            0.005f,
            16,
            12,
            3,
            0.2,
            3,
            false,
            0,
            0,
            ModelManifest.Hyperparameters.Schedule.CONSTANT,
            0,
            0,
            1,
            false,
            0,
            List.of());

    ValidatedTraining fitted = trainer(hyper).fit("test", clips);

    assertThat(fitted.validationVoices()).isEqualTo(6);
    assertThat(fitted.epochs()).isBetween(1, 12);
    assertThat(fitted.curve()).hasSizeGreaterThanOrEqualTo(fitted.epochs());
    assertThat(fitted.curve().get(fitted.epochs() - 1).validationAccuracy()).isGreaterThan(0.9);
    assertThat(fitted.calibration()).isNotEqualTo(Calibrator.Calibration.NONE);
  }

  private static ModelManifest.Hyperparameters without(String... names) {
    return new ModelManifest.Hyperparameters(
        0.005f,
        16,
        10,
        5,
        0.2,
        1,
        false,
        0,
        0,
        ModelManifest.Hyperparameters.Schedule.CONSTANT,
        0,
        0,
        1,
        false,
        0,
        List.of(names));
  }

  @Test
  void shouldLearnAcrossSpeakersWhenTheyDifferMoreThanLabels() throws Exception {
    // Each speaker has an offset of his own that is larger than what labels differ by.
    List<LabeledClip> clips = new ArrayList<>();
    for (int speaker = 0; speaker < 8; speaker++) {
      for (LabeledClip clip : Clips.all(LABELS, List.of("s" + speaker), 12, speaker)) {
        float[] shifted = clip.windows().get(0).clone();
        for (int i = 0; i < shifted.length; i++) {
          shifted[i] += 40 * (speaker - 4);
        }
        clips.add(clip.with(List.of(shifted)));
      }
    }

    ValidatedTraining fitted =
        new NetworkTrainer(
                settings(1, 30, Adaptation.Mode.RUNNING), LABELS, EpochSource.PLAIN, NO_LOG)
            .fit("test", clips);

    assertThat(fitted.validationVoices()).isEqualTo(2);
    assertThat(fitted.network().normalization().adapt())
        .isEqualTo(ModelManifest.Normalization.Adapt.RUNNING);
    assertThat(fitted.curve().get(fitted.epochs() - 1).validationAccuracy()).isGreaterThan(0.8);
    assertThat(fitted.calibration().temperature()).isBetween(0.25f, 16f);
  }

  @Test
  void shouldBeLessSureWithLabelSmoothing() throws Exception {
    List<LabeledClip> clips = Clips.all(LABELS, List.of("a", "b"), 20, 1);

    // All are right, so the loss tells how sure the network is: with 0.3 over three labels it is
    // taught to say 0.8, which costs 0.22.
    assertThat(lastLoss(clips, 0)).isLessThan(0.05);
    assertThat(lastLoss(clips, 0.3f)).isBetween(0.1, 0.4);
  }

  private static double lastLoss(List<LabeledClip> clips, float labelSmoothing) throws Exception {
    ValidatedTraining fitted =
        new NetworkTrainer(
                settings(1, 30, Adaptation.Mode.NONE, labelSmoothing, 0),
                LABELS,
                EpochSource.PLAIN,
                NO_LOG)
            .fit("test", clips);
    return fitted.curve().get(fitted.curve().size() - 1).validationLoss();
  }

  @Test
  void shouldGiveSmallerWeightsWithWeightDecay() throws Exception {
    List<LabeledClip> clips = Clips.all(LABELS, List.of("a", "b"), 20, 1);

    assertThat(squares(clips, 1)).isLessThan(0.95 * squares(clips, 0));
  }

  /** Sum of the squares of all weights after some epochs. */
  private static double squares(List<LabeledClip> clips, float weightDecay) throws Exception {
    byte[] file =
        new NetworkTrainer(
                settings(1, 20, Adaptation.Mode.NONE, 0, weightDecay),
                LABELS,
                EpochSource.PLAIN,
                NO_LOG)
            .fitAll("test", clips, 20)
            .weights();
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    FloatBuffer weights =
        bytes
            .position(Long.BYTES + (int) bytes.getLong(0))
            .slice()
            .order(ByteOrder.LITTLE_ENDIAN)
            .asFloatBuffer();
    double sum = 0;
    while (weights.hasRemaining()) {
      sum += Math.pow(weights.get(), 2);
    }
    return sum;
  }

  @Test
  void shouldSayWhenThereIsTooLittleToTrainOn() {
    List<LabeledClip> clips = Clips.all(LABELS, List.of("a"), 1, 1);

    assertThatThrownBy(() -> trainer(1, 10).fit("test", clips))
        .isInstanceOf(CorpusException.class)
        .hasMessageContaining("too few");
  }

  @Test
  void shouldTrainOnWhatTheSourceGivesInEachEpoch() throws Exception {
    List<LabeledClip> clips = Clips.all(LABELS, List.of("a", "b"), 20, 1);
    List<Integer> asked = Collections.synchronizedList(new ArrayList<>());
    EpochSource unchanging =
        (given, epoch) -> {
          asked.add(epoch);
          return given.stream().map(clip -> clip.with(clip.windows())).toList();
        };
    EpochSource exchanged =
        (given, epoch) -> given.stream().map(clip -> clip.with(given.get(0).windows())).toList();
    FittingSettings settings = settings(1, 5, Adaptation.Mode.NONE);

    byte[] plain = trainer(1, 5).fitAll("test", clips, 5).weights();
    byte[] same =
        new NetworkTrainer(settings, LABELS, unchanging, NO_LOG).fitAll("test", clips, 5).weights();
    List<NetworkFit.Pass> nothingToLearn = passes(settings, exchanged, clips, 5);

    assertThat(same).isEqualTo(plain);
    // The first is asked for twice: for the population, too.
    assertThat(asked).containsExactly(1, 1, 2, 3, 4, 5);
    assertThat(nothingToLearn.get(4).accuracy()).isLessThan(0.8);
  }

  @Test
  void shouldPassOnThatTheSourceFailed() {
    EpochSource failing =
        (given, epoch) -> {
          throw new IOException("a.wav is gone");
        };
    NetworkTrainer trainer =
        new NetworkTrainer(settings(1, 5, Adaptation.Mode.NONE), LABELS, failing, NO_LOG);

    assertThatThrownBy(() -> trainer.fit("test", Clips.all(LABELS, List.of("a", "b"), 20, 1)))
        .isInstanceOf(IOException.class)
        .hasMessage("a.wav is gone");
  }

  /** The schedule ends with --epochs, also where fewer are trained. */
  @Test
  void shouldTrainOnAllClipsWithTheRatesThatTheValidatedTrainingHad() throws Exception {
    List<LabeledClip> clips = Clips.all(LABELS, List.of("a", "b"), 10, 1);

    FittingSettings cosine = with(schedule("cosine", 1, 1));
    List<NetworkFit.Pass> three = passes(cosine, EpochSource.PLAIN, clips, 3);
    List<NetworkFit.Pass> five = passes(cosine, EpochSource.PLAIN, clips, 5);

    assertThat(five.subList(0, 3)).isEqualTo(three);
  }

  @Test
  void shouldAverageTheWeightsOfTheLastEpochs() throws Exception {
    List<LabeledClip> clips = Clips.all(LABELS, List.of("a", "b"), 10, 1);
    List<float[]> single = new ArrayList<>();
    for (int epochs = 1; epochs <= 4; epochs++) {
      single.add(
          floats(trainer(schedule("constant", 0, 1)).fitAll("test", clips, epochs).weights()));
    }

    float[] averaged =
        floats(trainer(schedule("constant", 0, 3)).fitAll("test", clips, 4).weights());

    float[] expected = new float[averaged.length];
    for (int i = 0; i < expected.length; i++) {
      expected[i] = (single.get(1)[i] + single.get(2)[i] + single.get(3)[i]) / 3;
    }
    assertThat(averaged).usingComparatorWithPrecision(1e-6f).containsExactly(expected);
    assertThat(averaged).isNotEqualTo(single.get(3));
  }

  /** All numbers of a weights file, behind its header. */
  private static float[] floats(byte[] weights) {
    ByteBuffer bytes = ByteBuffer.wrap(weights).order(ByteOrder.LITTLE_ENDIAN);
    FloatBuffer floats =
        bytes
            .position(8 + (int) bytes.getLong(0))
            .slice()
            .order(ByteOrder.LITTLE_ENDIAN)
            .asFloatBuffer();
    float[] values = new float[floats.remaining()];
    floats.get(values);
    return values;
  }

  static ModelManifest.Hyperparameters schedule(
      String schedule, int warmUpEpochs, int averagedEpochs) {
    return new ModelManifest.Hyperparameters(
        0.01f,
        16,
        10,
        10,
        0.2,
        1,
        false,
        0,
        0,
        ModelManifest.Hyperparameters.Schedule.named(schedule),
        warmUpEpochs,
        0,
        averagedEpochs,
        false,
        0,
        List.of());
  }

  private static NetworkTrainer trainer(ModelManifest.Hyperparameters hyperparameters) {
    return new NetworkTrainer(with(hyperparameters), LABELS, EpochSource.PLAIN, NO_LOG);
  }

  private static FittingSettings with(ModelManifest.Hyperparameters hyperparameters) {
    FittingSettings like = settings(1, 1, Adaptation.Mode.NONE);
    return new FittingSettings(
        like.architecture(), like.spec(), hyperparameters, like.adaptation(), 0, 1);
  }

  /** What each epoch gave on the part that is trained on. */
  private static List<NetworkFit.Pass> passes(
      FittingSettings settings, EpochSource source, List<LabeledClip> clips, int epochs)
      throws IOException {
    List<NetworkFit.Pass> passes = new ArrayList<>();
    try (EpochExamples examples =
        new EpochExamples(
            settings,
            LABELS,
            TrainingNormalization.of(clips, settings),
            source,
            clips,
            TeacherAnswers.NOTHING,
            epochs)) {
      new NetworkFit(settings, LABELS, TeacherAnswers.NOTHING, NO_LOG)
          .run("test", examples, epochs, (epoch, pass, network, manager) -> passes.add(pass));
    }
    return passes;
  }

  private static NetworkTrainer trainer(long seed, int maxEpochs) {
    return new NetworkTrainer(
        settings(seed, maxEpochs, Adaptation.Mode.NONE), LABELS, EpochSource.PLAIN, NO_LOG);
  }

  private static FittingSettings settings(long seed, int maxEpochs, Adaptation.Mode mode) {
    return settings(seed, maxEpochs, mode, 0, 0);
  }

  private static FittingSettings settings(
      long seed, int maxEpochs, Adaptation.Mode mode, float labelSmoothing, float weightDecay) {
    return new FittingSettings(
        ModelFixture.fcnn(List.of(16, 8), 0.1f),
        FeatureSpec.LIBROSA_22K,
        ModelFixture.hyperparameters(
            0.005f, 16, maxEpochs, 5, 0.2, false, labelSmoothing, weightDecay),
        new Adaptation(mode, 10, 0, 0.3f),
        0,
        seed);
  }
}
