package dev.speechemotion.streams.call;

import static dev.speechemotion.streams.call.TestFeed.babble;
import static dev.speechemotion.streams.call.TestFeed.customer;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.streams.EmotionTopologyTest;
import dev.speechemotion.streams.intake.ChunkRules;
import dev.speechemotion.streams.intake.Message;
import dev.speechemotion.streams.intake.Verdict;
import dev.speechemotion.streams.metrics.StreamMetrics;
import dev.speechemotion.streams.models.EmotionModels;
import dev.speechemotion.streams.models.OpenModels;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import dev.speechemotion.streams.state.StateOutput;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;

/** What a chunk of 20 ms costs between Kafka Streams' calls; prints it, and bounds the garbage. */
class ChunkCostTest {
  private static final int CALLS = 200;
  private static final int CHUNKS_PER_CALL = 250;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final EmotionSerdes serdes = EmotionSerdes.of(RegistryClients.inMemory());
  private final Deserializer<AudioChunk> deserializer = serdes.audioChunk().deserializer();
  private final ChunkRules rules = new ChunkRules(1 << 20);
  private final CallSettings settings = CallSettings.DEFAULT;
  private final OpenModels models =
      new OpenModels(
          List.of(),
          EmotionModels.fixed(
              FeatureSpec.TELEPHONE_8K,
              WindowSettings.DEFAULT,
              EmotionTopologyTest.HighIsAngry::new),
          8_000);
  private long events;
  private final TaskContext task =
      new TaskContext(
          settings,
          models,
          () -> 0,
          StreamMetrics.unseen(),
          new StreamTester.Nowhere() {
            @Override
            public void event(EmotionEvent event) {
              events++;
            }
          });

  @Test
  void shouldCostLittlePerChunk() throws IOException {
    byte[] key = Utils.utf8("call-1");
    TestFeed feed = new TestFeed();
    List<byte[]> values =
        feed.chunks(160, List.of(customer()), babble(1, 8_000, CHUNKS_PER_CALL * 0.02)).stream()
            .map(chunk -> serdes.audioChunk().serializer().serialize("audio-chunks", chunk))
            .toList();
    run(key, values, true);
    run(key, values, false);
    events = 0;

    double bareMicros = run(key, values, false).micros();
    Cost cost = run(key, values, true);
    assertThat(events)
        .as("windows that end within 5 s, with their last frame")
        .isEqualTo(2 * CALLS);

    Call call = new Call(task, "call-1");
    values.forEach(value -> take(call, new Message(deserializer.deserialize("", value))));
    StateOutput state = new StateOutput(16 << 10);
    CallRecords records = new CallRecords();
    new CallCodec(task).write(call, state, records);
    records.forEachNew((number, record) -> state.write(record));
    System.out.printf(
        "20 ms of mu-law: decode and check %.2f µs, with analysis %.2f µs; %d bytes of garbage;"
            + " record %d bytes; state of a channel %d bytes%n",
        bareMicros, cost.micros(), cost.bytes(), values.get(100).length, state.size());
    assertThat(cost.bytes()).as("bytes allocated per chunk").isLessThan(2_000);
    assertThat(state.size()).as("bytes of state per channel").isLessThan(16 << 10);
  }

  private record Cost(double micros, long bytes) {}

  private Cost run(byte[] key, List<byte[]> values, boolean analyze) {
    Call[] calls = new Call[CALLS];
    Arrays.setAll(calls, i -> new Call(task, "call-1"));
    long thread = Thread.currentThread().getId();
    long bytesBefore = THREADS.getThreadAllocatedBytes(thread);
    long cpuBefore = THREADS.getCurrentThreadCpuTime();
    for (byte[] value : values) {
      for (Call call : calls) {
        AudioChunk chunk = deserializer.deserialize("audio-chunks", value);
        if (rules.check(key, chunk).isPresent()) {
          throw new AssertionError("a valid chunk was refused");
        }
        if (analyze) {
          take(call, new Message(chunk));
        }
      }
    }
    long count = (long) CALLS * values.size();
    return new Cost(
        (THREADS.getCurrentThreadCpuTime() - cpuBefore) / 1e3 / count,
        (THREADS.getThreadAllocatedBytes(thread) - bytesBefore) / count);
  }

  private static void take(Call call, Message message) {
    call.take(message, (Verdict.Taken) call.decide(message));
  }
}
