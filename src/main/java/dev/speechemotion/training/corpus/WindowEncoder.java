package dev.speechemotion.training.corpus;

import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.EncoderPooling;
import dev.speechemotion.model.PretrainedEncoder;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The pretrained encoder that a window's frames go through, so that a clip's vectors are what a
 * network learns from. It does not change in a training: each window goes through it once.
 *
 * @param id SHA-256 of its weights
 * @param poolings gives each thread one of its own
 */
public record WindowEncoder(String id, Supplier<EncoderPooling> poolings) {

  public static WindowEncoder of(PretrainedEncoder encoder) {
    return new WindowEncoder(encoder.entry().sha256(), encoder::newPooling);
  }

  /** That of a model; empty if windows enter its network as they are. */
  public static Optional<WindowEncoder> of(EmotionModel model) {
    return model.manifest().pretrained().stream()
        .findFirst()
        .map(weights -> new WindowEncoder(weights.sha256(), model::newPooling));
  }
}
