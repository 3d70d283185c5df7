package dev.speechemotion.model;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.SequentialBlock;
import dev.speechemotion.features.FeatureSpec;
import dev.speechemotion.features.WindowSettings;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** A small network with random weights, and its manifest. */
final class ModelFixture {
  static final List<String> LABELS = List.of("angry", "happy", "sad");
  static final ModelManifest.Architecture ARCHITECTURE =
      new ModelManifest.Architecture(ModelManifest.Architecture.FCNN, List.of(8, 4), 0.1f);
  static final int FEATURES = FeatureSpec.TELEPHONE_8K.windowFeatureCount();

  private ModelFixture() {}

  static byte[] weights(ModelManifest.Architecture architecture, int labelCount) {
    Torch.start().setRandomSeed(7);
    try (Model model = Model.newInstance("fixture", Device.cpu(), Torch.ENGINE)) {
      SequentialBlock block = Fcnn.forTraining(architecture, labelCount);
      block.initialize(model.getNDManager(), DataType.FLOAT32, new Shape(1, FEATURES));
      model.setBlock(block);
      return WeightsFile.encode(block);
    }
  }

  static ModelManifest manifest(byte[] weights, List<String> labels) {
    return manifest(weights, labels, ARCHITECTURE, 1);
  }

  static ModelManifest manifest(
      byte[] weights,
      List<String> labels,
      ModelManifest.Architecture architecture,
      float temperature) {
    return new ModelManifest(
        ModelManifest.FORMAT_VERSION,
        "fixture",
        "1",
        architecture,
        labels,
        FeatureSpec.TELEPHONE_8K,
        WindowSettings.DEFAULT,
        new ModelManifest.Normalization(
            Collections.nCopies(FEATURES, 0.5f), Collections.nCopies(FEATURES, 2f)),
        new ModelManifest.Calibration(temperature, 0.5f),
        new ModelManifest.Weights(
            "weights.safetensors", EmotionModel.sha256(weights), weights.length),
        new ModelManifest.Training(
            "train",
            1,
            new ModelManifest.Hyperparameters(0.001f, 32, 10, 5, 0.1, false, 0, 0),
            List.of(),
            3,
            Map.of()));
  }

  static float[] features(int windows) {
    float[] features = new float[windows * FEATURES];
    for (int i = 0; i < features.length; i++) {
      features[i] = (float) Math.sin(i * 1.7 + 0.3) * 3;
    }
    return features;
  }
}
