package dev.speechemotion.app.running;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What RocksDB may take outside the heap, over all partitions. */
class BoundedRocksDbTest {
  private static final int PARTITIONS = 16;
  private static final int BYTES_PER_PARTITION = 8 << 20;
  private static final int VALUE_BYTES = 15_000;
  private static final Duration QUIET_WITHIN = Duration.ofSeconds(30);

  @TempDir private Path folder;

  @Test
  void shouldKeepTheStoresOfAllPartitionsWithinOneBudget() throws Exception {
    Properties settings =
        StreamsProperties.of(Settings.of(Map.of(Property.STATE_DIR, folder.toString())));
    List<MockProcessorContext<Object, Object>> contexts = new ArrayList<>();
    List<KeyValueStore<Bytes, byte[]>> stores = new ArrayList<>();
    try {
      for (int partition = 0; partition < PARTITIONS; partition++) {
        MockProcessorContext<Object, Object> context =
            new MockProcessorContext<>(
                settings, new TaskId(0, partition), folder.resolve("0_" + partition).toFile());
        KeyValueStore<Bytes, byte[]> store =
            Stores.keyValueStoreBuilder(
                    Stores.persistentKeyValueStore("calls"), Serdes.Bytes(), Serdes.ByteArray())
                .withLoggingDisabled()
                .withCachingDisabled()
                .build();
        store.init(context.getStateStoreContext(), store);
        contexts.add(context);
        stores.add(store);
      }

      double most = 0;
      double mostWriteBuffers = 0;
      Random random = new Random(1);
      for (int call = 0; call < BYTES_PER_PARTITION / VALUE_BYTES; call++) {
        for (KeyValueStore<Bytes, byte[]> store : stores) {
          byte[] value = new byte[VALUE_BYTES];
          random.nextBytes(value);
          Bytes key = Bytes.wrap(("call-" + call).getBytes());
          store.put(key, value);
          store.get(Bytes.wrap(("call-" + random.nextInt(call + 1)).getBytes()));
        }
        most = Math.max(most, metric(contexts.get(0), "block-cache-usage"));
        mostWriteBuffers =
            Math.max(
                mostWriteBuffers,
                contexts.stream().mapToDouble(each -> metric(each, "size-all-mem-tables")).sum());
      }

      System.out.printf(
          "RocksDB, %d partitions with %d MB: cache with write buffers at most %.1f MB of %d, write"
              + " buffers at most %.1f MB%n",
          PARTITIONS,
          PARTITIONS * BYTES_PER_PARTITION >> 20,
          most / (1 << 20),
          BoundedRocksDb.TOTAL_BYTES >> 20,
          mostWriteBuffers / (1 << 20));
      assertThat(most)
          .isBetween(BoundedRocksDb.TOTAL_BYTES / 4.0, (double) BoundedRocksDb.TOTAL_BYTES);
      assertThat(mostWriteBuffers).isLessThan(BoundedRocksDb.TOTAL_BYTES);
      assertThat(contexts)
          .allMatch(each -> metric(each, "block-cache-capacity") == BoundedRocksDb.TOTAL_BYTES);
      // One cache: each store says the same of it, once RocksDB's threads have written all buffers
      // and no longer change it between one look and the next.
      long deadline = System.nanoTime() + QUIET_WITHIN.toNanos();
      while (usages(contexts).size() > 1) {
        assertThat(System.nanoTime()).as("cache usages %s", usages(contexts)).isLessThan(deadline);
        Thread.sleep(50);
      }
    } finally {
      stores.forEach(KeyValueStore::close);
    }
  }

  private static Set<Double> usages(List<MockProcessorContext<Object, Object>> contexts) {
    return contexts.stream()
        .map(each -> metric(each, "block-cache-usage"))
        .collect(Collectors.toSet());
  }

  private static double metric(MockProcessorContext<?, ?> context, String name) {
    return context.metrics().metrics().entrySet().stream()
        .filter(entry -> entry.getKey().name().equals(name))
        .mapToDouble(entry -> ((Number) entry.getValue().metricValue()).doubleValue())
        .sum();
  }
}
