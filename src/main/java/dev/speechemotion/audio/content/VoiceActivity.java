package dev.speechemotion.audio.content;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Says of each frame of one channel whether it holds speech: its energy against a noise floor that
 * follows the line, with a hang-over that bridges the gaps between words; and, where the caller
 * knows it, its voicing: what rises above the floor without ever being voiced is noise. Tones and
 * music that have a pitch are taken for speech here: see {@link VoiceMotion}.
 *
 * <p>The noise floor is the least energy of the last two seconds, after R. Martin's minimum
 * statistics (2001), without his smoothing, since frames are long here: speech dips down to the
 * noise between syllables, steady noise never leaves it. Energies are compared as powers, not in
 * dB, so that no logarithm's rounding can differ between machines.
 */
public final class VoiceActivity {
  private static final int SLOTS = 8;
  private static final double SLOT_SECONDS = 0.25;
  private static final double HANG_OVER_SECONDS = 0.2;

  /** 6 dB above the noise floor. */
  private static final float SPEECH_TO_NOISE = 4;

  /** 3 dB: enough for a frame that is voiced. */
  private static final float VOICED_TO_NOISE = 2;

  private static final float VOICED_FROM = 0.6f;

  /** A voice is voiced for so long at least, with frames that overlap; noise only by chance. */
  private static final double LEAST_VOICE_SECONDS = 0.045;

  /** Speech is unvoiced for so long at most. */
  private static final double VOICELESS_SECONDS = 0.3;

  /** -65 dB of full scale: above the idle noise of G.711 lines, below quiet speech. */
  private static final float LEAST_SPEECH = 3.2e-7f;

  /**
   * -50 dB of full scale, taken for the noise floor of the first second: a call that begins with
   * speech is heard from the first frame.
   */
  private static final float INITIAL_FLOOR = 1e-5f;

  private static final int INITIAL_SLOTS = 4;

  private final int framesPerSlot;
  private final int hangOverFrames;
  private final int leastVoiceFrames;
  private final int voicelessFrames;

  /** {@code [SLOTS]}, the least power within each of the last stretches, the newest last. */
  private final float[] slotFloors = new float[SLOTS];

  /** The least of {@link #slotFloors}. */
  private float pastFloor;

  /** The least power in the stretch that has begun, and its frames so far. */
  private float slotFloor;

  private int slotFrames;

  /** Frames that still count as speech if they do not hold any. */
  private int hangOver;

  /** Voiced frames in a row up to now, as far as they matter. */
  private int voicedRun;

  /** Frames that may still count as a voice's if they are not voiced. */
  private int voiceless;

  private boolean active;

  /**
   * @param framesPerSecond frames per second of media time, for the time constants
   */
  public VoiceActivity(double framesPerSecond) {
    if (!(framesPerSecond > 0 && framesPerSecond <= 100_000)) {
      throw new IllegalArgumentException(
          "framesPerSecond must be above 0 and at most 100000, got " + framesPerSecond);
    }
    framesPerSlot = (int) Math.max(1, Math.round(framesPerSecond * SLOT_SECONDS));
    hangOverFrames = (int) Math.round(framesPerSecond * HANG_OVER_SECONDS);
    leastVoiceFrames = (int) Math.max(1, Math.round(framesPerSecond * LEAST_VOICE_SECONDS));
    voicelessFrames = (int) Math.round(framesPerSecond * VOICELESS_SECONDS);
    Arrays.fill(slotFloors, Float.MAX_VALUE);
    Arrays.fill(slotFloors, 0, INITIAL_SLOTS, INITIAL_FLOOR);
    pastFloor = INITIAL_FLOOR;
    slotFloor = Float.MAX_VALUE;
  }

  /**
   * Takes the next frame by its energy alone.
   *
   * @param samples in [-1, 1], {@code length} of them from {@code offset}
   * @return whether the frame holds speech
   */
  public boolean accept(float[] samples, int offset, int length) {
    return accept(power(samples, offset, length));
  }

  /**
   * Takes the next frame by its energy alone.
   *
   * @param power mean square of the frame's samples without their mean
   * @return whether the frame holds speech
   */
  public boolean accept(float power) {
    return accept(power, power > floorWith(power) * SPEECH_TO_NOISE);
  }

