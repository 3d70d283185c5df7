package dev.speechemotion.streams;

import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.avro.MediaGap;
import dev.speechemotion.avro.PayloadEncoding;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The stored form of a stream's numbers and of the messages that wait for their turn: of those only
 * what is used when it comes, so no personal data.
 */
final class OrderCodec {
  private OrderCodec() {}

  /** The first version with what came under the last numbers. */
  private static final int WITH_PRINTS = 5;

  static void write(StreamState stream, DataOutputStream out) throws IOException {
    out.writeLong(stream.earlierUntilMs);
    write(stream.order, out);
    out.writeBoolean(stream.byTrack);
    CallCodec.writeCount(out, stream.tracks.size());
    for (StreamState.Track track : stream.tracks) {
      writeChannels(track.channels(), out);
      write(track.order(), out);
    }
  }

  private static void write(MessageOrder order, DataOutputStream out) throws IOException {
    out.writeBoolean(order.begun);
    if (order.begun) {
      out.writeLong(order.floor);
      CallCodec.writeCount(out, order.next - order.floor);
      CallCodec.writeCount(out, order.holes.size());
      long after = order.floor;
      for (MessageOrder.Hole hole : order.holes) {
        CallCodec.writeCount(out, hole.from() - after);
        CallCodec.writeCount(out, hole.to() - hole.from());
        after = hole.to();
      }
      int[] remembered = order.remembered();
      CallCodec.writeCount(out, remembered.length);
      for (int print : remembered) {
        out.writeInt(print);
      }
    }
    CallCodec.writeCount(out, order.held.size());
    for (AudioChunk chunk : order.held) {
      write(chunk, out);
    }
  }

  private static void write(AudioChunk chunk, DataOutputStream out) throws IOException {
    out.writeUTF(chunk.getKind().name());
    out.writeLong(chunk.getSequenceNumber());
    CallCodec.writeNullable(out, chunk.getMediaOffsetMicros());
    writeChannels(chunk.getChannels(), out);
    out.writeUTF(chunk.getEncoding().name());
    out.writeInt(chunk.getSampleRateHz());
    ByteBuffer payload = chunk.getPayload();
    out.writeInt(payload.remaining());
    out.write(payload.array(), payload.arrayOffset() + payload.position(), payload.remaining());
    Instant capturedAt = chunk.getCapturedAt();
    CallCodec.writeNullable(out, capturedAt == null ? null : capturedAt.toEpochMilli());
    out.writeLong(chunk.getIngestedAt().toEpochMilli());
    MediaGap gap = chunk.getGap();
    out.writeBoolean(gap != null);
    if (gap != null) {
      out.writeLong(gap.getOffsetMicros());
      out.writeLong(gap.getDurationMicros());
    }
    CallCodec.writeText(out, chunk.getEndReason());
  }

  private static void writeChannels(List<AudioChannel> channels, DataOutputStream out)
      throws IOException {
    out.writeByte(channels.size());
    for (AudioChannel channel : channels) {
      out.writeUTF(channel.getRole().name());
      CallCodec.writeText(out, channel.getName());
    }
  }

  static void read(StreamState stream, DataInputStream in, int version) throws IOException {
    if (version >= WITH_PRINTS) {
      stream.earlierUntilMs = in.readLong();
    }
    read(stream.order, stream, in, version);
    stream.byTrack = in.readBoolean();
    int trackCount = CallCodec.readSmallCount(in, "tracks", StreamState.MAX_TRACKS);
    for (int i = 0; i < trackCount; i++) {
      StreamState.Track track = new StreamState.Track(readChannels(in), new MessageOrder());
      read(track.order(), stream, in, version);
      stream.tracks.add(track);
    }
  }

  private static void read(MessageOrder order, StreamState stream, DataInputStream in, int version)
      throws IOException {
    if (in.readBoolean()) {
      order.begin(in.readLong());
      order.next = order.floor + CallCodec.readCount(in);
      int holeCount = CallCodec.readSmallCount(in, "gaps", MessageOrder.MAX_HOLES);
      long after = order.floor;
      for (int i = 0; i < holeCount; i++) {
        long from = after + CallCodec.readCount(in);
        after = from + CallCodec.readCount(in);
        order.holes.add(new MessageOrder.Hole(from, after));
      }
      order.remember(version < WITH_PRINTS ? new int[0] : readPrints(in));
    }
    int heldCount =
        CallCodec.readSmallCount(in, "messages that wait", CallSettings.MAX_REORDER_CHUNKS + 1);
    for (int i = 0; i < heldCount; i++) {
      order.held.add(readChunk(stream, in));
    }
  }

  private static int[] readPrints(DataInputStream in) throws IOException {
    int[] prints =
        new int[CallCodec.readSmallCount(in, "remembered messages", MessageOrder.REMEMBERED)];
    for (int i = 0; i < prints.length; i++) {
      prints[i] = in.readInt();
    }
    return prints;
  }

  private static AudioChunk readChunk(StreamState stream, DataInputStream in) throws IOException {
    AudioChunk chunk = new AudioChunk();
    chunk.setStreamId(stream.streamId);
    chunk.setKind(ChunkKind.valueOf(in.readUTF()));
    chunk.setSequenceNumber(in.readLong());
    chunk.setMediaOffsetMicros(CallCodec.readNullable(in));
    chunk.setChannels(readChannels(in));
    chunk.setEncoding(PayloadEncoding.valueOf(in.readUTF()));
    chunk.setSampleRateHz(in.readInt());
    int byteCount = CallCodec.readCount(in, "bytes of audio", CallAnalysis.MAX_HELD_BYTES);
    byte[] payload = new byte[byteCount];
    in.readFully(payload);
    chunk.setPayload(ByteBuffer.wrap(payload));
    Long capturedAt = CallCodec.readNullable(in);
    chunk.setCapturedAt(capturedAt == null ? null : Instant.ofEpochMilli(capturedAt));
    chunk.setIngestedAt(Instant.ofEpochMilli(in.readLong()));
    if (in.readBoolean()) {
      chunk.setGap(new MediaGap(in.readLong(), in.readLong(), null));
    }
    chunk.setEndReason(CallCodec.readText(in));
    if (chunk.getKind() == ChunkKind.MEDIA
        && new ChunkRules(CallAnalysis.MAX_HELD_BYTES).checkMedia(chunk) != null) {
      throw new IOException("it has a message that waits without audio that can be used");
    }
    return chunk;
  }

  private static List<AudioChannel> readChannels(DataInputStream in) throws IOException {
    int count = in.readUnsignedByte();
    if (count > ChunkRules.MAX_CHANNELS) {
      throw new IOException("it has a message of " + count + " channels");
    }
    List<AudioChannel> channels = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      channels.add(new AudioChannel(ChannelRole.valueOf(in.readUTF()), CallCodec.readText(in)));
    }
    return channels;
  }
}
