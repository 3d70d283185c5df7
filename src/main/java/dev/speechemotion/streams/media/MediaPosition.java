package dev.speechemotion.streams.media;

import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.streams.state.StateFields;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.OptionalLong;

/**
 * Where a channel stands in media time: what of it has been heard, what is missing, and what comes
 * next. Its audio comes in segments: stretches without a pause, a change of format, or a gap that
 * is too long to be filled.
 */
public final class MediaPosition {
  /** Stands for "no number" and "no time". */
  public static final long NONE = Long.MIN_VALUE;

  /** Number of the last message heard or passed over, or {@link #NONE}. */
  private long lastNumber = NONE;

  private long lastIngestedAtMs;

  /** Outside segments: media time at which the next audio is expected, microseconds. */
  private long nextMicros;

  /** Media time of the end of the last finished segment, microseconds. */
  private long endMicros;

  /** Whether any audio has come. */
  private boolean heard;

  /** Audio of finished segments, microseconds; without what gaps were filled with. */
  private long audioMicros;

  /** Audio missing between segments and within them, microseconds, and in how many places. */
  private long gapMicros;

  private long gapCount;

  /** Of that, what was skipped since the last segment, before {@link #endMicros}. */
  private long skippedMicros;

  private boolean inSegment;

  /** Of the segment, or of the last one; of no meaning before the first. */
  private AudioEncoding encoding = AudioEncoding.MULAW;

  /** Of the segment, or of the last one; 0 before the first. */
  private int sampleRateHz;

  private long segmentBeginMicros;

  /** Of the segment so far; {@link #filledSamples} of them fill gaps. */
  private long segmentSamples;

  private long filledSamples;
  private final GapRecord filledGaps = new GapRecord();

  /** What was missing directly before the segment, microseconds. */
  private long gapBeforeMicros;

  /** Wall-clock time of media time 0 by the segment's messages, milliseconds, if they say it. */
  private OptionalLong originAtMs = OptionalLong.empty();

  /** Number of the last message heard or passed over, or {@link #NONE}. */
  public long lastNumber() {
    return lastNumber;
  }

  /** When the last message was ingested, milliseconds. */
  public long lastIngestedAtMs() {
    return lastIngestedAtMs;
  }

  /** Takes note of a message that was heard or passed over. */
  public void takeNumber(long number, long ingestedAtMs) {
    lastNumber = number;
    lastIngestedAtMs = ingestedAtMs;
  }

  /** The feed counts anew. */
  public void forgetNumber() {
    lastNumber = NONE;
  }

  /** Whether it is within a segment. */
  public boolean inSegment() {
    return inSegment;
  }

  /** Whether audio of that format can go on with the segment. */
  public boolean isInSegmentOf(AudioEncoding otherEncoding, int otherRateHz) {
    return inSegment && encoding == otherEncoding && sampleRateHz == otherRateHz;
  }

  /** Of the segment, or of the last one, Hz; 0 before the first. */
  public int sampleRateHz() {
    return sampleRateHz;
  }

  /** Media time of the end of what was heard, microseconds; {@link #NONE} before any audio. */
  public long heardUntilMicros() {
    return heard ? untilMicros() : NONE;
  }

  /** Media time of the end of what was heard, microseconds; 0 before any audio. */
  public long untilMicros() {
    return inSegment ? segmentBeginMicros + segmentMicros() : endMicros;
  }

  /** Media time at which audio is expected that does not say its own, microseconds. */
  public long expectedMicros() {
    return inSegment ? untilMicros() : nextMicros;
  }

  /** Media time of the end of the last finished segment, microseconds. */
  public long endMicros() {
    return endMicros;
  }

  /** Audio of finished segments, microseconds; without what gaps were filled with. */
  public long audioMicros() {
    return audioMicros;
  }

  /** Audio missing between segments and within them, microseconds. */
  public long gapMicros() {
    return gapMicros;
  }

  /** In how many places audio is missing. */
  public long gapCount() {
    return gapCount;
  }

  /** Media time at which the segment began, microseconds. */
  public long segmentBeginMicros() {
    return segmentBeginMicros;
  }

  /** Samples of the segment so far. */
  public long segmentSamples() {
    return segmentSamples;
  }

  /** Length of the segment so far, microseconds. */
  private long segmentMicros() {
    return micros(segmentSamples);
  }

  private long micros(long samples) {
    return samples * 1_000_000 / sampleRateHz;
  }

  /** Begins a segment. */
  public void beginSegment(AudioEncoding newEncoding, int newRateHz, long beginMicros) {
    long missingMicros = heard ? Math.max(0, beginMicros - endMicros) : 0;
    countMissing(missingMicros);
    gapBeforeMicros = skippedMicros + missingMicros;
    skippedMicros = 0;
    heard = true;
    inSegment = true;
    encoding = newEncoding;
    sampleRateHz = newRateHz;
    segmentBeginMicros = beginMicros;
    segmentSamples = 0;
    filledSamples = 0;
    originAtMs = OptionalLong.empty();
  }

