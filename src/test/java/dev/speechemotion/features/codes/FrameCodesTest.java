package dev.speechemotion.features.codes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.features.frame.FrameFeatures;
import dev.speechemotion.features.frame.FrameValue;
import dev.speechemotion.features.spec.FeatureSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrameCodesTest {
  @Test
  void shouldPutValuesOutOfRangeToItsEnds() {
    List<FrameValue> values = new FrameFeatures(FeatureSpec.TELEPHONE_8K_EXTENDED).values();
    FrameCodes codes = new FrameCodes(values);

    for (int i = 0; i < values.size(); i++) {
      assertThat(codes.encode(i, Float.POSITIVE_INFINITY)).isEqualTo((short) FrameCodes.MAX);
      assertThat(codes.encode(i, Float.NEGATIVE_INFINITY)).isZero();
      for (int code = 0; code <= FrameCodes.MAX; code += 5) {
        double value = codes.zero(i) + code * codes.step(i);
        assertThat((int) codes.encode(i, (float) value)).isEqualTo(code);
      }
    }
  }
}