  /**
   * Takes the next frame by its energy and its voicing: speech is what is voiced, and what is loud
   * soon after.
   *
   * @param power mean square of the frame's samples without their mean
   * @param voicing how likely the frame is voiced, 0 to 1
   * @return whether the frame holds speech
   */
  public boolean accept(float power, float voicing) {
    float floor = floorWith(power);
    boolean voiced =
        voicing >= VOICED_FROM && power > floor * VOICED_TO_NOISE && power > LEAST_SPEECH;
    voicedRun = voiced ? Math.min(voicedRun + 1, leastVoiceFrames) : 0;
    boolean voice = voicedRun == leastVoiceFrames;
    voiceless = voice ? voicelessFrames : Math.max(0, voiceless - 1);
    return accept(power, voice || voiceless > 0 && power > floor * SPEECH_TO_NOISE);
  }

  /** Whether the last frame held speech itself, and not only a gap that the hang-over bridged. */
  public boolean active() {
    return active;
  }

  /** The power that is taken for the line's noise. */
  public float noiseFloor() {
    return Math.min(slotFloor, pastFloor);
  }

  private float floorWith(float power) {
    slotFloor = Math.min(slotFloor, power);
    return Math.min(slotFloor, pastFloor);
  }

  private boolean accept(float power, boolean speech) {
    active = speech && power > LEAST_SPEECH;
    if (active) {
      // One more than the gap that it bridges, since this frame takes one.
      hangOver = hangOverFrames + 1;
    }
    if (++slotFrames == framesPerSlot) {
      System.arraycopy(slotFloors, 1, slotFloors, 0, SLOTS - 1);
      slotFloors[SLOTS - 1] = slotFloor;
      pastFloor = least(slotFloors);
      slotFloor = Float.MAX_VALUE;
      slotFrames = 0;
    }
    if (hangOver == 0) {
      return false;
    }
    hangOver--;
    return true;
  }

  /** The samples' variance: a line's constant offset is no sound. */
  private static float power(float[] samples, int offset, int length) {
    // Two sums of each kind, for an addition waits for the one before.
    double sum0 = 0;
    double sum1 = 0;
    double squares0 = 0;
    double squares1 = 0;
    int end = offset + length;
    int i = offset;
    for (; i + 1 < end; i += 2) {
      double sample0 = samples[i];
      double sample1 = samples[i + 1];
      sum0 += sample0;
      sum1 += sample1;
      squares0 += sample0 * sample0;
      squares1 += sample1 * sample1;
    }
    if (i < end) {
      double sample = samples[i];
      sum0 += sample;
      squares0 += sample * sample;
    }
    double mean = (sum0 + sum1) / length;
    return (float) Math.max(0, (squares0 + squares1) / length - mean * mean);
  }

  private static float least(float[] values) {
    float least = values[0];
    for (float value : values) {
      least = Math.min(least, value);
    }
    return least;
  }

  /** Writes what {@link #readState} needs to go on as if nothing had happened. */
  public void writeState(DataOutput out) throws IOException {
    out.writeInt(slotFrames);
    out.writeInt(hangOver);
    out.writeInt(voicedRun);
    out.writeInt(voiceless);
    out.writeFloat(slotFloor);
    for (float floor : slotFloors) {
      out.writeFloat(floor);
    }
  }

  /**
   * Takes over the state of another one of the same frame rate.
   *
   * @throws IOException if the state ends early or is not that of such a one
   */
  public void readState(DataInput in) throws IOException {
    int readFrames = in.readInt();
    int readHangOver = in.readInt();
    int readVoicedRun = in.readInt();
    int readVoiceless = in.readInt();
    if (readFrames < 0
        || readFrames >= framesPerSlot
        || readHangOver < 0
        || readHangOver > hangOverFrames
        || readVoicedRun < 0
        || readVoicedRun > leastVoiceFrames
        || readVoiceless < 0
        || readVoiceless > voicelessFrames) {
      throw new IOException(
          "state of a voice activity of "
              + framesPerSlot
              + " frames cannot hold frame "
              + readFrames
              + ", a hang-over of "
              + readHangOver
              + ", and voice of "
              + readVoicedRun
              + " and "
              + readVoiceless);
    }
    slotFrames = readFrames;
    hangOver = readHangOver;
    voicedRun = readVoicedRun;
    voiceless = readVoiceless;
    slotFloor = in.readFloat();
    for (int i = 0; i < SLOTS; i++) {
      slotFloors[i] = in.readFloat();
    }
    pastFloor = least(slotFloors);
  }
}
