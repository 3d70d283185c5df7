package dev.speechemotion.app.loadtest;

/**
 * What is played.
 *
 * @param channels live at once, each in a call of its own
 * @param seconds of audio of each
 * @param warmUpSeconds over which the calls begin, evenly; nothing is measured before
 * @param chunkMs audio per message, milliseconds
 * @param speed 1: as fast as it was spoken; infinity: all of it lies there before the application
 *     starts
 * @param turnSeconds how long a caller talks before he is silent for as long, which every caller
 *     begins at another place; 0: all the time
 */
public record LoadPlan(
    int channels, int seconds, int warmUpSeconds, int chunkMs, double speed, int turnSeconds) {
  /** Of the audio, as telephones have it. */
  static final int RATE_HZ = 8_000;

  private static final int MAX_CHANNELS = 100_000;
  private static final int MAX_SECONDS = 24 * 3_600;
  private static final int MAX_CHUNK_MS = 1_000;

  /** Calls begin over so long at least, so that their windows don't end all at once. */
  private static final int LEAST_RAMP_MS = 1_000;

  /**
   * @throws IllegalArgumentException if it cannot be played
   */
  public LoadPlan {
    require(channels, 1, MAX_CHANNELS, "the channels");
    require(seconds, 5, MAX_SECONDS, "the seconds");
    require(warmUpSeconds, 0, seconds - 1, "--warm-up, in which calls begin while --seconds pass,");
    require(chunkMs, 1, MAX_CHUNK_MS, "the chunk's milliseconds");
    require(turnSeconds, 0, MAX_SECONDS, "the seconds of a turn");
  }

  private static void require(int value, int least, int most, String what) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s must be from %d to %d, got %d".formatted(what, least, most, value));
    }
  }

  /** Whether all of it lies there before the application starts. */
  boolean isBacklog() {
    return Double.isInfinite(speed);
  }

  int samplesPerChunk() {
    return RATE_HZ * chunkMs / 1_000;
  }

  /** Of mu-law. */
  int bytesPerChunk() {
    return samplesPerChunk();
  }

  int chunksPerChannel() {
    return (int) (1_000L * seconds / chunkMs);
  }

  /** When a channel's call begins, milliseconds of audio time. */
  int beginMs(int channel) {
    return (int) ((long) channel * rampMs() / channels);
  }

  private int rampMs() {
    return isBacklog() ? LEAST_RAMP_MS : Math.max(LEAST_RAMP_MS, 1_000 * warmUpSeconds);
  }

  /** From when on all calls are live, seconds. */
  double allLiveFrom() {
    return rampMs() / 1e3 / speed;
  }

  /** Until when they are. */
  double allLiveUntil() {
    return seconds / speed;
  }

  /** When the last call has ended, the same. */
  long endMs() {
    return rampMs() + (long) chunksPerChannel() * chunkMs;
  }

  static String callId(int channel) {
    return "load-" + channel;
  }

  /**
   * @throws NumberFormatException if it is not of a call of this load
   */
  static int channel(String callId) {
    return Integer.parseInt(callId.substring("load-".length()));
  }
}
