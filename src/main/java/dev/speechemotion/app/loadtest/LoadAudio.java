package dev.speechemotion.app.loadtest;

import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.audio.resampling.Resampler;

/**
 * The audio of all channels: each plays one of the recording's channels over and over, from a place
 * of its own and at one of some levels, all the time or in turns.
 */
final class LoadAudio {
  private static final AudioEncoding ENCODING = AudioEncoding.MULAW;

  /** Levels of channels, decibels below the recording's: from 0 in so many steps. */
  private static final int LEVELS = 15;

  /** Places lie so many samples apart: with the lengths of usual recordings none comes again. */
  private static final int APART = 7_919;

  private final float[][] tracks;

  /** Of speech, and of silence after it; 0: no silence. */
  private final int turnSamples;

  private final float[] scratch;

  /**
   * @param recording of any rate
   * @param plan says how much is asked for at once, and how long turns are
   */
  LoadAudio(AudioClip recording, LoadPlan plan) {
    tracks = new float[recording.channelCount()][];
    for (int i = 0; i < tracks.length; i++) {
      tracks[i] =
          Resampler.resample(recording.channel(i), recording.sampleRateHz(), LoadPlan.RATE_HZ);
    }
    turnSamples = plan.turnSeconds() * LoadPlan.RATE_HZ;
    scratch = new float[plan.samplesPerChunk()];
  }

  /** One for another thread. */
  private LoadAudio(LoadAudio other) {
    tracks = other.tracks;
    turnSamples = other.turnSamples;
    scratch = new float[other.scratch.length];
  }

  LoadAudio copy() {
    return new LoadAudio(this);
  }

  /** Fills a payload with mu-law of a channel from that sample on. */
  void payload(int channel, long from, byte[] payload) {
    float[] track = tracks[channel % tracks.length];
    float gain = (float) Math.pow(10, -(channel % LEVELS) / 20.0);
    long place = from + (long) channel * APART;
    int at = (int) (place % track.length);
    for (int i = 0; i < payload.length; i++) {
      boolean silent = turnSamples > 0 && (place + i) / turnSamples % 2 == 1;
      scratch[i] = silent ? 0 : gain * track[at];
      at = at + 1 == track.length ? 0 : at + 1;
    }
    ENCODING.encode(scratch, 0, payload.length, payload, 0);
  }
}
