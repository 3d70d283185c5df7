package dev.speechemotion.app;

import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.streams.registry.EmotionSerdes;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Calls in the order in which a call centre would send them: each one real speech, cut and levelled
 * differently, 20 ms chunks, some calls interleaved and some with a stream for each channel, one
 * call beginning after another. Made once, so that all runs get the very same records.
 */
final class LiveCalls {
  private static final int RATE_HZ = 8_000;
  static final int CHUNK_MS = 20;
  private static final int LEAST_SECONDS = 8;
  private static final int MOST_SECONDS = 16;
  private static final long BETWEEN_CALLS_MS = 700;
  private static final int LOST_ONE_IN = 50;

  private final List<Sent> chunks;

  /** A chunk and when it is sent, milliseconds from the first. */
  record Sent(long atMs, AudioChunk chunk) {}

  private LiveCalls(List<Sent> chunks) {
    this.chunks = chunks;
  }

  /** Makes calls from a seed. */
  static LiveCalls make(EmotionSerdes serdes, int count, long seed)
      throws IOException, InterruptedException {
    AudioClip speech = DemoCall.load().clip();
    Random random = new Random(seed);
    List<Sent> chunks = new ArrayList<>();
    for (int call = 0; call < count; call++) {
      boolean interleaved = random.nextInt(3) == 0;
      long beginMs = call * BETWEEN_CALLS_MS + random.nextInt(CHUNK_MS);
      AudioClip clip = cut(speech, random);
      try (MockProducer<String, AudioChunk> feed =
          new MockProducer<>(
              true, null, new StringSerializer(), serdes.audioChunk().serializer())) {
        CallFeed.Format format =
            new CallFeed.Format(
                CHUNK_MS, AudioEncoding.MULAW, RATE_HZ, Double.POSITIVE_INFINITY, interleaved);
        new CallFeed(feed, "any", format)
            .play("call-%03d".formatted(call), clip, DemoCall.ROLES, new Stop());
        feed.history()
            .forEach(
                record ->
                    chunks.add(
                        new Sent(
                            beginMs + record.value().getMediaOffsetMicros() / 1_000,
                            record.value())));
      }
    }
    chunks.sort(Comparator.comparingLong(Sent::atMs));
    return new LiveCalls(List.copyOf(chunks));
  }

  /** A part of the speech from anywhere, going on from its beginning at its end, at some level. */
  private static AudioClip cut(AudioClip speech, Random random) {
    int rateHz = speech.sampleRateHz();
    int length = rateHz * LEAST_SECONDS + random.nextInt(rateHz * (MOST_SECONDS - LEAST_SECONDS));
    int begin = random.nextInt(speech.sampleCount());
    float gain = 0.3f + 0.7f * random.nextFloat();
    float[][] channels = new float[speech.channelCount()][length];
    for (int c = 0; c < channels.length; c++) {
      float[] from = speech.channel(c);
      for (int i = 0; i < length; i++) {
        channels[c][i] = gain * from[(begin + i) % from.length];
      }
    }
    return new AudioClip(rateHz, channels);
  }

  List<Sent> chunks() {
    return chunks;
  }

  /** The same chunks, a fifth of them late by up to so much and every twentieth sent twice. */
  LiveCalls disordered(long seed, int latestMs) {
    Random random = new Random(seed);
    Map<String, Long> stopMs = new HashMap<>();
    for (Sent sent : chunks) {
      stopMs.merge(sent.chunk().getCallId(), sent.atMs(), Math::max);
    }
    List<Sent> disordered = new ArrayList<>();
    for (Sent sent : chunks) {
      boolean media = sent.chunk().getKind() == ChunkKind.MEDIA;
      // Never behind the STOP, after which no audio is expected.
      long roomMs = stopMs.get(sent.chunk().getCallId()) - 1 - sent.atMs();
      int delayMs = (int) Math.max(0, Math.min(roomMs, random.nextInt(latestMs)));
      disordered.add(
          media && random.nextInt(5) == 0 ? new Sent(sent.atMs() + delayMs, sent.chunk()) : sent);
      if (media && random.nextInt(20) == 0) {
        disordered.add(new Sent(sent.atMs() + delayMs, sent.chunk()));
      }
    }
    disordered.sort(Comparator.comparingLong(Sent::atMs));
    return new LiveCalls(List.copyOf(disordered));
  }

