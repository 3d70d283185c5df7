package dev.speechemotion.app.loadtest;

import dev.speechemotion.streams.registry.EmotionSerdes;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;

/** Reads events and summaries as soon as they are committed, in a thread of its own. */
final class EventReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);

  private final LoadTopics topics;
  private final EmotionSerdes serdes;
  private final ResultCheck check;
  private final AtomicReference<RuntimeException> failure = new AtomicReference<>();
  private final Thread thread = new Thread(this::read, "read-events");
  private volatile boolean closed;

  EventReader(LoadTopics topics, EmotionSerdes serdes, ResultCheck check) {
    this.topics = topics;
    this.serdes = serdes;
    this.check = check;
    thread.start();
  }

  private void read() {
    var events = serdes.emotionEvent().deserializer();
    try (Consumer<byte[], byte[]> consumer =
        topics.consumer(List.of(topics.events(), topics.summaries()))) {
      while (!closed) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
        long nowMs = System.currentTimeMillis();
        for (ConsumerRecord<byte[], byte[]> record : records) {
          if (record.topic().equals(topics.events())) {
            check.event(events.deserialize(record.topic(), record.value()), nowMs);
          } else {
            check.summary();
          }
        }
      }
    } catch (RuntimeException e) {
      failure.set(e);
    }
  }

  /** Throws what went wrong, if anything did. */
  void requireReading() {
    if (failure.get() != null) {
      throw failure.get();
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
