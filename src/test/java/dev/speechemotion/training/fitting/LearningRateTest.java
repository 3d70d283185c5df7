package dev.speechemotion.training.fitting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.model.ModelManifest;
import org.junit.jupiter.api.Test;

class LearningRateTest {
  @Test
  void shouldLetTheLearningRateRiseAndFallAsTheScheduleTells() {
    ModelManifest.Hyperparameters constant = schedule("constant", 0);
    ModelManifest.Hyperparameters cosine = schedule("cosine", 2);

    assertThat(LearningRate.rate(constant, 0)).isEqualTo(0.01f);
    assertThat(LearningRate.rate(constant, 9.9)).isEqualTo(0.01f);
    assertThat(LearningRate.rate(cosine, 0)).isBetween(1e-6f, 1e-4f);
    assertThat(LearningRate.rate(cosine, 1)).isCloseTo(0.005f, within(1e-4f));
    assertThat(LearningRate.rate(cosine, 2)).isEqualTo(0.01f);
    assertThat(LearningRate.rate(cosine, 6)).isCloseTo(0.005f, within(1e-6f));
    assertThat(LearningRate.rate(cosine, 10)).isCloseTo(0, within(1e-9f));
  }

  private static ModelManifest.Hyperparameters schedule(String name, int warmUpEpochs) {
    return NetworkTrainerTest.schedule(name, warmUpEpochs, 1);
  }
}
