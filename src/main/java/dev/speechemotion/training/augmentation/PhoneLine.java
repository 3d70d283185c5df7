package dev.speechemotion.training.augmentation;

import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.audio.resampling.Resampler;
import java.util.SplittableRandom;

/**
 * What a telephone line does: 8 kHz, G.711, and if so wanted the band of an analogue line and lost
 * packets.
 *
 * @param law {@link AudioEncoding#MULAW} or {@link AudioEncoding#ALAW}
 * @param bandPass whether only 300 to 3,400 Hz pass
 * @param lostShare share of the packets of 20 ms that are lost, 0 to 0.5
 * @param lostInARow how many are lost in a row on average, from 1
 * @param concealed whether the last packet stands in for lost ones, fading out within 60 ms; if
 *     not, they are silent
 */
record PhoneLine(
    AudioEncoding law, boolean bandPass, double lostShare, double lostInARow, boolean concealed) {
  static final int RATE_HZ = 8_000;

  /** 8 kHz and mu-law, and nothing else. */
  static final PhoneLine MULAW = new PhoneLine(AudioEncoding.MULAW, false, 0, 1, false);

  private static final int PACKET = RATE_HZ / 50;
  private static final double LOW_HZ = 300;
  private static final double HIGH_HZ = 3_400;

  /** Of the two filters whose product is a Butterworth filter of fourth order. */
  private static final double[] BUTTERWORTH = {0.54119610, 1.30656296};

  private static final int FADE_PACKETS = 3;

  PhoneLine {
    if (law != AudioEncoding.MULAW && law != AudioEncoding.ALAW) {
      throw new IllegalArgumentException("law must be MULAW or ALAW, got " + law);
    }
    if (!(lostShare >= 0 && lostShare <= 0.5)) {
      throw new IllegalArgumentException("lostShare must be from 0 to 0.5, got " + lostShare);
    }
    if (!(lostInARow >= 1 && lostInARow <= 50)) {
      throw new IllegalArgumentException("lostInARow must be from 1 to 50, got " + lostInARow);
    }
  }

  /** {@code samples} in [-1, 1]; the result is so too, at 8 kHz. */
  float[] apply(float[] samples, int rateHz, SplittableRandom random) {
    float[] heard = Resampler.resample(samples, rateHz, RATE_HZ);
    if (heard == samples) {
      heard = samples.clone();
    }
    if (bandPass) {
      for (double q : BUTTERWORTH) {
        Biquad.highPass(RATE_HZ, LOW_HZ, q).apply(heard);
        Biquad.lowPass(RATE_HZ, HIGH_HZ, q).apply(heard);
      }
    }
    byte[] line = new byte[heard.length];
    law.encode(heard, 0, heard.length, line, 0);
    law.decode(line, 0, 1, line.length, heard, 0);
    if (lostShare > 0) {
      losePackets(heard, random);
    }
    return heard;
  }

  /**
   * Whether packets come is a chain of two states (E. N. Gilbert, "Capacity of a burst-noise
   * channel", Bell System Technical Journal 39, 1960).
   */
  private void losePackets(float[] samples, SplittableRandom random) {
    double recover = 1 / lostInARow;
    double fail = recover * lostShare / (1 - lostShare);
    boolean lost = random.nextDouble() < lostShare;
    int inARow = 0;
    for (int begin = 0; begin < samples.length; begin += PACKET) {
      inARow = lost ? inARow + 1 : 0;
      if (lost) {
        fill(samples, begin, inARow);
      }
      lost = random.nextDouble() < (lost ? 1 - recover : fail);
    }
  }

  private void fill(float[] samples, int begin, int inARow) {
    int last = begin - inARow * PACKET;
    for (int i = begin; i < begin + PACKET && i < samples.length; i++) {
      double faded = 1 - ((inARow - 1) * PACKET + i - begin) / (double) (FADE_PACKETS * PACKET);
      samples[i] =
          concealed && last >= 0 && faded > 0 ? (float) (faded * samples[last + i - begin]) : 0;
    }
  }
}
