package dev.speechemotion.streams.quality;

import dev.speechemotion.avro.AudioFault;
import dev.speechemotion.streams.state.StateFields;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Says of one channel whether time goes on as its audio does: by the media offsets of its messages;
 * where they have none, by when they were captured; where that is not said either, by when they
 * were ingested.
 *
 * <p>It compares both over a second of audio. Twice in a row makes a finding, of a wrong rate five
 * times, as a feed that leaves out silence may advance twice as far by chance, and by ingestion,
 * eight. Ten good seconds in a row take it back. A wrong rate or unit is wrong with every message:
 * where one begins as the last one ends, what is missing is left out, such as the pauses of a busy
 * tone.
 *
 * <p>No good feed sends messages one after the other that each begin within the one before it, or
 * before that begins: such offsets do not count even before they make a finding.
 */
public final class OffsetCheck {
  /** Where time is taken from. */
  private enum Clock {
    OFFSETS,
    CAPTURE,
    INGESTION
  }

  private static final long NONE = Long.MIN_VALUE;
  private static final long STRETCH_MICROS = 1_000_000;

  /** Findings that say that offsets mean nothing. */
  static final Set<AudioFault> OF_OFFSETS =
      Set.of(
          AudioFault.OFFSETS_STAND_STILL,
          AudioFault.OFFSETS_IN_MILLISECONDS,
          AudioFault.OFFSETS_IN_OTHER_UNIT,
          AudioFault.OFFSETS_GO_BACK);

  private static final int TIMES = 2;
  private static final int RATE_TIMES = 5;
  private static final int INGESTED_RATE_TIMES = 8;
  private static final int GOOD_TIMES = 10;

  /** Offsets that advance by less than one in so many stand still; chunks may be counted. */
  private static final long STILL = 5_000;

  /** Those in milliseconds advance by a thousandth, or up to twice that where audio is missing. */
  private static final long LEAST_MILLIS = 2_000;

  private static final long MOST_MILLIS = 500;

  /** Rates that telephones, headsets, and recorders have are so many times each other. */
  private static final int[] RATE_FACTORS = {2, 3, 4, 6};

  private static final double RATE_TOLERANCE = 0.05;

  /** Offsets that advance so many times as far count 100 ns, or nanoseconds. */
  private static final int[] UNIT_FACTORS = {10, 1_000};

  /** Those that advance by a share between these count samples, at 8 to 96 kHz. */
  private static final double LEAST_SAMPLES = 0.0075;

  private static final double MOST_SAMPLES = 0.1;

  /** So many messages that advance by no more than a share of their audio overlap. */
  private static final int OVERLAPPING = 4;

  private static final double OVERLAP = 0.55;

  /** A message cannot begin where the one before it does, or next to it. */
  private static final long LEAST_ADVANCE = 100;

  /** Of the message before: where it began, and its length. */
  private long lastOffsetMicros = NONE;

  private long lastMicros;

  /** Of the second in work: the time at its begin, and its audio so far. */
  private long beginMicros = NONE;

  private long audioMicros;

  /** Whether the message before began before the one before it did, by its offset. */
  private boolean wentBack;

  /** Whether a message in it begins where the one before it ends, by its offset. */
  private boolean joins;

  private Clock clock = Clock.OFFSETS;

  private Optional<AudioFault> finding = Optional.empty();
  private Optional<AudioFault> suspected = Optional.empty();
  private int times;
  private int goodTimes;

  /** How fast time went on in the last second that was judged, as a share of the audio. */
  private double timeRate = 1;

  /** What has been found and holds. */
  public Optional<AudioFault> finding() {
    return finding;
  }

  /** How fast time goes on, as a share of the audio, by what was judged last. */
  double timeRate() {
    return timeRate;
  }

  /**
   * Takes the next message of the channel.
   *
   * @param offsetMicros its media offset
   * @param capturedAtMs when it was captured
   * @param ingestedAtMs when it was ingested
   * @param micros length of its audio
   * @param follows whether no message is missing before it
   * @return whether its offset says where it begins
   */
  public boolean accept(
      OptionalLong offsetMicros,
      OptionalLong capturedAtMs,
      long ingestedAtMs,
      long micros,
      boolean follows) {
    joins |= offsetMicros.isPresent() && joins(offsetMicros.getAsLong());
    boolean advances = offsetMicros.isPresent() && advances(offsetMicros.getAsLong(), follows);
    lastOffsetMicros = offsetMicros.orElse(NONE);
    lastMicros = micros;
    if (offsetMicros.isPresent()) {
      compare(Clock.OFFSETS, offsetMicros.getAsLong(), follows);
    } else if (capturedAtMs.isPresent()) {
      compare(Clock.CAPTURE, capturedAtMs.getAsLong() * 1_000, follows);
    } else {
      compare(Clock.INGESTION, ingestedAtMs * 1_000, follows);
    }
    audioMicros += micros;
    return advances && finding.isEmpty();
  }

  private boolean advances(long offsetMicros, boolean follows) {
    if (lastOffsetMicros == NONE) {
      return true;
    }
    boolean goesBack = offsetMicros < lastOffsetMicros;
    boolean goesBackAgain = goesBack && wentBack;
    wentBack = goesBack;
    if (goesBack) {
      // Once it is a feed that begins to count anew.
      return !(goesBackAgain && follows);
    }
    return (offsetMicros - lastOffsetMicros) * LEAST_ADVANCE >= lastMicros
        && !(follows && overlaps(offsetMicros));
  }

