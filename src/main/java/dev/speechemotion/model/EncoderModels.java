package dev.speechemotion.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import java.util.List;

/**
 * Makes models of the pretrained encoder: what a manifest and a file of weights need to be, once it
 * is known how the encoder's pooled outputs become emotions. {@link EmotionModel} writes them.
 */
public final class EncoderModels {
  /** One linear map of the pooled outputs. */
  public static final Architecture LINEAR =
      new Architecture(NetworkType.ENCODER, List.of(), List.of(), 1, 0);

  private EncoderModels() {}

  /**
   * The weights file of a {@link #LINEAR} head.
   *
   * @param weights {@code [labels][EncoderPooling.LENGTH]}, of normalized values
   * @param bias {@code [labels]}
   * @throws IllegalArgumentException if the sizes do not fit together
   */
  public static byte[] linearHead(float[][] weights, float[] bias) {
    float[] flat = new float[weights.length * EncoderPooling.LENGTH];
    ModelManifest.require(
        bias.length == weights.length, "there must be a bias for each label", bias.length);
    for (int label = 0; label < weights.length; label++) {
      ModelManifest.require(
          weights[label].length == EncoderPooling.LENGTH,
          "a label must have " + EncoderPooling.LENGTH + " weights",
          weights[label].length);
      System.arraycopy(
          weights[label], 0, flat, label * EncoderPooling.LENGTH, EncoderPooling.LENGTH);
    }
    Torch.start();
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), Torch.ENGINE)) {
      NDArray weight = manager.create(flat, new Shape(weights.length, EncoderPooling.LENGTH));
      weight.setName("layer1.weight");
      NDArray biases = manager.create(bias);
      biases.setName("layer1.bias");
      return WeightsFile.encode(new NDList(weight, biases));
    }
  }

  /**
   * The manifest of a model with that encoder.
   *
   * @param architecture of {@link NetworkType#ENCODER}: {@link #LINEAR}, or one with hidden layers
   * @param normalization of the pooled outputs, with as many columns as {@link
   *     EncoderPooling#LENGTH}
   * @param weights the file of the network's own weights
   */
  public static ModelManifest manifest(
      PretrainedEncoder encoder,
      String name,
      String version,
      Architecture architecture,
      List<String> labels,
      WindowSettings windows,
      ModelManifest.Normalization normalization,
      ModelManifest.Calibration calibration,
      byte[] weights,
      ModelManifest.Training training) {
    return new ModelManifest(
        ModelManifest.FORMAT_VERSION,
        name,
        version,
        architecture,
        labels,
        FeatureSpec.ENCODER_16K,
        windows,
        normalization,
        calibration,
        ModelManifest.Weights.of("weights.safetensors", weights),
        List.of(encoder.entry()),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        training);
  }
}
