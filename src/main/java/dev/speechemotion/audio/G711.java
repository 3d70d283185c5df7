package dev.speechemotion.audio;

/** The two companding laws of ITU-T G.711 as tables, by which {@link AudioEncoding} decodes. */
final class G711 {
  static final G711 MULAW = new G711(true);
  static final G711 ALAW = new G711(false);

  private static final int CODE_COUNT = 256;

  /** {@code [code]}, 16-bit value / 32,768. */
  final float[] values = new float[CODE_COUNT];

  /** {@code [255]}, rising; halfway between neighboring values. */
  private final float[] thresholds = new float[CODE_COUNT - 1];

  /** {@code [256]}, by rising value. */
  private final byte[] codesByValue = new byte[CODE_COUNT];

  private G711(boolean mulaw) {
    for (int code = 0; code < CODE_COUNT; code++) {
      values[code] = (mulaw ? mulawValue(code) : alawValue(code)) / AudioEncoding.FULL_SCALE;
      // The codes' sign bit is set for positive values, and mu-law counts down from the loudest.
      // This is what puts both laws into rising order.
      int positive = mulaw ? 0xFF - code : (code ^ 0x55) & 0x7F;
      int rank = (code & 0x80) != 0 ? 128 + (positive & 0x7F) : 127 - (positive & 0x7F);
      codesByValue[rank] = (byte) code;
    }
    for (int i = 0; i < thresholds.length; i++) {
      thresholds[i] = (values[codesByValue[i] & 0xFF] + values[codesByValue[i + 1] & 0xFF]) / 2;
    }
  }

  /** The code of the value nearest to {@code sample}, which is in [-1, 1]. */
  byte nearestCode(float sample) {
    int rank = 0;
    for (int half = CODE_COUNT / 2; half > 0; half /= 2) {
      if (sample >= thresholds[rank + half - 1]) {
        rank += half;
      }
    }
    return codesByValue[rank];
  }

  /** G.711 table 2: inverted bits; sign, 3 bits of segment, 4 bits of step; 14-bit bias 33. */
  private static int mulawValue(int code) {
    int bits = ~code;
    int magnitude = ((((bits & 0x0F) << 3) + 0x84) << ((bits & 0x70) >> 4)) - 0x84;
    return (bits & 0x80) != 0 ? -magnitude : magnitude;
  }

  /** G.711 table 1: even bits inverted; sign, 3 bits of segment, 4 bits of step. */
  private static int alawValue(int code) {
    int bits = code ^ 0x55;
    int segment = (bits & 0x70) >> 4;
    int step = ((bits & 0x0F) << 4) + 8;
    int magnitude = segment == 0 ? step : (step + 0x100) << (segment - 1);
    return (bits & 0x80) != 0 ? magnitude : -magnitude;
  }
}
