package dev.speechemotion.app.loadtest;

import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.avro.PayloadEncoding;
import dev.speechemotion.streams.registry.EmotionSerdes;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** Sends the chunks of all channels, each when it is due. */
final class LoadFeed implements AutoCloseable {
  private static final String STREAM_ID = "stream-1";
  private static final long FIRST_NUMBER = 1;

  /** What gateways that send for many calls would have: else the broker is what is measured. */
  private static final Map<String, Object> BATCHES =
      Map.of(
          ProducerConfig.LINGER_MS_CONFIG,
          5,
          ProducerConfig.BATCH_SIZE_CONFIG,
          256 << 10,
          ProducerConfig.BUFFER_MEMORY_CONFIG,
          64L << 20,
          ProducerConfig.ACKS_CONFIG,
          "all",
          ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
          1);

  private final LoadPlan plan;
  private final LoadAudio audio;
  private final ResultCheck check;
  private final String topic;
  private final Producer<String, AudioChunk> producer;
  private final String[] callIds;
  private final AudioChunk[] chunks;
  private final AtomicLong appended = new AtomicLong();
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private long mostLateMs;

  /**
   * @param client settings of Kafka's clients
   */
  LoadFeed(
      LoadPlan plan,
      LoadAudio audio,
      ResultCheck check,
      String topic,
      Map<String, Object> client,
      EmotionSerdes serdes) {
    this.plan = plan;
    this.audio = audio;
    this.check = check;
    this.topic = topic;
    Map<String, Object> config = new HashMap<>(client);
    config.putAll(BATCHES);
    producer =
        new KafkaProducer<>(config, new StringSerializer(), serdes.audioChunk().serializer());
    callIds = new String[plan.channels()];
    chunks = new AudioChunk[plan.channels()];
    List<AudioChannel> customer = List.of(new AudioChannel(ChannelRole.CUSTOMER, null));
    for (int i = 0; i < chunks.length; i++) {
      callIds[i] = LoadPlan.callId(i);
      chunks[i] =
          AudioChunk.newBuilder()
              .setCallId(callIds[i])
              .setStreamId(STREAM_ID)
              .setKind(ChunkKind.MEDIA)
              .setSequenceNumber(FIRST_NUMBER)
              .setEncoding(PayloadEncoding.MULAW)
              .setSampleRateHz(LoadPlan.RATE_HZ)
              .setChannels(customer)
              .setPayload(ByteBuffer.wrap(new byte[plan.bytesPerChunk()]))
              .setIngestedAt(Instant.now())
              .build();
    }
  }

  /**
   * Sends all chunks of audio, but not the ends of the calls.
   *
   * @return whether it was not told to stop before
   */
  boolean play(StopRequest stop) throws InterruptedException {
    List<List<Integer>> byPhase = new ArrayList<>();
    for (int phase = 0; phase < plan.chunkMs(); phase++) {
      byPhase.add(new ArrayList<>());
    }
    for (int channel = 0; channel < plan.channels(); channel++) {
      byPhase.get(plan.beginMs(channel) % plan.chunkMs()).add(channel);
    }
    long beganNanos = System.nanoTime();
    for (long ms = 0; ms <= plan.endMs(); ms++) {
      if (plan.isBacklog() ? stop.requested() : pause(beganNanos, ms, stop)) {
        return false;
      }
      for (int channel : byPhase.get((int) (ms % plan.chunkMs()))) {
        // A chunk can be sent when its last sample has been spoken.
        long chunk = (ms - plan.beginMs(channel)) / plan.chunkMs() - 1;
        if (ms > plan.beginMs(channel) && chunk >= 0 && chunk < plan.chunksPerChannel()) {
          send(channel, (int) chunk);
        }
      }
      requireSent();
    }
    producer.flush();
    requireSent();
    return true;
  }

  private boolean pause(long beganNanos, long ms, StopRequest stop) throws InterruptedException {
    long dueNanos = beganNanos + (long) (ms * 1e6 / plan.speed());
    long early = dueNanos - System.nanoTime();
    if (early > 0) {
      return stop.await(Duration.ofNanos(early));
    }
    mostLateMs = Math.max(mostLateMs, -early / 1_000_000);
    return stop.requested();
  }

  private void send(int channel, int number) {
    AudioChunk chunk = chunks[channel];
    // The record's bytes are made before send returns, so that one object serves all of a call.
    audio.payload(channel, (long) number * plan.samplesPerChunk(), chunk.getPayload().array());
    chunk.setSequenceNumber(FIRST_NUMBER + number);
    chunk.setMediaOffsetMicros(1_000L * number * plan.chunkMs());
    chunk.setIngestedAt(Instant.now());
    send(channel, number, chunk);
  }

  private void send(int channel, int number, AudioChunk chunk) {
    producer.send(
        new ProducerRecord<>(topic, callIds[channel], chunk),
        (metadata, e) -> {
          if (e != null) {
            failure.compareAndSet(null, e);
          } else {
            appended.incrementAndGet();
            check.appended(channel, number, metadata.timestamp());
          }
        });
  }

  /** Ends all calls. */
  void end() {
    for (int channel = 0; channel < plan.channels(); channel++) {
      AudioChunk stop =
          AudioChunk.newBuilder(chunks[channel])
              .setKind(ChunkKind.STOP)
              .setSequenceNumber(FIRST_NUMBER + plan.chunksPerChannel())
              .setMediaOffsetMicros(1_000L * plan.chunksPerChannel() * plan.chunkMs())
              .setPayload(ByteBuffer.allocate(0))
              .setIngestedAt(Instant.now())
              .build();
      send(channel, plan.chunksPerChannel(), stop);
    }
    producer.flush();
    requireSent();
  }

  private void requireSent() {
    Exception e = failure.get();
    if (e != null) {
      throw new CommandFailure("the broker did not take a chunk: " + e.getMessage(), e);
    }
  }

  /** Records that the broker has taken. */
  long appended() {
    return appended.get();
  }

  /** By how much this sender was behind at most, milliseconds. */
  long mostLateMs() {
    return mostLateMs;
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
  }
}
