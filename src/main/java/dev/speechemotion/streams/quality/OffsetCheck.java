package dev.speechemotion.streams.quality;

import dev.speechemotion.avro.AudioFault;
import dev.speechemotion.streams.state.StateFields;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Says of one channel whether the media offsets of its messages, or when they were captured where
 * they have no offsets, go on as its audio does.
 *
 * <p>It compares both over a second of audio. Twice in a row makes a finding, of a wrong rate five
 * times, as a feed that leaves out silence may advance twice as far by chance. Ten good seconds in
 * a row take it back.
 */
public final class OffsetCheck {
  private static final long NONE = Long.MIN_VALUE;
  private static final long STRETCH_MICROS = 1_000_000;

  private static final int TIMES = 2;
  private static final int RATE_TIMES = 5;
  private static final int GOOD_TIMES = 10;

  /** Offsets that advance by less than one in so many stand still; chunks may be counted. */
  private static final long STILL = 5_000;

  /** Those in milliseconds advance by a thousandth, or up to twice that where audio is missing. */
  private static final long LEAST_MILLIS = 2_000;

  private static final long MOST_MILLIS = 500;

  /** A message cannot begin where the one before it does, or next to it. */
  private static final long LEAST_ADVANCE = 100;

  /** Of the message before: where it began, and its length. */
  private long lastOffsetMicros = NONE;

  private long lastMicros;

  /** Of the second in work: the time at its begin, and its audio so far. */
  private long beginMicros = NONE;

  private long audioMicros;

  /** Whether that time is the one of capture. */
  private boolean byCapture;

  private Optional<AudioFault> finding = Optional.empty();
  private Optional<AudioFault> suspected = Optional.empty();
  private int times;
  private int goodTimes;

  /** What has been found and holds. */
  public Optional<AudioFault> finding() {
    return finding;
  }

  /**
   * Takes the next message of the channel.
   *
   * @param offsetMicros its media offset
   * @param capturedAtMs when it was captured
   * @param micros length of its audio
   * @param follows whether no message is missing before it
   * @return whether its offset says where it begins
   */
  public boolean accept(
      OptionalLong offsetMicros, OptionalLong capturedAtMs, long micros, boolean follows) {
    boolean advances = offsetMicros.isPresent() && advances(offsetMicros.getAsLong());
    lastOffsetMicros = offsetMicros.orElse(NONE);
    lastMicros = micros;
    boolean captured = offsetMicros.isEmpty();
    OptionalLong time = captured ? capturedAtMs : offsetMicros;
    if (time.isEmpty()) {
      beginMicros = NONE;
      return false;
    }
    compare(captured ? time.getAsLong() * 1_000 : time.getAsLong(), captured, follows);
    audioMicros += micros;
    return advances && finding.isEmpty();
  }

  private boolean advances(long offsetMicros) {
    return lastOffsetMicros == NONE
        || offsetMicros < lastOffsetMicros
        || (offsetMicros - lastOffsetMicros) * LEAST_ADVANCE >= lastMicros;
  }

  private void compare(long micros, boolean captured, boolean follows) {
    if (beginMicros == NONE || captured != byCapture || !follows || micros < beginMicros) {
      begin(micros, captured);
    } else if (audioMicros >= STRETCH_MICROS) {
      judge(micros - beginMicros);
      begin(micros, captured);
    }
  }

  private void begin(long micros, boolean captured) {
    beginMicros = micros;
    byCapture = captured;
    audioMicros = 0;
  }

  private void judge(long advanceMicros) {
    double rate = (double) advanceMicros / audioMicros;
    if (rate > 0.9 && rate < 1.1) {
      times = 0;
      goodTimes = Math.min(goodTimes + 1, GOOD_TIMES);
      if (goodTimes == GOOD_TIMES) {
        finding = Optional.empty();
      }
      return;
    }
    Optional<AudioFault> found = fault(advanceMicros, rate);
    goodTimes = 0;
    times = found.isPresent() && found.equals(suspected) ? Math.min(times + 1, RATE_TIMES) : 1;
    suspected = found;
    boolean isRate = found.equals(Optional.of(AudioFault.WRONG_SAMPLE_RATE));
    if (found.isPresent() && times >= (isRate ? RATE_TIMES : TIMES)) {
      finding = found;
    }
  }

  private Optional<AudioFault> fault(long advanceMicros, double rate) {
    if (rate > 1.9 && rate < 2.1 || rate > 0.475 && rate < 0.525) {
      return Optional.of(AudioFault.WRONG_SAMPLE_RATE);
    }
    if (byCapture) {
      // A feed may well say of all of its audio that it was captured when it was sent.
      return Optional.empty();
    }
    if (advanceMicros * STILL <= audioMicros) {
      return Optional.of(AudioFault.OFFSETS_STAND_STILL);
    }
    return advanceMicros * LEAST_MILLIS >= audioMicros && advanceMicros * MOST_MILLIS <= audioMicros
        ? Optional.of(AudioFault.OFFSETS_IN_MILLISECONDS)
        : Optional.empty();
  }

  void writeState(DataOutput out) throws IOException {
    out.writeLong(lastOffsetMicros);
    StateFields.writeCount(out, lastMicros);
    out.writeLong(beginMicros);
    StateFields.writeCount(out, audioMicros);
    out.writeBoolean(byCapture);
    writeFault(out, finding);
    writeFault(out, suspected);
    out.writeByte(times);
    out.writeByte(goodTimes);
  }

  void readState(DataInput in) throws IOException {
    lastOffsetMicros = in.readLong();
    lastMicros = StateFields.readCount(in);
    beginMicros = in.readLong();
    audioMicros = StateFields.readCount(in);
    byCapture = in.readBoolean();
    finding = readFault(in);
    suspected = readFault(in);
    times = in.readByte();
    goodTimes = in.readByte();
  }

  private static void writeFault(DataOutput out, Optional<AudioFault> fault) throws IOException {
    out.writeByte(fault.orElse(AudioFault.UNKNOWN).ordinal());
  }

  private static Optional<AudioFault> readFault(DataInput in) throws IOException {
    AudioFault fault = FaultSet.fault(in.readUnsignedByte());
    return fault == AudioFault.UNKNOWN ? Optional.empty() : Optional.of(fault);
  }
}
