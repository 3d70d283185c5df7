package dev.speechemotion.audio.content;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Says of the voiced frames of one channel whether they move as a voice does. Tones have a pitch
 * too, and lines are full of them: dial, ring-back and busy tones, touch tones, hum, chords of the
 * music on hold. But their frequencies stay where they are, and a voice's never do: even a held
 * vowel of a sad voice moves by a tenth of a semitone within the length of a frame.
 *
 * <p>A frame is compared with the latest one that it has no sample in common with. It is steady
 * where its strongest peak, or another about as strong, is one of the strongest three of that
 * frame; and, since touch tones can be too short for that, where all its power lies in two narrow
 * peaks, or almost all at the frequencies of touch tones. A single frame of a voice may be steady
 * by chance: what counts is the share in a window (see {@link #isVoice}).
 */
public final class VoiceMotion {
  /** What {@link #accept} says. */
  public enum Frame {
    /** It is not voiced, or the frame that it would be compared with is not. */
    NOT_COMPARED,
    STEADY,
    MOVING
  }

  private static final int PEAKS = 3;

  /** Frequencies of peaks that are the same differ by less than this share. */
  private static final double SAME = 0.005;

  /** Below is hum and rumble. */
  private static final double LOWEST_HZ = 60;

  /** Above, a telephone line has nothing. */
  private static final double HIGHEST_HZ = 4_000;

  /** A second peak of this share of the first one's power is about as strong. */
  private static final double AS_STRONG = 0.5;

  /** Share of two peaks in the power of what is made of two tones. */
  private static final double PURE = 0.999;

  /** A peak has so many bins on either side under the Hann window, with one to spare. */
  private static final int PEAK_BINS = 3;

  /** ITU-T Q.23. */
  private static final int[] TOUCH_TONES_HZ = {697, 770, 852, 941, 1209, 1336, 1477, 1633};

  /** Share of touch tones in the power of a frame that holds the edge of one. */
  private static final double TOUCH_TONE = 0.9;

  /** Bins on either side of a touch tone's that are taken for it. */
  private static final int TOUCH_TONE_BINS = 2;

  /** Of windows of actors' speech, one in a thousand has less than 0.53, and none less than 0.5. */
  private static final double LEAST_MOVING = 0.4;

  /** With fewer frames, a share says nothing. */
  private static final int LEAST_COMPARED = 4;

  /** What is left of a tone at the edge of a window is near no more frames than these. */
  private static final int EDGE_FRAMES = 20;

  /** Bins that are summed up before the sum is looked at. */
  private static final int AT_ONCE = 16;

  private final int lowestBin;
  private final int highestBin;

  /** The bins of touch tones; none where bins are too wide to tell. */
  private final int[] touchToneBins;

  /** {@code [framesApart][PEAKS]}, bins of the peaks of the last frames, 0 where not voiced. */
  private final float[][] peaks;

  /** Row of {@link #peaks} of the oldest frame, which the next one is compared with. */
  private int oldest;

  /** Of the frame in work. */
  private final int[] tops = new int[PEAKS];

  /**
   * @param binHz distance of the spectrum's bins
   * @param binCount of the spectrum
   * @param framesApart number of frames after which there is no sample in common
   */
  public VoiceMotion(double binHz, int binCount, int framesApart) {
    lowestBin = Math.max(1, (int) Math.ceil(LOWEST_HZ / binHz));
    highestBin = Math.min(binCount - 2, (int) (HIGHEST_HZ / binHz));
    boolean tells = binHz * (2 * TOUCH_TONE_BINS + 1) <= TOUCH_TONES_HZ[0] - LOWEST_HZ;
    touchToneBins =
        tells
            ? Arrays.stream(TOUCH_TONES_HZ).map(hz -> (int) Math.rint(hz / binHz)).toArray()
            : new int[0];
    peaks = new float[framesApart][PEAKS];
  }

  /**
   * Takes the next frame.
   *
   * @param power {@code [binCount]}, power under the Hann window
   * @param voiced whether the frame is, by pitch and level
   */
  public Frame accept(double[] power, boolean voiced) {
    float[] before = peaks[oldest];
    Frame result = Frame.NOT_COMPARED;
    if (voiced) {
      findPeaks(power);
      float strongest = position(power, tops[0]);
      float second = position(power, tops[1]);
      if (isPure(power)
          || isAmong(strongest, before)
          || power[tops[1]] > AS_STRONG * power[tops[0]] && isAmong(second, before)) {
        result = Frame.STEADY;
      } else if (before[0] > 0) {
        result = Frame.MOVING;
      }
      before[0] = strongest;
      before[1] = second;
      before[2] = position(power, tops[2]);
    } else {
      before[0] = 0;
    }
    oldest = (oldest + 1) % peaks.length;
    return result;
  }

  /**
   * Whether there is a voice in a window.
   *
   * @param nearVoice frames of it that are voiced, or soon after what is
   * @param steady frames that are steady
   * @param moving frames that are moving
   */
  public static boolean isVoice(int nearVoice, int steady, int moving) {
    int compared = steady + moving;
    if (compared < LEAST_COMPARED) {
      return nearVoice > (moving < steady ? EDGE_FRAMES : 0);
    }
    return moving >= LEAST_MOVING * compared;
  }

  /** Finds the strongest peaks, the strongest first; 0 where there are fewer. */
  private void findPeaks(double[] power) {
    int first = 0;
    int second = 0;
    int third = 0;
    // Bin 0 is below all, and not looked at for its power.
    double firstPower = 0;
    double secondPower = 0;
    double thirdPower = 0;
    for (int k = lowestBin; k <= highestBin; k++) {
      double here = power[k];
      if (here <= thirdPower || here < power[k - 1] || here <= power[k + 1]) {
        continue;
      }
      if (here > firstPower) {
        third = second;
        thirdPower = secondPower;
        second = first;
        secondPower = firstPower;
        first = k;
        firstPower = here;
      } else if (here > secondPower) {
        third = second;
        thirdPower = secondPower;
        second = k;
        secondPower = here;
      } else {
        third = k;
        thirdPower = here;
      }
    }
    tops[0] = first;
    tops[1] = second;
    tops[2] = third;
  }

  /**
   * Where between the bins a tone lies that peaks in a bin: exact for a tone alone, by the ratio of
   * neighbors under the Hann window.
   */
  private static float position(double[] power, int bin) {
    if (bin == 0) {
      return 0;
    }
    double left = power[bin - 1];
    double right = power[bin + 1];
    double ratio = Math.sqrt(Math.max(left, right) / power[bin]);
    double shift = (2 * ratio - 1) / (ratio + 1);
    return (float) (right >= left ? bin + shift : bin - shift);
  }

  private static boolean isAmong(float position, float[] others) {
    if (others[0] == 0) {
      return false;
    }
    for (float other : others) {
      if (Math.abs(position - other) < SAME * position) {
        return true;
      }
    }
    return false;
  }

  /** Whether the frame in work is made of two tones, or of touch tones. */
  private boolean isPure(double[] power) {
    double touchTones = 0;
    int end = 0;
    for (int bin : touchToneBins) {
      // Those of two tones may overlap.
      int k = Math.max(end, bin - TOUCH_TONE_BINS);
      end = Math.min(power.length, bin + TOUCH_TONE_BINS + 1);
      for (; k < end; k++) {
        touchTones += power[k];
      }
    }
    double two = 0;
    int firstEnd = Math.min(power.length - 1, tops[0] + PEAK_BINS);
    for (int k = Math.max(lowestBin, tops[0] - PEAK_BINS); k <= firstEnd; k++) {
      two += power[k];
    }
    if (tops[1] > 0) {
      int secondEnd = Math.min(power.length - 1, tops[1] + PEAK_BINS);
      for (int k = Math.max(lowestBin, tops[1] - PEAK_BINS); k <= secondEnd; k++) {
        if (Math.abs(k - tops[0]) > PEAK_BINS) {
          two += power[k];
        }
      }
    }
    // A voice has most of its power in low bins: a part of the sum mostly tells, as it only grows.
    double total = 0;
    for (int from = lowestBin; from < power.length; from += AT_ONCE) {
      int to = Math.min(power.length, from + AT_ONCE);
      for (int k = from; k < to; k++) {
        total += power[k];
      }
      if (touchTones < TOUCH_TONE * total && two < PURE * total) {
        return false;
      }
    }
    return true;
  }

  /** Writes what {@link #readState} needs to go on as if nothing had happened. */
  public void writeState(DataOutput out) throws IOException {
    for (int i = 0; i < peaks.length; i++) {
      float[] row = peaks[(oldest + i) % peaks.length];
      out.writeFloat(row[0]);
      if (row[0] > 0) {
        for (int peak = 1; peak < PEAKS; peak++) {
          out.writeFloat(row[peak]);
        }
      }
    }
  }

  /**
   * Takes over the state of another one of the same settings.
   *
   * @throws IOException if the state ends early
   */
  public void readState(DataInput in) throws IOException {
    oldest = 0;
    for (float[] row : peaks) {
      row[0] = in.readFloat();
      if (row[0] > 0) {
        for (int peak = 1; peak < PEAKS; peak++) {
          row[peak] = in.readFloat();
        }
      }
    }
  }
}
