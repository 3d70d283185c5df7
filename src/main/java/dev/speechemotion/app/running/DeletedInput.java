package dev.speechemotion.app.running;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.metrics.Monitorable;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.common.metrics.Sensor;
import org.apache.kafka.common.metrics.stats.CumulativeSum;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that records of the input topic were deleted before they were read: Kafka's consumer
 * passes over them and says so to nobody. Each time, there is one line in the log, and the records
 * are counted in a metric of the consumer, {@value #METRIC} in the group {@code plugins}.
 *
 * <p>It sees what every poll gives. Where that does not go on from the poll before, as after an
 * assignment, the broker is asked how far the group had got and where the partition begins now. A
 * consumer interceptor, because with the streams protocol Kafka Streams makes the consumer itself.
 */
public final class DeletedInput implements ConsumerInterceptor<byte[], byte[]>, Monitorable {
  static final String METRIC = "deleted-input-records-total";

  private static final Logger LOG = LoggerFactory.getLogger(DeletedInput.class);
  private static final int TIMEOUT_MS = (int) Duration.ofSeconds(10).toMillis();
  private static final String SENSOR = "deleted-input-records";

  /** Where the next poll goes on, unless a partition is assigned anew. */
  private final Map<TopicPartition, Long> next = new HashMap<>();

  private final Map<String, Object> admin = new HashMap<>();
  private String group;
  private Sensor deleted;

  @Override
  public void configure(Map<String, ?> configs) {
    admin.putAll(configs);
    admin.keySet().retainAll(AdminClientConfig.configNames());
    admin.remove(AdminClientConfig.CLIENT_ID_CONFIG);
    admin.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MS);
    admin.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MS);
    group = (String) configs.get(ConsumerConfig.GROUP_ID_CONFIG);
  }

  @Override
  public void withPluginMetrics(PluginMetrics metrics) {
    deleted = metrics.addSensor(SENSOR);
    deleted.add(
        metrics.metricName(
            METRIC, "records deleted from the input before they were read", new LinkedHashMap<>()),
        new CumulativeSum());
  }

  @Override
  public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> records) {
    Map<TopicPartition, Long> leaps = new HashMap<>();
    for (TopicPartition partition : records.partitions()) {
      long first = records.records(partition).get(0).offset();
      Long expected = next.get(partition);
      if (expected == null || first != expected) {
        leaps.put(partition, first);
      }
    }
    if (!leaps.isEmpty()) {
      explain(leaps);
    }
    records
        .nextOffsets()
        .forEach(
            (partition, offset) -> {
              // A poll may bring the end of a transaction alone, which nothing was compared with.
              if (next.containsKey(partition) || !records.records(partition).isEmpty()) {
                next.put(partition, offset.offset());
              }
            });
    return records;
  }

  private void explain(Map<TopicPartition, Long> leaps) {
    Map<TopicPartition, OffsetAndMetadata> committed;
    Map<TopicPartition, ListOffsetsResultInfo> begins;
    try (Admin client = Admin.create(admin)) {
      committed = client.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(group).get();
      begins =
          client
              .listOffsets(
                  leaps.keySet().stream()
                      .collect(
                          Collectors.toMap(Function.identity(), each -> OffsetSpec.earliest())))
              .all()
              .get();
    } catch (ExecutionException e) {
      LOG.warn(
          "cannot ask whether records were deleted before {}: {}", leaps, e.getCause().toString());
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    leaps.forEach(
        (partition, first) -> {
          OffsetAndMetadata reached = committed.get(partition);
          if (reached != null) {
            long expected = expected(partition, first, reached.offset());
            // Transactions and compaction leave holes, too.
            if (expected < first && expected < begins.get(partition).offset()) {
              tell(partition, expected, first);
            }
          }
        });
  }

  /** Where it should have gone on: here, or where another instance left it meanwhile. */
  private long expected(TopicPartition partition, long first, long committed) {
    Long here = next.get(partition);
    return here == null || here > first ? committed : Math.max(here, committed);
  }

  private void tell(TopicPartition partition, long from, long to) {
    deleted.record(to - from);
    LOG.warn(
        "input was deleted before it was read: topic {}, partition {}, offsets {} to {}; these"
            + " records are lost, and calls that go on have a gap; give the topic a longer"
            + " retention, or read faster",
        partition.topic(),
        partition.partition(),
        from,
        to - 1);
  }

  @Override
  public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
    // What the broker knows is asked for when it is needed.
  }

  @Override
  public void close() {
    next.clear();
  }
}
