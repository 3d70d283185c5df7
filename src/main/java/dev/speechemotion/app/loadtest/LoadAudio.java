package dev.speechemotion.app.loadtest;

import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.audio.resampling.Resampler;

/**
 * The audio of all channels: each plays one of the recording's channels over and over, from a place
 * of its own and at one of some levels.
 */
final class LoadAudio {
  private static final AudioEncoding ENCODING = AudioEncoding.MULAW;

  /** Levels of channels, decibels below the recording's: from 0 in so many steps. */
  private static final int LEVELS = 15;

  /** Places lie so many samples apart: with the lengths of usual recordings none comes again. */
  private static final int APART = 7_919;

  private final float[][] tracks;
  private final float[] scratch;

  /**
   * @param recording of any rate
   * @param samplesPerChunk most that are asked for at once
   */
  LoadAudio(AudioClip recording, int samplesPerChunk) {
    tracks = new float[recording.channelCount()][];
    for (int i = 0; i < tracks.length; i++) {
      tracks[i] =
          Resampler.resample(recording.channel(i), recording.sampleRateHz(), LoadPlan.RATE_HZ);
    }
    scratch = new float[samplesPerChunk];
  }

  /** One for another thread. */
  private LoadAudio(LoadAudio other) {
    tracks = other.tracks;
    scratch = new float[other.scratch.length];
  }

  LoadAudio copy() {
    return new LoadAudio(this);
  }

  /** Fills a payload with mu-law of a channel from that sample on. */
  void payload(int channel, long from, byte[] payload) {
    float[] track = tracks[channel % tracks.length];
    float gain = (float) Math.pow(10, -(channel % LEVELS) / 20.0);
    int at = (int) ((from + (long) channel * APART) % track.length);
    for (int i = 0; i < payload.length; i++) {
      scratch[i] = gain * track[at];
      at = at + 1 == track.length ? 0 : at + 1;
    }
    ENCODING.encode(scratch, 0, payload.length, payload, 0);
  }
}
