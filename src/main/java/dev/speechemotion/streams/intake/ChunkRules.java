package dev.speechemotion.streams.intake;

import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.avro.MediaGap;
import dev.speechemotion.avro.PayloadEncoding;
import dev.speechemotion.streams.deadletters.RejectReason;
import dev.speechemotion.streams.deadletters.Rejection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What a chunk must keep to, whatever call it belongs to. Chunks come from outside. */
public final class ChunkRules {
  public static final int MAX_CHANNELS = 16;
  static final int MAX_ID_CHARS = 256;

  /** Media time beyond a year is an error of the feed. */
  static final long MAX_OFFSET_MICROS = Duration.ofDays(366).toMillis() * 1_000;

  public static final long MAX_SEQUENCE_NUMBER = 1L << 60;

  private static final int MAX_TEXT_CHARS = 1_024;
  public static final int MIN_RATE_HZ = 8_000;
  public static final int MAX_RATE_HZ = 96_000;
  private static final Instant MAX_TIME = Instant.parse("9999-12-31T23:59:59Z");

  private final int maxPayloadBytes;

  public ChunkRules(int maxPayloadBytes) {
    this.maxPayloadBytes = maxPayloadBytes;
  }

  /** Why the chunk cannot be used; empty if it can. */
  public Optional<Rejection> check(byte[] key, AudioChunk chunk) {
    Optional<Rejection> rejection = checkTexts(chunk);
    if (rejection.isPresent()) {
      return rejection;
    }
    if (!Arrays.equals(key, chunk.getCallId().getBytes(StandardCharsets.UTF_8))) {
      return reject(RejectReason.KEY_MISMATCH, "the record's key is not its callId");
    }
    if (chunk.getKind() == ChunkKind.UNKNOWN) {
      return reject(RejectReason.UNKNOWN_KIND, "the chunk is of an unknown kind");
    }
    if (Math.abs(chunk.getSequenceNumber()) > MAX_SEQUENCE_NUMBER
        || chunk.getSequenceNumber() == Long.MIN_VALUE) {
      return reject(RejectReason.BAD_SEQUENCE_NUMBER, "sequenceNumber is not within 2^60 of 0");
    }
    rejection = checkTimes(chunk);
    if (rejection.isPresent()) {
      return rejection;
    }
    rejection = checkChannels(chunk.getChannels());
    if (rejection.isPresent()) {
      return rejection;
    }
    return chunk.getKind() == ChunkKind.MEDIA ? checkMedia(chunk) : Optional.empty();
  }

  private static Optional<Rejection> checkTexts(AudioChunk chunk) {
    if (chunk.getCallId().isBlank() || chunk.getStreamId().isBlank()) {
      return reject(RejectReason.BLANK_CALL_ID, "callId or streamId is blank");
    }
    if (isLong(chunk.getCallId(), MAX_ID_CHARS)) {
      return tooLong("callId", chunk.getCallId(), MAX_ID_CHARS);
    }
    if (isLong(chunk.getStreamId(), MAX_ID_CHARS)) {
      return tooLong("streamId", chunk.getStreamId(), MAX_ID_CHARS);
    }
    if (isLong(chunk.getSource(), MAX_TEXT_CHARS)) {
      return tooLong("source", chunk.getSource(), MAX_TEXT_CHARS);
    }
    if (isLong(chunk.getAccount(), MAX_TEXT_CHARS)) {
      return tooLong("account", chunk.getAccount(), MAX_TEXT_CHARS);
    }
    if (isLong(chunk.getEndReason(), MAX_TEXT_CHARS)) {
      return tooLong("endReason", chunk.getEndReason(), MAX_TEXT_CHARS);
    }
    return Optional.empty();
  }

  private static boolean isLong(String text, int maxChars) {
    return text != null && text.length() > maxChars;
  }

  private static Optional<Rejection> tooLong(String field, String text, int maxChars) {
    return reject(
        RejectReason.TEXT_TOO_LONG,
        field + " has " + text.length() + " characters, more than " + maxChars);
  }

