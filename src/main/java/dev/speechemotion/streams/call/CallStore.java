package dev.speechemotion.streams.call;

import dev.speechemotion.streams.state.StateInput;
import dev.speechemotion.streams.state.StateOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.internals.CacheFlushListener;
import org.apache.kafka.streams.state.internals.CachedStateStore;

/**
 * The calls in progress. They live on the heap as objects, and each one that has changed is written
 * to a persistent, changelogged store once per commit: a write per chunk would make the changelog
 * larger than the audio.
 *
 * <p>The write must come before the commit's offsets and in its transaction. {@link
 * StateStore#commit} comes after them, and with exactly-once not at every commit; what Kafka
 * Streams calls before them is {@link #flushCache} of a {@link CachedStateStore}, as for its own
 * caching stores. That interface is one of its internals, and this is the only class that uses one.
 */
public final class CallStore
    implements CallsInProgress.Calls, StateStore, CachedStateStore<byte[], byte[]> {

  private final KeyValueStore<Bytes, byte[]> inner;
  private final Map<String, Call> calls = new HashMap<>();
  private final Set<String> changed = new LinkedHashSet<>();
  private final StateOutput bytes = new StateOutput(16 << 10);
  private CallCodec codec;

  CallStore(KeyValueStore<Bytes, byte[]> inner) {
    this.inner = inner;
  }

  /** Loads the calls; for the processor's init, when the store has been restored. */
  void load(CallCodec codec) {
    this.codec = codec;
    reload();
  }

  /** Forgets the objects and reads them from the store again. */
  void reload() {
    calls.clear();
    changed.clear();
    try (KeyValueIterator<Bytes, byte[]> entries = inner.all()) {
      entries.forEachRemaining(
          entry -> {
            String callId = new String(entry.key.get(), StandardCharsets.UTF_8);
            calls.put(callId, decode(callId, entry.value));
          });
    }
  }

  private Call decode(String callId, byte[] value) {
    try {
      return codec.read(callId, new StateInput(value));
    } catch (IOException | RuntimeException e) {
      throw new ProcessorStateException(
          "store " + name() + " holds a call that cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public Optional<Call> get(String callId) {
    return Optional.ofNullable(calls.get(callId));
  }

  @Override
  public void add(Call call) {
    calls.put(call.callId(), call);
    markChanged(call);
  }

  /** Has the call written at the next commit. */
  @Override
  public void markChanged(Call call) {
    if (call.markChanged()) {
      changed.add(call.callId());
    }
  }

  @Override
  public void remove(Call call) {
    calls.remove(call.callId());
    changed.add(call.callId());
  }

  @Override
  public List<Call> all() {
    return new ArrayList<>(calls.values());
  }

  int size() {
    return calls.size();
  }

  @Override
  public void flushCache() {
    for (String callId : changed) {
      Bytes key = Bytes.wrap(callId.getBytes(StandardCharsets.UTF_8));
      Call call = calls.get(callId);
      if (call == null) {
        inner.delete(key);
      } else {
        inner.put(key, encode(call));
        call.markWritten();
      }
    }
    changed.clear();
  }

  private byte[] encode(Call call) {
    bytes.reset();
    try {
      codec.write(call, bytes);
    } catch (IOException e) {
      throw new ProcessorStateException("store " + name() + " cannot write a call", e);
    }
    return bytes.toByteArray();
  }

  @Override
  public void clearCache() {
    calls.clear();
    changed.clear();
  }

  @Override
  public boolean setFlushListener(
      CacheFlushListener<byte[], byte[]> listener, boolean sendOldValues) {
    return false;
  }

  /** The bytes below, for tests. */
  KeyValueStore<Bytes, byte[]> inner() {
    return inner;
  }

  @Override
  public String name() {
    return inner.name();
  }

  @Override
  public void init(StateStoreContext context, StateStore root) {
    inner.init(context, root);
  }

  @Override
  public void commit(Map<TopicPartition, Long> changelogOffsets) {
    inner.commit(changelogOffsets);
  }

  @Override
  public Long committedOffset(TopicPartition partition) {
    return inner.committedOffset(partition);
  }

  @Override
  @SuppressWarnings("deprecation") // Kafka asks every store for it, and will for some versions yet.
  public boolean managesOffsets() {
    return inner.managesOffsets();
  }

  @Override
  public void close() {
    clearCache();
    inner.close();
  }

  @Override
  public boolean persistent() {
    return inner.persistent();
  }

  @Override
  public boolean isOpen() {
    return inner.isOpen();
  }

  /** Builds the store on RocksDB with a changelog. */
  public static final class Builder implements StoreBuilder<CallStore> {
    private final String name;

    public Builder(String name) {
      this.name = name;
    }

    @Override
    public CallStore build() {
      return new CallStore(
          Stores.keyValueStoreBuilder(
                  Stores.persistentKeyValueStore(name), Serdes.Bytes(), Serdes.ByteArray())
              .withLoggingEnabled(logConfig())
              .withCachingDisabled()
              .build());
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public Map<String, String> logConfig() {
      return Map.of();
    }

    @Override
    public boolean loggingEnabled() {
      return true;
    }

    @Override
    public StoreBuilder<CallStore> withCachingEnabled() {
      return this;
    }

    @Override
    public StoreBuilder<CallStore> withCachingDisabled() {
      throw new UnsupportedOperationException("the store of calls is a cache");
    }

    @Override
    public StoreBuilder<CallStore> withLoggingEnabled(Map<String, String> config) {
      return this;
    }

    @Override
    public StoreBuilder<CallStore> withLoggingDisabled() {
      throw new UnsupportedOperationException("calls must survive the instance");
    }
  }
}
