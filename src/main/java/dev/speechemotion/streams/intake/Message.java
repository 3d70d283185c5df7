package dev.speechemotion.streams.intake;

import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.audio.EncodingCheck;
import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.avro.MediaGap;
import dev.speechemotion.avro.PayloadEncoding;
import dev.speechemotion.streams.state.StateFields;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.CRC32;

/**
 * A valid chunk as the rest of the stream sees it. Of one that waits for its turn only what is used
 * when it comes is stored, so no personal data.
 */
public final class Message {
  /** Audio of a call that may wait for its turn: its state is one record of the changelog. */
  public static final int MAX_HELD_BYTES = 256 << 10;

  private final AudioChunk chunk;
  private final long ingestedAtMs;

  private final Optional<AudioEncoding> encoding;

  /** Of audio; 0 where there is none. */
  private final int frames;

  private final long durationMicros;

  /**
   * @param chunk that keeps to {@link ChunkRules}
   */
  public Message(AudioChunk chunk) {
    this.chunk = chunk;
    ingestedAtMs = chunk.getIngestedAt().toEpochMilli();
    encoding = ChunkRules.encoding(chunk.getEncoding());
    if (chunk.getKind() == ChunkKind.MEDIA) {
      frames = chunk.getPayload().remaining() / frameBytes();
      durationMicros = frames * 1_000_000L / chunk.getSampleRateHz();
    } else {
      frames = 0;
      durationMicros = 0;
    }
  }

  public String callId() {
    return chunk.getCallId();
  }

  public String streamId() {
    return chunk.getStreamId();
  }

  public ChunkKind kind() {
    return chunk.getKind();
  }

  /** Whether it has audio. */
  public boolean isMedia() {
    return chunk.getKind() == ChunkKind.MEDIA;
  }

  /** Whether it is audio or the lack of it. */
  public boolean isHeard() {
    return switch (chunk.getKind()) {
      case MEDIA, PAUSED, RESUMED, DISCARDED -> true;
      case START, STOP, DTMF, MARK, UNKNOWN -> false;
    };
  }

  /** Whether it makes a call or a stream known; others need one. */
  public boolean opensStream() {
    return chunk.getKind() == ChunkKind.START || chunk.getKind() == ChunkKind.MEDIA;
  }

  /** The feed's sequence number. */
  public long number() {
    return chunk.getSequenceNumber();
  }

  public List<AudioChannel> channels() {
    return chunk.getChannels();
  }

  public long ingestedAtMs() {
    return ingestedAtMs;
  }

  /** Wall-clock time at which its audio was captured, milliseconds. */
  public OptionalLong capturedAtMs() {
    Instant capturedAt = chunk.getCapturedAt();
    return capturedAt == null ? OptionalLong.empty() : OptionalLong.of(capturedAt.toEpochMilli());
  }

  /** Media time at which it begins, microseconds. */
  public OptionalLong offsetMicros() {
    Long offsetMicros = chunk.getMediaOffsetMicros();
    return offsetMicros == null ? OptionalLong.empty() : OptionalLong.of(offsetMicros);
  }

  /** Media time at which the gap that it tells of ends, microseconds. */
  public OptionalLong gapEndMicros() {
    MediaGap gap = chunk.getGap();
    return gap == null
        ? OptionalLong.empty()
        : OptionalLong.of(gap.getOffsetMicros() + gap.getDurationMicros());
  }

  /** May be null. */
  public String account() {
    return chunk.getAccount();
  }

  /** May be null. */
  public String source() {
    return chunk.getSource();
  }

  /** May be null. */
  public String endReason() {
    return chunk.getEndReason();
  }

  /** Of its audio. */
  public AudioEncoding encoding() {
    return encoding.orElseThrow();
  }

  /** Of its audio. */
  public int sampleRateHz() {
    return chunk.getSampleRateHz();
  }

  /** Samples of its audio in each channel. */
  public int frames() {
    return frames;
  }

  /** Length of its audio, microseconds. */
  public long durationMicros() {
    return durationMicros;
  }

  /**
   * Decodes samples of one channel of its audio.
   *
   * @param channel position in the interleaving
   * @param from the first sample wanted
   * @param out {@code [count]}, receives samples in [-1, 1]
   */
  public void decode(int channel, int from, int count, float[] out) {
    byte[] payload = chunk.getPayload().array();
    encoding().decode(payload, beginOf(channel, from), channels().size(), count, out, 0);
  }

