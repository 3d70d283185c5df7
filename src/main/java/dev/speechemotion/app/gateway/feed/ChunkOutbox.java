package dev.speechemotion.app.gateway.feed;

import dev.speechemotion.avro.AudioChunk;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All messages of a gateway on their way to Kafka, and the bound on them: when it is reached, no
 * stream has room until a quarter is free again. Before that, a stream has room while it has less
 * on its way than is free: alone, it gets half of the whole, one of n that are as fast the (n+1)th
 * part, and however much others have, one that begins finds room (Choudhury and Hahne, Dynamic
 * Queue Length Thresholds for Shared-Memory Packet Switches, 1998). Serves all threads.
 */
public final class ChunkOutbox implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChunkOutbox.class);

  /** What a message takes in memory besides its audio and its start message, bytes, about. */
  private static final int BYTES_BESIDES = 512;

  /** Kafka stands still when it has acknowledged nothing for so long. */
  private static final Duration STANDSTILL = Duration.ofSeconds(10);

  private final Producer<String, AudioChunk> producer;
  private final String topic;
  private final long mostBytes;
  private final GatewayMeters meters;

  private final AtomicLong bytes = new AtomicLong();
  private final AtomicBoolean full = new AtomicBoolean();
  private final Set<StreamOutbox> waiting = ConcurrentHashMap.newKeySet();
  private final CompletableFuture<Exception> failure = new CompletableFuture<>();
  private final AtomicBoolean toldTooLarge = new AtomicBoolean();
  private volatile long lastProgressNanos = System.nanoTime();

  /**
   * @param producer is closed with the outbox; waits within {@code send} for nothing
   * @param mostBytes on their way at once
   */
  public ChunkOutbox(
      Producer<String, AudioChunk> producer, String topic, long mostBytes, GatewayMeters meters) {
    this.producer = producer;
    this.topic = topic;
    this.mostBytes = mostBytes;
    this.meters = meters;
    meters.show(bytes::get);
  }

  /** The way for a new stream. */
  public StreamOutbox open(StreamIdentity identity) {
    return new StreamOutbox(this, identity);
  }

  static long size(AudioChunk chunk) {
    String start = chunk.getStartMessage();
    long attributes =
        chunk.getAttributes().entrySet().stream()
            .mapToLong(each -> each.getKey().length() + each.getValue().length())
            .sum();
    return BYTES_BESIDES
        + chunk.getPayload().remaining()
        + attributes
        + (start == null ? 0 : start.length());
  }

  void send(StreamOutbox stream, AudioChunk chunk, long size) {
    if (bytes.getAndAdd(size) == 0) {
      lastProgressNanos = System.nanoTime();
    }
    if (bytes.get() >= mostBytes) {
      full.set(true);
    }
    meters.message(chunk.getSource(), chunk.getPayload().remaining());
    try {
      producer.send(
          new ProducerRecord<>(topic, chunk.getCallId(), chunk),
          (metadata, e) -> done(stream, size, e));
    } catch (RuntimeException e) {
      fail(e);
    }
  }

  private void done(StreamOutbox stream, long size, Exception e) {
    if (e instanceof RecordTooLargeException) {
      meters.lost();
      if (toldTooLarge.compareAndSet(false, true)) {
        LOG.warn("a message is lost, since the topic takes none that large: {}", e.getMessage());
      }
    } else if (e != null) {
      fail(e);
      return;
    }
    lastProgressNanos = System.nanoTime();
    boolean room = bytes.addAndGet(-size) < mostBytes * 3 / 4;
    stream.acknowledged(size);
    if (room && full.compareAndSet(true, false)) {
      waiting.forEach(StreamOutbox::goOnIfThereIsRoom);
    }
  }

  private void fail(Exception e) {
    failure.complete(e);
  }

  /** Whether there is room for more. */
  public boolean hasRoom() {
    return !full.get();
  }

  /** Of the whole, what nothing is on its way in. */
  long freeBytes() {
    return mostBytes - bytes.get();
  }

  void waits(StreamOutbox stream) {
    waiting.add(stream);
    meters.waits();
  }

  void goesOn(StreamOutbox stream) {
    waiting.remove(stream);
  }

  /** Why Kafka has not acknowledged anything for a while; empty if it does. */
  public Optional<String> standstill() {
    Duration since = Duration.ofNanos(System.nanoTime() - lastProgressNanos);
    return bytes.get() == 0 || since.compareTo(STANDSTILL) < 0
        ? Optional.empty()
        : Optional.of("Kafka has acknowledged nothing for " + since.toSeconds() + " s");
  }

  /** Waits for a failure after which nothing can be sent any more, at most so long. */
  public Optional<Exception> awaitFailure(Duration timeout) throws InterruptedException {
    try {
      return Optional.of(failure.get(timeout.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Gives Kafka so long to take what is on its way. */
  public void close(Duration timeout) {
    producer.close(timeout);
    if (bytes.get() > 0) {
      LOG.warn("{} bytes were not acknowledged by Kafka", bytes.get());
    }
  }

  @Override
  public void close() {
    producer.close(Duration.ZERO);
  }
}