  /** The same chunks without every fiftieth of those with audio, by chance. */
  LiveCalls lossy(long seed) {
    Random random = new Random(seed);
    return new LiveCalls(
        chunks.stream()
            .filter(
                sent ->
                    sent.chunk().getKind() != ChunkKind.MEDIA || random.nextInt(LOST_ONE_IN) > 0)
            .toList());
  }

  /** Where each channel of a call has audio: begins of its chunks, ascending, milliseconds. */
  Map<String, TreeSet<Long>> heardMs(String callId) {
    Map<String, TreeSet<Long>> heard = new TreeMap<>();
    for (Sent sent : chunks) {
      AudioChunk chunk = sent.chunk();
      if (chunk.getKind() == ChunkKind.MEDIA && chunk.getCallId().equals(callId)) {
        for (int i = 0; i < chunk.getChannels().size(); i++) {
          heard
              .computeIfAbsent(
                  chunk.getStreamId() + " " + chunk.getChannels().get(i).getRole(),
                  channel -> new TreeSet<>())
              .add(chunk.getMediaOffsetMicros() / 1_000);
        }
      }
    }
    return heard;
  }

  TreeSet<String> callIds() {
    TreeSet<String> ids = new TreeSet<>();
    chunks.forEach(sent -> ids.add(sent.chunk().getCallId()));
    return ids;
  }

  /**
   * Sends the calls from a thread of its own, within so many seconds or as fast as it goes, but not
   * further than it was allowed to.
   */
  final class Feed implements AutoCloseable {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);

    private final Thread thread;
    private volatile double allowed;
    private final Stop stop = new Stop();
    private final AtomicReference<Exception> failure = new AtomicReference<>();

    Feed(Settings settings, EmotionSerdes serdes, double seconds) {
      thread =
          new Thread(
              () -> {
                try (Producer<String, AudioChunk> producer =
                    ChunkProducer.create(settings, serdes)) {
                  send(producer, settings.text(Settings.TOPIC_CHUNKS), seconds);
                } catch (Exception e) {
                  failure.set(e);
                }
              },
              "feed");
      thread.start();
    }

    private void send(Producer<String, AudioChunk> producer, String topic, double seconds)
        throws Exception {
      long beganNanos = System.nanoTime();
      long lastMs = Math.max(1, chunks.get(chunks.size() - 1).atMs());
      for (Sent sent : chunks) {
        long dueNanos = (long) (seconds * 1e9 * sent.atMs() / lastMs);
        long waitNanos = dueNanos - (System.nanoTime() - beganNanos);
        if (waitNanos > 0 ? stop.await(Duration.ofNanos(waitNanos)) : stop.requested()) {
          return;
        }
        while (sent.atMs() > allowed * lastMs) {
          if (stop.await(BETWEEN_LOOKS)) {
            return;
          }
        }
        AudioChunk chunk = sent.chunk();
        // The producer's timestamp is the chunk's own time, so that it too is the same in all runs.
        producer.send(
            new ProducerRecord<>(
                topic, null, chunk.getIngestedAt().toEpochMilli(), chunk.getCallId(), chunk),
            (metadata, e) -> {
              if (e != null) {
                failure.compareAndSet(null, e);
              }
            });
      }
      producer.flush();
    }

    /** Lets it go on until so much is sent, 0 to 1. */
    void allow(double share) {
      allowed = share;
    }

    /** Waits until all is sent. */
    void finish() throws InterruptedException {
      allow(1);
      thread.join();
      if (failure.get() != null) {
        throw new AssertionError("the feed failed", failure.get());
      }
    }

    @Override
    public void close() {
      stop.request();
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
