package dev.speechemotion.features.spec;

/**
 * How a channel is cut into windows: one of {@code lengthMs} ends every {@code hopMs} of media
 * time, the first when {@code lengthMs} have been heard; at the end of the audio comes a shorter
 * one with what the last full one had not reached.
 *
 * @param lengthMs length of a window, milliseconds; a multiple of {@code hopMs}
 * @param hopMs time between windows, milliseconds
 */
public record WindowSettings(int lengthMs, int hopMs) {

  /** 3 s every 1 s. */
  public static final WindowSettings DEFAULT = new WindowSettings(3_000, 1_000);

  public WindowSettings {
    if (hopMs < 100 || hopMs > 60_000) {
      throw new IllegalArgumentException("hopMs must be from 100 to 60000, got " + hopMs);
    }
    if (lengthMs < hopMs || lengthMs > 60_000 || lengthMs % hopMs != 0) {
      throw new IllegalArgumentException(
          "lengthMs must be a multiple of hopMs (" + hopMs + ") up to 60000, got " + lengthMs);
    }
  }
}
