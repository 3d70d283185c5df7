package dev.speechemotion.audio;

import java.util.List;

/** A recording in memory: one or more channels of equal length at one sampling rate. */
public final class AudioClip {
  private final int sampleRateHz;
  private final float[][] channels;
  private final List<String> warnings;

  /**
   * @param sampleRateHz samples per second, positive
   * @param channels {@code [channel][sample]}, in [-1, 1]; at least one channel, all of one length;
   *     not copied
   */
  public AudioClip(int sampleRateHz, float[]... channels) {
    this(sampleRateHz, List.of(), channels);
  }

  AudioClip(int sampleRateHz, List<String> warnings, float[]... channels) {
    if (sampleRateHz <= 0) {
      throw new IllegalArgumentException("sampleRateHz must be positive, got " + sampleRateHz);
    }
    if (channels.length == 0) {
      throw new IllegalArgumentException("a clip needs at least one channel");
    }
    for (float[] channel : channels) {
      if (channel.length != channels[0].length) {
        throw new IllegalArgumentException("channels differ in length");
      }
    }
    this.sampleRateHz = sampleRateHz;
    this.channels = channels;
    this.warnings = List.copyOf(warnings);
  }

  /** What was amiss with the file that it was read from, and how it was read all the same. */
  public List<String> warnings() {
    return warnings;
  }

  public int sampleRateHz() {
    return sampleRateHz;
  }

  public int channelCount() {
    return channels.length;
  }

  /** Samples per channel. */
  public int sampleCount() {
    return channels[0].length;
  }

  public double durationSeconds() {
    return sampleCount() / (double) sampleRateHz;
  }

  /** The samples of a channel, in [-1, 1]; the clip's own array. */
  public float[] channel(int index) {
    return channels[index];
  }

  /** The samples of all channels, the clip's own arrays. */
  public List<float[]> channels() {
    return List.of(channels);
  }

  /** The mean of all channels, {@code [sample]}; the clip's own array if there is only one. */
  public float[] mono() {
    if (channels.length == 1) {
      return channels[0];
    }
    float[] mono = new float[sampleCount()];
    for (float[] channel : channels) {
      for (int i = 0; i < mono.length; i++) {
        mono[i] += channel[i];
      }
    }
    for (int i = 0; i < mono.length; i++) {
      mono[i] /= channels.length;
    }
    return mono;
  }
}
