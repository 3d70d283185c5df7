package dev.speechemotion.golden;

import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.ModelException;
import dev.speechemotion.streams.EmotionModels;
import java.nio.file.Path;

/** The two models that the application chooses from by the sampling rate. */
final class ShippedModels implements EmotionModels, AutoCloseable {
  private static final int WIDEBAND_FROM_HZ = 16_000;

  private final EmotionModel telephone;
  private final EmotionModel wideband;
  private final Offer telephoneOffer;
  private final Offer widebandOffer;

  ShippedModels() throws ModelException {
    telephone = EmotionModel.load(Path.of("models/telephone"));
    wideband = EmotionModel.load(Path.of("models/wideband"));
    telephoneOffer = new Offer(telephone.featureSpec(), telephone::newClassifier);
    widebandOffer = new Offer(wideband.featureSpec(), wideband::newClassifier);
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