  /** Whether messages begin within the ones before them, so far in the second in work. */
  private boolean overlaps(long offsetMicros) {
    boolean hadOverlap = times > 0 && suspected.isPresent() && timeRate < OVERLAP;
    return clock == Clock.OFFSETS
        && beginMicros != NONE
        && !joins
        && audioMicros >= (hadOverlap ? 1 : OVERLAPPING) * lastMicros
        && offsetMicros - beginMicros < OVERLAP * audioMicros;
  }

  private boolean joins(long offsetMicros) {
    return lastOffsetMicros != NONE
        && Math.abs(offsetMicros - lastOffsetMicros - lastMicros) * 10 <= lastMicros;
  }

  private void compare(Clock by, long micros, boolean follows) {
    boolean runsBack = by != Clock.OFFSETS && micros < beginMicros;
    if (beginMicros == NONE || by != clock || !follows || runsBack) {
      begin(by, micros);
    } else if (audioMicros >= STRETCH_MICROS) {
      judge(micros - beginMicros);
      begin(by, micros);
    }
  }

  private void begin(Clock by, long micros) {
    clock = by;
    beginMicros = micros;
    audioMicros = 0;
    joins = false;
  }

  private void judge(long advanceMicros) {
    double rate = (double) advanceMicros / audioMicros;
    double lastRate = timeRate;
    timeRate = rate;
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
    boolean again =
        found.equals(suspected)
            && (found.isEmpty()
                || found.get() != AudioFault.WRONG_SAMPLE_RATE
                || isNear(rate, lastRate, 2 * RATE_TOLERANCE));
    times = again ? Math.min(times + 1, INGESTED_RATE_TIMES) : 1;
    suspected = found;
    if (found.isPresent() && times >= timesNeeded(found.get())) {
      finding = found;
    }
  }

  private int timesNeeded(AudioFault fault) {
    // A feed that leaves out silence may send one message in ten, not one in a thousand.
    boolean byChance =
        fault == AudioFault.OFFSETS_IN_OTHER_UNIT
            && isNear(timeRate, UNIT_FACTORS[0], RATE_TOLERANCE);
    if (fault != AudioFault.WRONG_SAMPLE_RATE) {
      return byChance ? RATE_TIMES : TIMES;
    }
    return clock == Clock.INGESTION ? INGESTED_RATE_TIMES : RATE_TIMES;
  }

  private Optional<AudioFault> fault(long advanceMicros, double rate) {
    if (isOfWrongRate(rate)) {
      return joins ? Optional.empty() : Optional.of(AudioFault.WRONG_SAMPLE_RATE);
    }
    if (clock != Clock.OFFSETS) {
      // Recordings may be sent faster than they were spoken.
      return Optional.empty();
    }
    if (advanceMicros < 0) {
      return Optional.of(AudioFault.OFFSETS_GO_BACK);
    }
    if (advanceMicros * STILL <= audioMicros) {
      return Optional.of(AudioFault.OFFSETS_STAND_STILL);
    }
    if (advanceMicros * LEAST_MILLIS >= audioMicros && advanceMicros * MOST_MILLIS <= audioMicros) {
      return Optional.of(AudioFault.OFFSETS_IN_MILLISECONDS);
    }
    return !joins && isOfOtherUnit(rate)
        ? Optional.of(AudioFault.OFFSETS_IN_OTHER_UNIT)
        : Optional.empty();
  }

  private boolean isOfWrongRate(double rate) {
    for (int factor : RATE_FACTORS) {
      if (isNear(rate, factor, RATE_TOLERANCE) || isNear(1 / rate, factor, RATE_TOLERANCE)) {
        // Recordings may be sent faster than they were spoken, by some factor or other.
        return clock == Clock.OFFSETS || factor == RATE_FACTORS[0];
      }
    }
    return false;
  }

  private static boolean isOfOtherUnit(double rate) {
    for (int factor : UNIT_FACTORS) {
      if (isNear(rate, factor, RATE_TOLERANCE)) {
        return true;
      }
    }
    return rate > LEAST_SAMPLES && rate < MOST_SAMPLES;
  }

  private static boolean isNear(double value, double expected, double tolerance) {
    return Math.abs(value - expected) < tolerance * Math.abs(expected);
  }

  void writeState(DataOutput out) throws IOException {
    out.writeLong(lastOffsetMicros);
    StateFields.writeCount(out, lastMicros);
    out.writeLong(beginMicros);
    StateFields.writeCount(out, audioMicros);
    out.writeBoolean(wentBack);
    out.writeBoolean(joins);
    out.writeByte(clock.ordinal());
    writeFault(out, finding);
    writeFault(out, suspected);
    out.writeByte(times);
    out.writeByte(goodTimes);
    out.writeDouble(timeRate);
  }

  void readState(DataInput in) throws IOException {
    lastOffsetMicros = in.readLong();
    lastMicros = StateFields.readCount(in);
    beginMicros = in.readLong();
    audioMicros = StateFields.readCount(in);
    wentBack = in.readBoolean();
    joins = in.readBoolean();
    clock = readClock(in);
    finding = readFault(in);
    suspected = readFault(in);
    times = in.readByte();
    goodTimes = in.readByte();
    timeRate = in.readDouble();
  }

  private static Clock readClock(DataInput in) throws IOException {
    int ordinal = in.readUnsignedByte();
    if (ordinal >= Clock.values().length) {
      throw new IOException("there is no clock " + ordinal);
    }
    return Clock.values()[ordinal];
  }

  private static void writeFault(DataOutput out, Optional<AudioFault> fault) throws IOException {
    out.writeByte(fault.orElse(AudioFault.UNKNOWN).ordinal());
  }

  private static Optional<AudioFault> readFault(DataInput in) throws IOException {
    AudioFault fault = FaultSet.fault(in.readUnsignedByte());
    return fault == AudioFault.UNKNOWN ? Optional.empty() : Optional.of(fault);
  }
}
