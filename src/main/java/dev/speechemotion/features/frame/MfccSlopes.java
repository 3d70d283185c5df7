package dev.speechemotion.features.frame;

import dev.speechemotion.features.spec.FeatureSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code mfccdelta1}, …: slope of each MFCC over the last nine frames, dB per frame. It is {@code
 * librosa.feature.delta} of four frames ago; before the first frame counts the first frame.
 */
final class MfccSlopes implements FrameFeature {
  private static final String NAME = "mfccdelta";

  private final List<FrameValue> values;

  MfccSlopes(FeatureSpec spec) {
    double root = Math.sqrt(spec.melBands());
    // A jump over the whole range within nine frames.
    values =
        new ArrayList<>(FrameValue.numbered(NAME, spec.mfccCount(), -96 * root / 6, 96 * root / 6));
    values.set(0, new FrameValue(NAME + 1, -200 * root / 6, 200 * root / 6));
  }

  @Override
  public List<FrameValue> values() {
    return values;
  }

  @Override
  public void compute(Frame frame, float[] out, int at) {
    frame.memory().mfccSlopes.accept(out, frame.valuesAt(), out, at);
  }
}