  private int beginOf(int channel, int sample) {
    ByteBuffer payload = chunk.getPayload();
    return payload.arrayOffset()
        + payload.position()
        + channel * encoding().bytesPerSample()
        + sample * frameBytes();
  }

  /**
   * Shows a check samples of one channel of its audio, as they came.
   *
   * @param channel position in the interleaving
   * @param from the first sample
   */
  public void show(int channel, int from, int count, EncodingCheck check) {
    check.accept(chunk.getPayload().array(), beginOf(channel, from), channels().size(), count);
  }

  private int frameBytes() {
    return channels().size() * encoding().bytesPerSample();
  }

  /** Bytes of audio. */
  public int payloadBytes() {
    return chunk.getPayload().remaining();
  }

  /** A hash of what it says; stored, so it must not depend on the program's version. */
  int print(CRC32 crc) {
    ByteBuffer payload = chunk.getPayload();
    crc.reset();
    crc.update(payload.array(), payload.arrayOffset() + payload.position(), payload.remaining());
    int print = 31 * (int) crc.getValue() + Objects.hashCode(chunk.getMediaOffsetMicros());
    return 31 * print + chunk.getKind().name().hashCode();
  }

  void writeState(DataOutput out) throws IOException {
    out.writeUTF(chunk.getKind().name());
    out.writeLong(chunk.getSequenceNumber());
    StateFields.writeOptional(out, offsetMicros());
    writeChannels(channels(), out);
    out.writeUTF(chunk.getEncoding().name());
    out.writeInt(chunk.getSampleRateHz());
    ByteBuffer payload = chunk.getPayload();
    StateFields.writeCount(out, payload.remaining());
    out.write(payload.array(), payload.arrayOffset() + payload.position(), payload.remaining());
    StateFields.writeOptional(out, capturedAtMs());
    out.writeLong(ingestedAtMs);
    MediaGap gap = chunk.getGap();
    out.writeBoolean(gap != null);
    if (gap != null) {
      out.writeLong(gap.getOffsetMicros());
      out.writeLong(gap.getDurationMicros());
    }
    StateFields.writeText(out, chunk.getEndReason());
  }

  /**
   * Reads what {@link #writeState} wrote.
   *
   * @throws IOException if it is cut off or no valid message
   */
  static Message readState(DataInput in, String streamId) throws IOException {
    AudioChunk chunk = new AudioChunk();
    chunk.setStreamId(streamId);
    chunk.setKind(ChunkKind.valueOf(in.readUTF()));
    chunk.setSequenceNumber(in.readLong());
    OptionalLong offsetMicros = StateFields.readOptional(in);
    chunk.setMediaOffsetMicros(offsetMicros.isPresent() ? offsetMicros.getAsLong() : null);
    chunk.setChannels(readChannels(in));
    chunk.setEncoding(PayloadEncoding.valueOf(in.readUTF()));
    chunk.setSampleRateHz(in.readInt());
    byte[] payload = new byte[StateFields.readCount(in, "bytes of audio", MAX_HELD_BYTES)];
    in.readFully(payload);
    chunk.setPayload(ByteBuffer.wrap(payload));
    OptionalLong capturedAtMs = StateFields.readOptional(in);
    chunk.setCapturedAt(
        capturedAtMs.isPresent() ? Instant.ofEpochMilli(capturedAtMs.getAsLong()) : null);
    chunk.setIngestedAt(Instant.ofEpochMilli(in.readLong()));
    if (in.readBoolean()) {
      chunk.setGap(new MediaGap(in.readLong(), in.readLong(), null));
    }
    chunk.setEndReason(StateFields.readText(in));
    if (chunk.getKind() == ChunkKind.MEDIA
        && new ChunkRules(MAX_HELD_BYTES).checkMedia(chunk).isPresent()) {
      throw new IOException("it has a message that waits without audio that can be used");
    }
    return new Message(chunk);
  }

  static void writeChannels(List<AudioChannel> channels, DataOutput out) throws IOException {
    out.writeByte(channels.size());
    for (AudioChannel channel : channels) {
      out.writeUTF(channel.getRole().name());
      StateFields.writeText(out, channel.getName());
    }
  }

  static List<AudioChannel> readChannels(DataInput in) throws IOException {
    int count = in.readUnsignedByte();
    if (count > ChunkRules.MAX_CHANNELS) {
      throw new IOException("it has a message of " + count + " channels");
    }
    List<AudioChannel> channels = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      channels.add(new AudioChannel(ChannelRole.valueOf(in.readUTF()), StateFields.readText(in)));
    }
    return channels;
  }
}
