package dev.speechemotion.golden;

import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.avro.MediaGap;
import dev.speechemotion.avro.PayloadEncoding;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Makes the messages of a stream as feeds send them, each ingested when its audio was spoken. */
final class Feed {
  static final Instant BEGIN = Instant.parse("2025-01-01T09:00:00Z");
  static final AudioChannel CUSTOMER = new AudioChannel(ChannelRole.CUSTOMER, "external");
  static final AudioChannel AGENT = new AudioChannel(ChannelRole.AGENT, "internal");

  static {
    // Avro's builders make no object of a class that the serdes have not told Avro to trust.
    EmotionSerdes.of(RegistryClients.inMemory());
  }

  PayloadEncoding encoding = PayloadEncoding.MULAW;
  int rateHz = 8_000;
  int chunkMs = 20;
  boolean hasOffsets = true;
  boolean saysWhenCaptured;
  Instant begin = BEGIN;
  long sequence;
  long offsetMicros;

  private final String callId;
  private final String streamId;
  private Instant lastIngestedAt = Instant.EPOCH;

  Feed(String callId) {
    this(callId, "stream-1");
  }

  Feed(String callId, String streamId) {
    this.callId = callId;
    this.streamId = streamId;
  }

  AudioChunk start() {
    return message(ChunkKind.START).build();
  }

  AudioChunk stop() {
    return message(ChunkKind.STOP).setEndReason("hangup").build();
  }

  AudioChunk.Builder message(ChunkKind kind) {
    Instant mediaTime = begin.plusNanos(offsetMicros * 1_000);
    lastIngestedAt = mediaTime.isAfter(lastIngestedAt) ? mediaTime : lastIngestedAt.plusMillis(1);
    return AudioChunk.newBuilder()
        .setCallId(callId)
        .setStreamId(streamId)
        .setKind(kind)
        .setSequenceNumber(sequence++)
        .setMediaOffsetMicros(hasOffsets ? offsetMicros : null)
        .setCapturedAt(saysWhenCaptured ? mediaTime : null)
        .setIngestedAt(lastIngestedAt)
        .setSource("file");
  }

  /** The channels' audio, interleaved. */
  List<AudioChunk> media(List<AudioChannel> channels, float[]... samples) {
    List<AudioChunk> chunks = new ArrayList<>();
    for (int from = 0; from < samples[0].length; from += chunkSamples()) {
      int to = Math.min(from + chunkSamples(), samples[0].length);
      chunks.add(media(channels, from, to, samples));
      proceed(to - from);
    }
    return chunks;
  }

  /** The channels' audio, a message for each channel. */
  List<AudioChunk> tracks(List<AudioChannel> channels, float[]... samples) {
    List<AudioChunk> chunks = new ArrayList<>();
    long track = 1;
    for (int from = 0; from < samples[0].length; from += chunkSamples()) {
      int to = Math.min(from + chunkSamples(), samples[0].length);
      for (int c = 0; c < samples.length; c++) {
        AudioChunk chunk = media(List.of(channels.get(c)), from, to, samples[c]);
        chunk.setTrackSequence(track);
        chunks.add(chunk);
      }
      proceed(to - from);
      track++;
    }
    return chunks;
  }

  private int chunkSamples() {
    return rateHz * chunkMs / 1_000;
  }

  private AudioChunk media(List<AudioChannel> channels, int from, int to, float[]... samples) {
    return message(ChunkKind.MEDIA)
        .setChannels(channels)
        .setEncoding(encoding)
        .setSampleRateHz(rateHz)
        .setPayload(Speech.encoded(encoding.name(), from, to, samples))
        .build();
  }

  private void proceed(int samples) {
    offsetMicros += samples * 1_000_000L / rateHz;
  }

  /** What the feed says of audio that is missing from here on; media time goes on by it. */
  MediaGap gap(long ms, String cause) {
    MediaGap gap = new MediaGap(offsetMicros, ms * 1_000, cause);
    offsetMicros += ms * 1_000;
    return gap;
  }
}
