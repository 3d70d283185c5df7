package dev.speechemotion.features.dsp;

/**
 * Decibels as {@code librosa.power_to_db} with ref 1, amin 1e-10 and no {@code top_db}.
 *
 * <p>Several times as fast as {@link Math#log10}, of which every frame needs a hundred, and unlike
 * that the same to the last bit on every machine. The error is below 1e-9 dB.
 */
public final class Decibels {
  /** What lies below counts as this much, so that silence has a level: -100 dB. */
  public static final double FLOOR = 1e-10;

  private static final int INDEX_BITS = 7;
  private static final int MANTISSA_BITS = 52;
  private static final double PER_NEPER = 10 / StrictMath.log(10);
  private static final double PER_OCTAVE = 10 * StrictMath.log10(2);

  /** For mantissas from {@code 1 + i / 128}: the level of the interval's middle, and 1 over it. */
  private static final double[] LEVEL = new double[1 << INDEX_BITS];

  private static final double[] INVERSE = new double[1 << INDEX_BITS];

  static {
    for (int i = 0; i < LEVEL.length; i++) {
      double middle = 1 + (i + 0.5) / LEVEL.length;
      LEVEL[i] = 10 * StrictMath.log10(middle);
      INVERSE[i] = 1 / middle;
    }
  }

  private Decibels() {}

  /** {@code 10 log10(max(value, 1e-10))}; the value is finite. */
  public static double of(double value) {
    // value = 2^exponent * middle * (1 + rest), with |rest| below 1/256: log(1 + rest) by its
    // series, whose first term left out is rest^5 / 5.
    // Math.max would take five instructions, for it also orders zeros and what is no number.
    long bits = Double.doubleToRawLongBits(value < FLOOR ? FLOOR : value);
    int exponent = (int) (bits >>> MANTISSA_BITS) - 1023;
    int index = (int) (bits >>> MANTISSA_BITS - INDEX_BITS) & LEVEL.length - 1;
    double mantissa =
        Double.longBitsToDouble(bits & (1L << MANTISSA_BITS) - 1 | 1023L << MANTISSA_BITS);
    double rest = mantissa * INVERSE[index] - 1;
    double logarithm = rest * (1 - rest * (1.0 / 2 - rest * (1.0 / 3 - rest * (1.0 / 4))));
    return exponent * PER_OCTAVE + LEVEL[index] + PER_NEPER * logarithm;
  }
}