  private static Optional<Rejection> checkTimes(AudioChunk chunk) {
    if (isBadTime(chunk.getIngestedAt()) || isBadTime(chunk.getCapturedAt())) {
      return reject(
          RejectReason.BAD_TIMESTAMP, "ingestedAt or capturedAt is before 1970 or after 9999");
    }
    MediaGap gap = chunk.getGap();
    if (isBadOffset(chunk.getMediaOffsetMicros())
        || gap != null
            && (isBadOffset(gap.getOffsetMicros()) || isBadOffset(gap.getDurationMicros()))) {
      return reject(
          RejectReason.BAD_MEDIA_OFFSET,
          "mediaOffsetMicros or the gap is negative or longer than a year");
    }
    return Optional.empty();
  }

  private static boolean isBadTime(Instant time) {
    return time != null && (time.isBefore(Instant.EPOCH) || time.isAfter(MAX_TIME));
  }

  private static boolean isBadOffset(Long micros) {
    return micros != null && (micros < 0 || micros > MAX_OFFSET_MICROS);
  }

  private static Optional<Rejection> checkChannels(List<AudioChannel> channels) {
    int count = channels.size();
    if (count > MAX_CHANNELS) {
      return reject(
          RejectReason.TOO_MANY_CHANNELS,
          "the chunk has " + count + " channels, more than " + MAX_CHANNELS);
    }
    for (int i = 0; i < count; i++) {
      String name = channels.get(i).getName();
      if (name == null) {
        continue;
      }
      if (name.isBlank() || name.length() > MAX_ID_CHARS) {
        return reject(
            RejectReason.TEXT_TOO_LONG,
            "the name of channel "
                + i
                + " is blank or has more than "
                + MAX_ID_CHARS
                + " characters");
      }
      for (int j = 0; j < i; j++) {
        if (name.equals(channels.get(j).getName())) {
          return reject(
              RejectReason.DUPLICATE_CHANNEL, "channels " + j + " and " + i + " have one name");
        }
      }
    }
    return Optional.empty();
  }

  /** The same of what a MEDIA message alone must keep to. */
  Optional<Rejection> checkMedia(AudioChunk chunk) {
    Optional<AudioEncoding> encoding = encoding(chunk.getEncoding());
    if (encoding.isEmpty()) {
      return reject(RejectReason.UNKNOWN_ENCODING, "the audio is of an unknown encoding");
    }
    int rateHz = chunk.getSampleRateHz();
    if (rateHz < MIN_RATE_HZ || rateHz > MAX_RATE_HZ) {
      return reject(
          RejectReason.BAD_SAMPLE_RATE,
          "sampleRateHz must be from " + MIN_RATE_HZ + " to " + MAX_RATE_HZ + ", got " + rateHz);
    }
    int channelCount = chunk.getChannels().size();
    if (channelCount == 0) {
      return reject(RejectReason.NO_CHANNELS, "the chunk has audio of no channel");
    }
    int byteCount = chunk.getPayload().remaining();
    if (byteCount == 0) {
      return reject(RejectReason.EMPTY_PAYLOAD, "the chunk has no audio");
    }
    if (byteCount > maxPayloadBytes) {
      return reject(
          RejectReason.PAYLOAD_TOO_LARGE,
          "the payload has " + byteCount + " bytes, more than " + maxPayloadBytes);
    }
    int frameBytes = channelCount * encoding.get().bytesPerSample();
    if (byteCount % frameBytes != 0) {
      return reject(
          RejectReason.BAD_PAYLOAD_LENGTH,
          "the payload has "
              + byteCount
              + " bytes, not a multiple of the "
              + frameBytes
              + " bytes that "
              + channelCount
              + " channels of "
              + encoding.get()
              + " take");
    }
    return Optional.empty();
  }

  private static Optional<Rejection> reject(RejectReason reason, String message) {
    return Optional.of(new Rejection(reason, message));
  }

  /** The encoding; empty where it is not known. */
  static Optional<AudioEncoding> encoding(PayloadEncoding encoding) {
    return switch (encoding) {
      case MULAW -> Optional.of(AudioEncoding.MULAW);
      case ALAW -> Optional.of(AudioEncoding.ALAW);
      case PCM_S16LE -> Optional.of(AudioEncoding.PCM_S16LE);
      case PCM_S16BE -> Optional.of(AudioEncoding.PCM_S16BE);
      case PCM_F32LE -> Optional.of(AudioEncoding.PCM_F32LE);
      case UNKNOWN -> Optional.empty();
    };
  }
}
