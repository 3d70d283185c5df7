package dev.speechemotion.training.fitting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.model.Network;
import dev.speechemotion.model.Torch;
import dev.speechemotion.training.corpus.Clips;
import dev.speechemotion.training.corpus.CorpusException;
import dev.speechemotion.training.corpus.LabeledClip;
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
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class FcnnTrainerTest {
  private static final List<String> LABELS = List.of("angry", "happy", "sad");
  private static final PrintWriter NO_LOG = new PrintWriter(Writer.nullWriter());

  @Test
  void shouldLearnWhatCanBeLearnt() throws Exception {
    FcnnTrainer.Fitted fitted =
        trainer(1, 30).fit("test", Clips.all(LABELS, List.of("a", "b"), 20, 1));

    FcnnTrainer.Epoch first = fitted.curve().get(0);
    FcnnTrainer.Epoch best = fitted.curve().get(fitted.epochs() - 1);
    assertThat(best.validationAccuracy()).isEqualTo(1);
    assertThat(best.validationLoss()).isLessThan(first.validationLoss() / 2);
    assertThat(best.loss()).isLessThan(first.loss() / 2);
  }

  @Test
  void shouldGiveTheSameWeightsForTheSameSeedOnly() throws Exception {
    List<LabeledClip> clips = Clips.all(LABELS, List.of("a", "b"), 10, 1);

    byte[] once = trainer(5, 4).fit("test", clips).weights();
    byte[] again = trainer(5, 4).fit("test", clips).weights();
    byte[] other = trainer(6, 4).fit("test", clips).weights();

    assertThat(again).isEqualTo(once);
    assertThat(other).isNotEqualTo(once);
  }

  @Test
  void shouldStopWhenTheValidationPartNoLongerImproves() throws Exception {
    // Labels that have nothing to do with the features: only memorising is possible.
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

    FcnnTrainer.Fitted fitted = trainer(1, 200).fit("test", clips);

    assertThat(fitted.curve()).hasSize(fitted.epochs() + 5);
    double best =
        fitted.curve().stream().mapToDouble(FcnnTrainer.Epoch::validationLoss).min().orElseThrow();
    assertThat(fitted.curve().get(fitted.epochs() - 1).validationLoss()).isEqualTo(best);
  }

  @Test
  void shouldTrainForTheGivenEpochsOnAllClips() throws Exception {
    FcnnTrainer.Fitted fitted =
        trainer(1, 100).fitAll("test", Clips.all(LABELS, List.of("a"), 5, 1), 3);

    assertThat(fitted.epochs()).isEqualTo(3);
    assertThat(fitted.curve()).hasSize(3).allSatisfy(e -> assertThat(e.validationLoss()).isNaN());
  }

  @Test
  void shouldNormalizeByMeanAndDeviationOfAllWindows() {
    ModelManifest.Normalization normalization =
        PopulationStatistics.overall(
            List.of(
                Clips.clip("sad", "a", "x", new float[] {1, 7}, new float[] {2, 7}),
                Clips.clip("sad", "a", "y", new float[] {6, 7})),
            2);

    assertThat(normalization.mean()).containsExactly(3f, 7f);
    assertThat((double) normalization.deviation().get(0))
        .isCloseTo(Math.sqrt(14 / 3.0), within(1e-6));
    assertThat(normalization.deviation().get(1)).isEqualTo(1f);
  }

  @Test
  void shouldWeighEverySpeakerTheSameWhereVectorsAreAdapted() throws Exception {
    ModelManifest.Normalization normalization =
        PopulationStatistics.withinVoices(
            Adaptation.byVoice(
                List.of(
                    Clips.clip("sad", "a", "x", new float[] {1}, new float[] {3}),
                    Clips.clip("sad", "b", "x", new float[] {10}, new float[] {10}),
                    Clips.clip("sad", "b", "y", new float[] {10}, new float[] {10}))),
            1);

    assertThat(normalization.mean()).containsExactly(6f);
    // The second speaker's never changes, which counts as 1.
    assertThat(normalization.deviation()).containsExactly(1f);
  }

  @Test
  void shouldLetTheMeanMoveTheFasterTheMoreVoicesDiffer() throws Exception {
    // Within a voice -1 and 1, so the variance is 1. Means of the voices: -2, 0, 2 in the first
    // feature, of variance 4, of which 1 / 2 comes from there being two windows; all 0 in the
    // second; -20, 0, 20 in the third.
    List<LabeledClip> clips = new ArrayList<>();
    for (int voice = -1; voice <= 1; voice++) {
      for (int side = -1; side <= 1; side += 2) {
        clips.add(
            Clips.clip(
                "sad",
                "v" + voice,
                "t" + side,
                new float[] {2 * voice + side, side, 20 * voice + side}));
      }
    }
    ModelManifest.Normalization by =
        new ModelManifest.Normalization(List.of(0f, 0f, 0f), List.of(1f, 1f, 1f));

    List<Float> priors = PopulationStatistics.priorWindows(Adaptation.byVoice(clips), by, 10);

    assertThat((double) priors.get(0)).isCloseTo(10 / 3.5, within(1e-6));
    assertThat(priors.subList(1, 3)).containsExactly(100f, 1f);
  }

  @Test
  void shouldTrainMembersThatDiffer() throws Exception {
    FcnnTrainer.Settings like = settings(1, 20, Adaptation.Mode.NONE);
    FcnnTrainer trainer =
        new FcnnTrainer(
            new FcnnTrainer.Settings(
                new ModelManifest.Architecture(
                    ModelManifest.Architecture.FCNN, List.of(), List.of(8), 4, 0.2f),
                like.spec(),
                like.hyperparameters(),
                like.adaptation(),
                3,
                1),
            LABELS,
            EpochSource.PLAIN,
            NO_LOG);
    List<LabeledClip> clips = Clips.all(LABELS, List.of("a", "b"), 20, 1);

    FcnnTrainer.Fitted fitted = trainer.fit("test", clips);

    assertThat(fitted.curve().get(fitted.epochs() - 1).validationAccuracy()).isEqualTo(1);
    assertThat(fitted.curve())
        .allSatisfy(epoch -> assertThat(epoch.accuracy()).isBetween(0.0, 1.0));
    assertThat(fitted.curve().get(fitted.epochs() - 1).accuracy()).isGreaterThan(0.9);
    assertThat(fitted.normalization().limit()).isEqualTo(3);
    assertThat(trainer.fit("test", clips).weights()).isEqualTo(fitted.weights());
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

    FcnnTrainer.Fitted told = trainer(without()).fit("test", clips);
    FcnnTrainer.Fitted untold = trainer(without("chroma")).fit("test", clips);

    assertThat(told.curve().get(told.epochs() - 1).validationAccuracy()).isGreaterThan(0.9);
    assertThat(untold.curve().get(untold.epochs() - 1).validationAccuracy()).isLessThan(0.7);
  }

  @Test
  void shouldKeepEveryVoiceAsideOnceOverTheValidationFolds() throws Exception {
    List<LabeledClip> clips = Clips.all(LABELS, List.of("a", "b", "c", "d", "e", "f"), 8, 1);
    ModelManifest.Hyperparameters hyper =
        new ModelManifest.Hyperparameters(
            0.005f, 16, 12, 3, 0.2, 3, false, 0, 0, "constant", 0, 0, 1, false, 0, List.of());

    FcnnTrainer.Fitted fitted = trainer(hyper).fit("test", clips);

    assertThat(fitted.validationVoices()).isEqualTo(6);
    assertThat(fitted.epochs()).isBetween(1, 12);
    assertThat(fitted.curve()).hasSizeGreaterThanOrEqualTo(fitted.epochs());
    assertThat(fitted.curve().get(fitted.epochs() - 1).validationAccuracy()).isGreaterThan(0.9);
    assertThat(fitted.calibration()).isNotEqualTo(Calibrator.Calibration.NONE);
  }

  private static ModelManifest.Hyperparameters without(String... names) {
    return new ModelManifest.Hyperparameters(
        0.005f, 16, 10, 5, 0.2, 1, false, 0, 0, "constant", 0, 0, 1, false, 0, List.of(names));
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

    FcnnTrainer.Fitted fitted =
        new FcnnTrainer(settings(1, 30, Adaptation.Mode.RUNNING), LABELS, EpochSource.PLAIN, NO_LOG)
            .fit("test", clips);

    assertThat(fitted.validationVoices()).isEqualTo(2);
    assertThat(fitted.normalization().adapt()).isEqualTo("running");
    assertThat(fitted.curve().get(fitted.epochs() - 1).validationAccuracy()).isGreaterThan(0.8);
    assertThat(fitted.calibration().temperature()).isBetween(0.25f, 16f);
  }

  @Test
  void shouldDrawEachGroupAsOftenAsAnyOther() {
    String[] groups = new String[10_000];
    for (int i = 0; i < groups.length; i++) {
      groups[i] = i < 100 ? "rare" : i < 1_000 ? "some" : "common";
    }

    int[] order = FcnnTrainer.balancedOrder(groups, new Random(1));

    Map<String, Long> drawn =
        Arrays.stream(order)
            .mapToObj(i -> groups[i])
            .collect(Collectors.groupingBy(name -> name, Collectors.counting()));
    assertThat(order).hasSize(10_000);
    assertThat(drawn.values()).hasSize(3).allMatch(count -> Math.abs(count - 3_333) < 200);
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
    FcnnTrainer.Fitted fitted =
        new FcnnTrainer(
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
        new FcnnTrainer(
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
    FcnnTrainer.Settings settings = settings(1, 5, Adaptation.Mode.NONE);

    byte[] plain = trainer(1, 5).fitAll("test", clips, 5).weights();
    byte[] same =
        new FcnnTrainer(settings, LABELS, unchanging, NO_LOG).fitAll("test", clips, 5).weights();
    FcnnTrainer.Fitted nothingToLearn =
        new FcnnTrainer(settings, LABELS, exchanged, NO_LOG).fitAll("test", clips, 5);

    assertThat(same).isEqualTo(plain);
    // The first is asked for twice: for the population, too.
    assertThat(asked).containsExactly(1, 1, 2, 3, 4, 5);
    assertThat(nothingToLearn.curve().get(4).accuracy()).isLessThan(0.8);
  }

  @Test
  void shouldPassOnThatTheSourceFailed() {
    EpochSource failing =
        (given, epoch) -> {
          throw new IOException("a.wav is gone");
        };
    FcnnTrainer trainer =
        new FcnnTrainer(settings(1, 5, Adaptation.Mode.NONE), LABELS, failing, NO_LOG);

    assertThatThrownBy(() -> trainer.fit("test", Clips.all(LABELS, List.of("a", "b"), 20, 1)))
        .isInstanceOf(IOException.class)
        .hasMessage("a.wav is gone");
  }

  @Test
  void shouldLetTheLearningRateRiseAndFallAsTheScheduleTells() {
    ModelManifest.Hyperparameters constant = schedule("constant", 0, 1);
    ModelManifest.Hyperparameters cosine = schedule("cosine", 2, 1);

    assertThat(FcnnTrainer.rate(constant, 0)).isEqualTo(0.01f);
    assertThat(FcnnTrainer.rate(constant, 9.9)).isEqualTo(0.01f);
    assertThat(FcnnTrainer.rate(cosine, 0)).isBetween(1e-6f, 1e-4f);
    assertThat(FcnnTrainer.rate(cosine, 1)).isCloseTo(0.005f, within(1e-4f));
    assertThat(FcnnTrainer.rate(cosine, 2)).isEqualTo(0.01f);
    assertThat(FcnnTrainer.rate(cosine, 6)).isCloseTo(0.005f, within(1e-6f));
    assertThat(FcnnTrainer.rate(cosine, 10)).isCloseTo(0, within(1e-9f));
  }

  /** The schedule ends with --epochs, also where fewer are trained. */
  @Test
  void shouldTrainOnAllClipsWithTheRatesThatTheValidatedTrainingHad() throws Exception {
    List<LabeledClip> clips = Clips.all(LABELS, List.of("a", "b"), 10, 1);

    List<FcnnTrainer.Epoch> three =
        trainer(schedule("cosine", 1, 1)).fitAll("test", clips, 3).curve();
    List<FcnnTrainer.Epoch> five =
        trainer(schedule("cosine", 1, 1)).fitAll("test", clips, 5).curve();

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

  @Test
  void shouldShortenALongGradientOnly() {
    Torch.start();
    Network network =
        Network.forTraining(
            ModelManifest.Architecture.fcnn(List.of(4), 0), FeatureSpec.LIBROSA_22K, 3);
    try (Model model = Model.newInstance("clip", Device.cpu(), Torch.ENGINE)) {
      model.setBlock(network.block());
      try (Trainer trainer =
          model.newTrainer(
              new DefaultTrainingConfig(Loss.l2Loss()).optDevices(new Device[] {Device.cpu()}))) {
        trainer.initialize(network.inputShapes(1));
        NDManager manager = trainer.getManager();
        try (GradientCollector collector = trainer.newGradientCollector()) {
          NDList output = trainer.forward(network.inputs(manager, ramp(33), 1));
          collector.backward(output.singletonOrThrow().sum().mul(100));
        }
        double before = gradientNorm(network);
        assertThat(before).isGreaterThan(1);

        FcnnTrainer.clip(network, (float) (2 * before));
        assertThat(gradientNorm(network)).isEqualTo(before);

        FcnnTrainer.clip(network, 0.5f);
        assertThat(gradientNorm(network)).isCloseTo(0.5, within(1e-4));
      }
    }
  }

  private static double gradientNorm(Network network) {
    double squares = 0;
    for (Parameter parameter : network.parameters().values()) {
      try (NDArray gradient = parameter.getArray().getGradient()) {
        for (float value : gradient.toFloatArray()) {
          squares += (double) value * value;
        }
      }
    }
    return Math.sqrt(squares);
  }

  private static float[] ramp(int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = i / 10f - 1;
    }
    return values;
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

  private static ModelManifest.Hyperparameters schedule(
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
        schedule,
        warmUpEpochs,
        0,
        averagedEpochs,
        false,
        0,
        List.of());
  }

  private static FcnnTrainer trainer(ModelManifest.Hyperparameters hyperparameters) {
    FcnnTrainer.Settings like = settings(1, 1, Adaptation.Mode.NONE);
    return new FcnnTrainer(
        new FcnnTrainer.Settings(
            like.architecture(), like.spec(), hyperparameters, like.adaptation(), 0, 1),
        LABELS,
        EpochSource.PLAIN,
        NO_LOG);
  }

  private static FcnnTrainer trainer(long seed, int maxEpochs) {
    return new FcnnTrainer(
        settings(seed, maxEpochs, Adaptation.Mode.NONE), LABELS, EpochSource.PLAIN, NO_LOG);
  }

  private static FcnnTrainer.Settings settings(long seed, int maxEpochs, Adaptation.Mode mode) {
    return settings(seed, maxEpochs, mode, 0, 0);
  }

  private static FcnnTrainer.Settings settings(
      long seed, int maxEpochs, Adaptation.Mode mode, float labelSmoothing, float weightDecay) {
    return new FcnnTrainer.Settings(
        ModelManifest.Architecture.fcnn(List.of(16, 8), 0.1f),
        FeatureSpec.LIBROSA_22K,
        new ModelManifest.Hyperparameters(
            0.005f, 16, maxEpochs, 5, 0.2, false, labelSmoothing, weightDecay),
        new Adaptation(mode, 10, 0, 0.3f),
        0,
        seed);
  }
}
