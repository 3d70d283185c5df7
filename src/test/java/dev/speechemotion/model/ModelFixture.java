package dev.speechemotion.model;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.types.DataType;
import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** A small network with random weights, and its manifest. */
public final class ModelFixture {
  static final List<String> LABELS = List.of("angry", "happy", "sad");
  static final Architecture ARCHITECTURE = fcnn(List.of(8, 4), 0.1f);
  static final int FEATURES = FeatureLayout.of(FeatureSpec.TELEPHONE_8K).windowFeatureCount();

  private ModelFixture() {}

  /** A fully connected network. */
  public static Architecture fcnn(List<Integer> hidden, float dropout) {
    return new Architecture(NetworkType.FCNN, List.of(), hidden, 1, dropout);
  }

  /** With a constant learning rate, one validation part, and nothing varied or averaged. */
  public static ModelManifest.Hyperparameters hyperparameters(
      float learningRate,
      int batchSize,
      int maxEpochs,
      int patience,
      double validationShare,
      boolean balanced,
      float labelSmoothing,
      float weightDecay) {
    return new ModelManifest.Hyperparameters(
        learningRate,
        batchSize,
        maxEpochs,
        patience,
        validationShare,
        1,
        balanced,
        labelSmoothing,
        weightDecay,
        ModelManifest.Hyperparameters.Schedule.CONSTANT,
        0,
        0,
        1,
        false,
        0,
        List.of());
  }

  static byte[] weights(Architecture architecture, int labelCount) {
    Torch.start().setRandomSeed(7);
    try (Model model = Model.newInstance("fixture", Device.cpu(), Torch.ENGINE)) {
      Network network = Network.forTraining(architecture, spec(architecture), labelCount);
      network.block().initialize(model.getNDManager(), DataType.FLOAT32, network.inputShapes(1));
      model.setBlock(network.block());
      return WeightsFile.encode(network);
    }
  }

  static FeatureSpec spec(Architecture architecture) {
    if (architecture.type().pretrained()) {
      return FeatureSpec.ENCODER_16K;
    }
    return architecture.type().ofFrames()
        ? FeatureSpec.TELEPHONE_8K_LOGMEL
        : FeatureSpec.TELEPHONE_8K;
  }

  static ModelManifest manifest(byte[] weights, List<String> labels) {
    return manifest(weights, labels, ARCHITECTURE, 1);
  }

  static ModelManifest manifest(
      byte[] weights, List<String> labels, Architecture architecture, float temperature) {
    int columns = FeatureLayout.of(spec(architecture)).windowColumnCount();
    return new ModelManifest(
        ModelManifest.FORMAT_VERSION,
        "fixture",
        "1",
        architecture,
        labels,
        spec(architecture),
        WindowSettings.DEFAULT,
        new ModelManifest.Normalization(
            Collections.nCopies(columns, 0.5f), Collections.nCopies(columns, 2f)),
        new ModelManifest.Calibration(temperature, 0, 0.5f),
        new ModelManifest.Weights(
            "weights.safetensors", EmotionModel.sha256(weights), weights.length),
        new ModelManifest.Training(
            "train",
            1,
            hyperparameters(0.001f, 32, 10, 5, 0.1, false, 0, 0),
            List.of(),
            3,
            Map.of()));
  }

  /** The same manifest with other features, normalization and calibration. */
  static ModelManifest changed(
      ModelManifest plain,
      FeatureSpec spec,
      ModelManifest.Normalization normalization,
      ModelManifest.Calibration calibration) {
    return new ModelManifest(
        plain.formatVersion(),
        plain.name(),
        plain.version(),
        plain.architecture(),
        plain.labels(),
        spec,
        plain.windows(),
        normalization,
        calibration,
        plain.weights(),
        plain.training());
  }

  static float[] features(int windows) {
    float[] features = new float[windows * FEATURES];
    for (int i = 0; i < features.length; i++) {
      features[i] = (float) Math.sin(i * 1.7 + 0.3) * 3;
    }
    return features;
  }
}
