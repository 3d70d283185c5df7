package dev.speechemotion.streams.media;

import dev.speechemotion.audio.content.VoiceActivity;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Says of each 20 ms of a channel whether somebody talks, by the energy alone. It is the same for
 * all channels, also for those whose emotions are not analyzed, so that they can be compared; that
 * somebody talks says nothing of how.
 *
 * <p>Also keeps the level of the line's background, at which gaps are filled.
 */
public final class TalkMeter {
  private static final int BLOCKS_PER_SECOND = 50;

  private final VoiceActivity voice = new VoiceActivity(BLOCKS_PER_SECOND);
  private double sum;
  private double squares;
  private int count;

  /** Media time of talk, microseconds. */
  private long talkMicros;

  /** The last of {@link TalkTime}'s slots in which the channel talked. */
  private long lastTalkSlot = Long.MIN_VALUE;

  /** Begins a block with the next sample. */
  public void cut() {
    sum = 0;
    squares = 0;
    count = 0;
  }

  /**
   * Takes samples of a segment.
   *
   * @param samples {@code [length]}, in [-1, 1]
   * @param segmentMicros begin of their segment on a clock that the call's streams share
   * @param position number of the first of them in the segment
   */
  public void accept(
      float[] samples,
      int length,
      int rateHz,
      long segmentMicros,
      long position,
      TalkTime callTalk) {
    int blockLength = rateHz / BLOCKS_PER_SECOND;
    double blockSum = sum;
    double blockSquares = squares;
    int blockCount = count;
    for (int i = 0; i < length; i++) {
      double sample = samples[i];
      blockSum += sample;
      blockSquares += sample * sample;
      if (++blockCount == blockLength) {
        double mean = blockSum / blockLength;
        float power = (float) Math.max(0, blockSquares / blockLength - mean * mean);
        if (voice.accept(power)) {
          talkMicros += blockLength * 1_000_000L / rateHz;
          long middle = (position + i + 1 - blockLength / 2) * 1_000_000L / rateHz;
          count(Math.floorDiv(segmentMicros + middle, (long) TalkTime.SLOT_MICROS), callTalk);
        }
        blockSum = 0;
        blockSquares = 0;
        blockCount = 0;
      }
    }
    sum = blockSum;
    squares = blockSquares;
    count = blockCount;
  }

  private void count(long slot, TalkTime callTalk) {
    if (slot != lastTalkSlot) {
      lastTalkSlot = slot;
      callTalk.talk(slot);
    }
  }

  /** Media time of talk, microseconds. */
  public long talkMicros() {
    return talkMicros;
  }

  /** Mean square of the line's background. */
  public float backgroundPower() {
    return voice.noiseFloor();
  }

  public void writeState(DataOutput out) throws IOException {
    voice.writeState(out);
    out.writeDouble(sum);
    out.writeDouble(squares);
    out.writeShort(count);
    out.writeLong(talkMicros);
    out.writeLong(lastTalkSlot);
  }

  public void readState(DataInput in) throws IOException {
    voice.readState(in);
    sum = in.readDouble();
    squares = in.readDouble();
    count = in.readUnsignedShort();
    talkMicros = in.readLong();
    lastTalkSlot = in.readLong();
  }
}
