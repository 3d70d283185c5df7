package dev.speechemotion.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import dev.speechemotion.emotion.EmotionClassifier;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FcnnTest {
  private static final int LABELS = ModelFixture.LABELS.size();
  private static final int FEATURES = ModelFixture.FEATURES;
  private static final int HIDDEN = 4;
  private static final int MEMBERS = 3;
  private static final int WINDOWS = 2;

  private static Architecture members(float dropout) {
    return new Architecture(NetworkType.FCNN, List.of(), List.of(HIDDEN), MEMBERS, dropout);
  }

  @Test
  void shouldTrainEachMemberByItselfAndGiveTheirMeanInUse() {
    Torch.start().setRandomSeed(3);
    Network network = Network.forTraining(members(0), ModelFixture.spec(members(0)), LABELS);
    float[] features = ModelFixture.features(WINDOWS);
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), Torch.ENGINE)) {
      network.block().initialize(manager, DataType.FLOAT32, network.inputShapes(WINDOWS));
      float[] training = output(network, manager, features, true);
      float[] use = output(network, manager, features, false);

      assertThat(training).hasSize(MEMBERS * WINDOWS * LABELS);
      assertThat(use).hasSize(WINDOWS * LABELS);
      for (int window = 0; window < WINDOWS; window++) {
        for (int label = 0; label < LABELS; label++) {
          double sum = 0;
          for (int member = 0; member < MEMBERS; member++) {
            double expected = byHand(network.parameters(), features, member, window, label);
            assertThat((double) training[(member * WINDOWS + window) * LABELS + label])
                .isCloseTo(expected, within(1e-4));
            sum += expected;
          }
          assertThat((double) use[window * LABELS + label]).isCloseTo(sum / MEMBERS, within(1e-4));
        }
      }
    }
  }

  private static float[] output(
      Network network, NDManager manager, float[] features, boolean training) {
    return network
        .block()
        .forward(
            new ParameterStore(manager, false),
            network.inputs(manager, features, WINDOWS),
            training)
        .singletonOrThrow()
        .toFloatArray();
  }

  /** What one member says: its hidden units lie side by side, the output's bias is all members'. */
  private static double byHand(
      Map<String, Parameter> parameters, float[] features, int member, int window, int label) {
    float[] first = values(parameters, "layer1.weight");
    float[] firstBias = values(parameters, "layer1.bias");
    float[] second = values(parameters, "layer2.weight");
    double logit = values(parameters, "layer2.bias")[label];
    for (int unit = member * HIDDEN; unit < (member + 1) * HIDDEN; unit++) {
      double sum = firstBias[unit];
      for (int i = 0; i < FEATURES; i++) {
        sum += first[unit * FEATURES + i] * features[window * FEATURES + i];
      }
      logit += second[label * MEMBERS * HIDDEN + unit] * Math.max(0, sum);
    }
    return logit;
  }

  private static float[] values(Map<String, Parameter> parameters, String name) {
    return parameters.get(name).getArray().toFloatArray();
  }

  @Test
  void shouldReadAModelOfMembers() throws Exception {
    byte[] weights = ModelFixture.weights(members(0.1f), LABELS);
    ModelManifest manifest = ModelFixture.manifest(weights, ModelFixture.LABELS, members(0.1f), 1);
    assertThat(ManifestJson.parse(ManifestJson.write(manifest))).isEqualTo(manifest);

    float[] probabilities = new float[LABELS];
    try (EmotionModel model = EmotionModel.of(manifest, weights);
        EmotionClassifier classifier = model.newClassifier()) {
      classifier.classify(ModelFixture.features(1), 1, probabilities);
    }

    assertThat(probabilities[0] + probabilities[1] + probabilities[2]).isCloseTo(1, within(1e-6f));
    ModelManifest more =
        ModelFixture.manifest(
            weights,
            ModelFixture.LABELS,
            new Architecture(NetworkType.FCNN, List.of(), List.of(HIDDEN), MEMBERS + 1, 0),
            1);
    assertThatThrownBy(() -> EmotionModel.of(more, weights))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("layer1.weight has shape [12," + FEATURES + "]");
  }

  @Test
  void shouldRefuseMembersOfSeveralHiddenLayersOrTooMany() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Architecture(NetworkType.FCNN, List.of(), List.of(8, 4), 2, 0))
        .withMessageContaining(
            "architecture.members must be 1 but with fcnn or encoder of one hidden layer");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Architecture(NetworkType.FCNN, List.of(), List.of(8), 33, 0))
        .withMessageContaining("architecture.members must be from 1 to 32");
  }

  @Test
  void shouldLimitWhatEntersTheNetwork() throws Exception {
    byte[] weights = ModelFixture.weights(ModelFixture.ARCHITECTURE, LABELS);
    ModelManifest plain = ModelFixture.manifest(weights, ModelFixture.LABELS);
    ModelManifest.Normalization free = plain.normalization();
    ModelManifest limited =
        ModelFixture.changed(
            plain,
            plain.featureSpec(),
            new ModelManifest.Normalization(
                free.mean(),
                free.deviation(),
                free.adapt(),
                free.n0(),
                free.n0ByFeature(),
                free.minSpeechShare(),
                3),
            plain.calibration());
    float[] far = new float[FEATURES];
    float[] atTheLimit = new float[FEATURES];
    for (int i = 0; i < FEATURES; i++) {
      int side = i % 2 == 0 ? 1 : -1;
      far[i] = side * 1e6f;
      atTheLimit[i] = free.mean().get(i) + side * 3 * free.deviation().get(i);
    }

    assertThat(classified(limited, weights, far)).isEqualTo(classified(plain, weights, atTheLimit));
    assertThat(classified(limited, weights, far)).isNotEqualTo(classified(plain, weights, far));
  }

  private static float[] classified(ModelManifest manifest, byte[] weights, float[] features)
      throws Exception {
    float[] probabilities = new float[LABELS];
    try (EmotionModel model = EmotionModel.of(manifest, weights);
        EmotionClassifier classifier = model.newClassifier()) {
      classifier.classify(features, 1, probabilities);
    }
    return probabilities;
  }
}
