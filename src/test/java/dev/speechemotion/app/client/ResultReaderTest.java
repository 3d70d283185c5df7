package dev.speechemotion.app.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.speechemotion.app.fixtures.PretendCall;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.internals.AutoOffsetResetStrategy;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Kafka's own pretended consumer stands for the broker. */
class ResultReaderTest {
  private static final String TOPIC = "events";
  private static final Duration POLL = Duration.ZERO;

  private final Serde<EmotionEvent> serde =
      EmotionSerdes.of(RegistryClients.inMemory()).emotionEvent();
  private final PretendCall call = new PretendCall("call-1", Instant.EPOCH);
  private final AtomicLong nanos = new AtomicLong();
  private boolean away;
  private final MockConsumer<String, byte[]> consumer =
      new MockConsumer<>(AutoOffsetResetStrategy.LATEST.name()) {
        @Override
        public synchronized List<PartitionInfo> partitionsFor(String topic, Duration timeout) {
          if (away) {
            throw new TimeoutException("the broker is away");
          }
          return super.partitionsFor(topic, timeout);
        }
      };
  private final ResultReader reader = reader();

  private ResultReader reader() {
    partitions(1);
    return new ResultReader(consumer, Map.of(TOPIC, serde.deserializer()), nanos::get);
  }

  @AfterEach
  void close() {
    reader.close();
  }

  @Test
  void shouldCloseItsConsumerIfItCannotBegin() {
    MockConsumer<String, byte[]> refused =
        new MockConsumer<>(AutoOffsetResetStrategy.LATEST.name()) {
          @Override
          public synchronized List<PartitionInfo> partitionsFor(String topic) {
            throw new TimeoutException("the broker is away");
          }
        };

    assertThatThrownBy(
            () -> new ResultReader(refused, Map.of(TOPIC, serde.deserializer()), nanos::get))
        .isInstanceOf(TimeoutException.class);
    assertThat(refused.closed()).isTrue();
  }

  private void partitions(int count) {
    consumer.updatePartitions(
        TOPIC,
        IntStream.range(0, count)
            .mapToObj(each -> new PartitionInfo(TOPIC, each, null, null, null))
            .toList());
    for (int each = 0; each < count; each++) {
      TopicPartition partition = new TopicPartition(TOPIC, each);
      consumer.updateBeginningOffsets(Map.of(partition, 0L));
      consumer.updateEndOffsets(Map.of(partition, 0L));
    }
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  /** As a broker gives it: once the partition is read. */
  private void arrive(int partition, long offset, byte[] value) {
    consumer.schedulePollTask(
        () -> consumer.addRecord(new ConsumerRecord<>(TOPIC, partition, offset, "call-1", value)));
  }

  private byte[] event(long endMs) {
    return serde
        .serializer()
        .serialize(TOPIC, call.event(ChannelRole.CUSTOMER, endMs, "angry", 0.7));
  }

  private List<Long> read() {
    return reader.poll(POLL).stream().map(ResultReaderTest::endMs).toList();
  }

  private static long endMs(SpecificRecord record) {
    return ((EmotionEvent) record).getEndMs();
  }

  @Test
  void shouldReadPartitionsThatAreAddedFromTheirBeginning() {
    arrive(0, 0, event(3_000));
    assertThat(read()).containsExactly(3_000L);

    partitions(2);
    // Two records are there already; one who began at the end would not see them.
    consumer.updateEndOffsets(Map.of(new TopicPartition(TOPIC, 1), 2L));
    pass(Duration.ofSeconds(59));
    assertThat(read()).isEmpty();
    assertThat(consumer.assignment()).hasSize(1);

    pass(Duration.ofSeconds(1));
    arrive(1, 0, event(4_000));
    assertThat(read()).containsExactly(4_000L);
    // And the others go on where they were.
    arrive(0, 1, event(5_000));
    arrive(1, 1, event(6_000));
    assertThat(read()).containsExactly(5_000L);
    assertThat(read()).containsExactly(6_000L);
  }

  @Test
  void shouldGoOnIfItCannotLookForPartitions() {
    away = true;
    pass(Duration.ofMinutes(1));
    arrive(0, 0, event(3_000));
    assertThat(read()).containsExactly(3_000L);

    away = false;
    partitions(2);
    pass(Duration.ofMinutes(1));
    assertThat(read()).isEmpty();
    assertThat(consumer.assignment()).hasSize(2);
  }

  @Test
  void shouldLogTenUnreadableRecordsAMinuteAndThenHowManyMore() {
    Logger logger = (Logger) LoggerFactory.getLogger(ResultReader.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    try {
      for (int offset = 0; offset < 25; offset++) {
        arrive(0, offset, new byte[] {1, 2, 3});
        assertThat(read()).isEmpty();
      }
      assertThat(log.list).hasSize(10);
      assertThat(log.list.get(9).getFormattedMessage())
          .startsWith("cannot read events-0 at offset 9: ");

      pass(Duration.ofMinutes(1));
      arrive(0, 25, new byte[] {1, 2, 3});
      assertThat(read()).isEmpty();

      assertThat(log.list).hasSize(12);
      assertThat(log.list.get(10).getFormattedMessage()).isEqualTo("cannot read 15 more records");
    } finally {
      logger.detachAppender(log);
    }
  }
}
