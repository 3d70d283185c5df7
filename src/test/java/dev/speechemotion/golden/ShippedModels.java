package dev.speechemotion.golden;

import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.ModelException;
import dev.speechemotion.streams.models.EmotionModels;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The two models of statistics, from which the application chooses by the sampling rate where it
 * serves both.
 */
final class ShippedModels implements EmotionModels, AutoCloseable {
  private static final int WIDEBAND_FROM_HZ = 16_000;

  private final EmotionModel telephone;
  private final EmotionModel wideband;
  private final Offer telephoneOffer;
  private final Offer widebandOffer;

  /** With the windows that they were trained on. */
  ShippedModels() throws ModelException {
    this(Optional.empty());
  }

  ShippedModels(Optional<WindowSettings> windows) throws ModelException {
    telephone = EmotionModel.load(Path.of("models/telephone"));
    wideband = EmotionModel.load(Path.of("models/wideband"));
    telephoneOffer = offer(telephone, windows);
    widebandOffer = offer(wideband, windows);
  }

  private static Offer offer(EmotionModel model, Optional<WindowSettings> windows) {
    return new Offer(
        model.featureSpec(), windows.orElse(model.manifest().windows()), model::newClassifier);
  }

  @Override
  public Offer offered(int sampleRateHz) {
    return sampleRateHz < WIDEBAND_FROM_HZ ? telephoneOffer : widebandOffer;
  }

  @Override
  public void close() {
    telephone.close();
    wideband.close();
  }
}
