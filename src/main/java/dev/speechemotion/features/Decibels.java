package dev.speechemotion.features;

/** Decibels as {@code librosa.power_to_db} with ref 1, amin 1e-10 and no {@code top_db}. */
final class Decibels {
  /** What lies below counts as this much, so that silence has a level: -100 dB. */
  static final double FLOOR = 1e-10;

  private Decibels() {}

  /** {@code 10 log10(max(value, 1e-10))}. */
  static double of(double value) {
    return 10 * Math.log10(Math.max(value, FLOOR));
  }
}