  /** Ends the segment. */
  public void endSegment() {
    audioMicros += micros(segmentSamples - filledSamples);
    endMicros = untilMicros();
    nextMicros = endMicros;
    inSegment = false;
    filledGaps.clear();
  }

  /**
   * Passes over audio outside segments: what it holds is missing.
   *
   * @param beginMicros media time at which the audio begins
   * @param micros its length
   */
  public void skip(long beginMicros, long micros) {
    if (!heard) {
      heard = true;
      endMicros = beginMicros;
    }
    long missingMicros = Math.max(0, beginMicros + micros - endMicros);
    countMissing(missingMicros);
    skippedMicros += missingMicros;
    endMicros += missingMicros;
    nextMicros = endMicros;
  }

  /** Counts what is missing before a segment; what is skipped in a row is one gap. */
  private void countMissing(long micros) {
    gapMicros += micros;
    if (micros > 0 && skippedMicros == 0) {
      gapCount++;
    }
  }

  /** Expects no audio before a media time, as it is known to be missing. */
  public void waitUntil(long micros) {
    nextMicros = Math.max(nextMicros, micros);
  }

  /**
   * Counts a gap that is filled within the segment.
   *
   * @return samples that fill it
   */
  public int fill(long micros) {
    int samples = (int) Math.round(micros * 1e-6 * sampleRateHz);
    filledGaps.add(segmentMicros(), micros);
    filledSamples += samples;
    gapMicros += micros;
    gapCount++;
    return samples;
  }

  /** Goes on by samples of the segment, heard or filled. */
  public void advance(int samples) {
    segmentSamples += samples;
  }

  /**
   * Takes note of when audio was captured that comes next, if no other audio of the segment did.
   */
  public void captured(long capturedAtMs) {
    if (originAtMs.isEmpty()) {
      originAtMs = OptionalLong.of(capturedAtMs - untilMicros() / 1_000);
    }
  }

  /** Wall-clock time of media time 0, milliseconds, if the segment's messages say it. */
  public OptionalLong originAtMs() {
    return originAtMs;
  }

  /** How much of a stretch of the segment was filled, milliseconds. */
  public long filledMs(long beginMs, long endMs) {
    return filledGaps.within(beginMs * 1_000, endMs * 1_000) / 1_000;
  }

  /** Forgets what was filled before a time of the segment. */
  public void forgetFilledBefore(long ms) {
    filledGaps.forgetBefore(ms * 1_000);
  }

  /** What was missing directly before the segment, milliseconds. */
  public long gapBeforeMs() {
    return gapBeforeMicros / 1_000;
  }

  public void writeState(DataOutput out) throws IOException {
    out.writeBoolean(lastNumber != NONE);
    if (lastNumber != NONE) {
      out.writeLong(lastNumber);
    }
    out.writeLong(lastIngestedAtMs);
    out.writeLong(nextMicros);
    out.writeLong(endMicros);
    out.writeBoolean(heard);
    out.writeLong(audioMicros);
    out.writeLong(gapMicros);
    StateFields.writeCount(out, gapCount);
    StateFields.writeCount(out, skippedMicros);
    StateFields.writeCount(out, sampleRateHz);
    out.writeBoolean(inSegment);
    if (inSegment) {
      out.writeUTF(encoding.name());
      out.writeLong(segmentBeginMicros);
      out.writeLong(segmentSamples);
      StateFields.writeCount(out, filledSamples);
      StateFields.writeCount(out, gapBeforeMicros);
      StateFields.writeOptional(out, originAtMs);
      filledGaps.writeState(out);
    }
  }

  /**
   * Reads what {@link #writeState} wrote.
   *
   * @param minRateHz the lowest rate that audio may have
   * @param maxRateHz the highest
   * @throws IOException if it is cut off or holds what was never written
   */
  public void readState(DataInput in, int minRateHz, int maxRateHz) throws IOException {
    lastNumber = in.readBoolean() ? in.readLong() : NONE;
    lastIngestedAtMs = in.readLong();
    nextMicros = in.readLong();
    endMicros = in.readLong();
    heard = in.readBoolean();
    audioMicros = in.readLong();
    gapMicros = in.readLong();
    gapCount = StateFields.readCount(in);
    skippedMicros = StateFields.readCount(in);
    sampleRateHz = StateFields.readCount(in, "samples a second", maxRateHz);
    inSegment = in.readBoolean();
    if (inSegment) {
      if (sampleRateHz < minRateHz) {
        throw new IOException("it has audio at " + sampleRateHz + " Hz");
      }
      encoding = AudioEncoding.valueOf(in.readUTF());
      segmentBeginMicros = in.readLong();
      segmentSamples = in.readLong();
      filledSamples = StateFields.readCount(in);
      gapBeforeMicros = StateFields.readCount(in);
      originAtMs = StateFields.readOptional(in);
      filledGaps.readState(in);
    }
  }
}
