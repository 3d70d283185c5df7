package dev.speechemotion.streams.call;

import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.streams.intake.Message;
import dev.speechemotion.streams.intake.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.internals.InMemoryKeyValueStore;

/** Live calls of one channel each, with what a commit stores of them; for benchmarks. */
public final class CallsToStore implements AutoCloseable {
  private static final int RATE_HZ = 8_000;
  private static final int CHUNKS_PER_SECOND = 50;

  /** Between the ends of two windows. */
  private static final double AHEAD_SECONDS = 3.5;

  private final CallStore store;
  private final Runnable closing;
  private final List<Call> calls = new ArrayList<>();
  private final List<TestFeed> feeds = new ArrayList<>();
  private final float[] speech;
  private int at;
  private long puts;
  private long putBytes;

  /** Over a store in memory. */
  public CallsToStore(FeatureSpec spec, int count, float[] speech) {
    this.speech = speech;
    store =
        new CallStore(
            new InMemoryKeyValueStore("calls") {
              @Override
              public synchronized void put(Bytes key, byte[] value) {
                puts++;
                putBytes += key.get().length + (value == null ? 0 : value.length);
                super.put(key, value);
              }
            });
    closing = store::close;
    MockProcessorContext<Object, Object> context = new MockProcessorContext<>();
    store.init(context.getStateStoreContext(), store);
    TaskContext task = task(spec);
    store.load(new CallCodec(task));
    addCalls(task, count);
  }

  /** Over that of the topology: RocksDB, and a changelog that nobody reads. */
  public static CallsToStore onDisk(FeatureSpec spec, int count, float[] speech) {
    StreamTester stream = new StreamTester(StreamTester.plain());
    return new CallsToStore(stream, spec, count, speech);
  }

  private CallsToStore(StreamTester stream, FeatureSpec spec, int count, float[] speech) {
    this.speech = speech;
    store = stream.store();
    closing = stream::close;
    addCalls(task(spec), count);
  }

  private void addCalls(TaskContext task, int count) {
    for (int i = 0; i < count; i++) {
      Call call = new Call(task, "9f1c6a1e-6f1c-4c7b-8c0a-%012d".formatted(i));
      calls.add(call);
      TestFeed feed = new TestFeed();
      feed.callId = call.callId();
      feeds.add(feed);
      store.add(call);
    }
    hear(AHEAD_SECONDS);
    commit();
  }

  /** The calls go on, each with the same audio. */
  public void hear(double seconds) {
    for (int i = 0; i < seconds * CHUNKS_PER_SECOND; i++) {
      float[] samples = new float[RATE_HZ / CHUNKS_PER_SECOND];
      for (int j = 0; j < samples.length; j++) {
        samples[j] = speech[at++ % speech.length];
      }
      for (int c = 0; c < calls.size(); c++) {
        AudioChunk chunk = feeds.get(c).media(List.of(TestFeed.customer()), samples);
        Message message = new Message(chunk);
        Call call = calls.get(c);
        call.take(message, (Verdict.Taken) call.decide(message));
      }
    }
  }

  /** Stores all of them. */
  public void commit() {
    calls.forEach(store::markChanged);
    puts = 0;
    putBytes = 0;
    store.flushCache();
  }

  /** Reads all of them from the store; those that go on stay what they were. */
  public int restore() {
    store.reload();
    return store.size();
  }

  /** Of the last commit, with a store in memory. */
  public double putsPerCall() {
    return (double) puts / calls.size();
  }

  /** Of the last commit, with a store in memory: keys and values. */
  public double bytesPerCall() {
    return (double) putBytes / calls.size();
  }

  @Override
  public void close() {
    closing.run();
  }

  private static TaskContext task(FeatureSpec spec) {
    return StreamTester.task(StreamTester.PLAIN, spec, () -> ConstantClassifier.adapting(spec));
  }
}
