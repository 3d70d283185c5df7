package dev.speechemotion.training.fitting;

import static org.assertj.core.api.Assertions.assertThat;
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
import dev.speechemotion.model.ModelFixture;
import dev.speechemotion.model.Network;
import dev.speechemotion.model.Torch;
import java.util.List;
import org.junit.jupiter.api.Test;

class NetworkFitTest {
  @Test
  void shouldShortenALongGradientOnly() {
    Torch.start();
    Network network =
        Network.forTraining(ModelFixture.fcnn(List.of(4), 0), FeatureSpec.LIBROSA_22K, 3);
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

        NetworkFit.clipGradient(network, (float) (2 * before));
        assertThat(gradientNorm(network)).isEqualTo(before);

        NetworkFit.clipGradient(network, 0.5f);
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
}
