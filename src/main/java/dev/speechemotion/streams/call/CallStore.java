package dev.speechemotion.streams.call;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.speechemotion.streams.state.StateInput;
import dev.speechemotion.streams.state.StateOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
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
 * larger than the audio. What of it never changes has records of its own, written once ({@link
 * CallRecords}).
 *
 * <p>A call's own record has the call's id in UTF-8 as the key; the others have a byte 0xff, which
 * UTF-8 has not, the id, the same byte again, and a number in four bytes. In each commit a call's
 * new records come before its own, and deletions after it, so that whatever is left of the last
 * commit when not all of it was written, a call finds the records that it names.
 *
 * <p>The write must come before the commit's offsets and in its transaction. {@link
 * StateStore#commit} comes after them, and with exactly-once not at every commit; what Kafka
 * Streams calls before them is {@link #flushCache} of a {@link CachedStateStore}, as for its own
 * caching stores. That interface is one of its internals, and this is the only class that uses one.
 */
public final class CallStore
    implements CallsInProgress.Calls, StateStore, CachedStateStore<byte[], byte[]> {

  /** Begins the keys of records beside the calls' own. */
  private static final byte OTHER = (byte) 0xff;

  private static final HexFormat HEX = HexFormat.of();

  private final KeyValueStore<Bytes, byte[]> inner;
  private final Map<String, Call> calls = new HashMap<>();
  private final Set<String> changed = new LinkedHashSet<>();

  /** By call, if it has any; that of a call which is removed until that is stored. */
  private final Map<String, CallRecords> records = new HashMap<>();

  private final StateOutput bytes = new StateOutput(16 << 10);
  private CallCodec codec;
  private Runnable committing = () -> {};

  CallStore(KeyValueStore<Bytes, byte[]> inner) {
    this.inner = inner;
  }

  /** Loads the calls; for the processor's init, when the store has been restored. */
  void load(CallCodec codec) {
    this.codec = codec;
    reload();
  }

  /** Has somebody told of each commit, once the calls are written. */
  void onCommit(Runnable told) {
    committing = told;
  }

  /** Forgets the objects and reads them from the store again. */
  void reload() {
    clearCache();
    Map<String, byte[]> own = new HashMap<>();
    try (KeyValueIterator<Bytes, byte[]> entries = inner.all()) {
      entries.forEachRemaining(
          entry -> {
            ByteBuffer key = ByteBuffer.wrap(entry.key.get());
            if (key.hasRemaining() && key.get(0) == OTHER) {
              found(key, entry.value);
            } else {
              own.put(UTF_8.decode(key).toString(), entry.value);
            }
          });
    }
    own.forEach((callId, value) -> calls.put(callId, decode(callId, value)));
    records.values().removeIf(CallRecords::isEmpty);
    // What belongs to no call is deleted.
    records.keySet().stream().filter(callId -> !calls.containsKey(callId)).forEach(changed::add);
  }

  private void found(ByteBuffer key, byte[] value) {
    int idLength = key.remaining() - 2 - Integer.BYTES;
    int number = idLength < 0 ? -1 : key.getInt(2 + idLength);
    if (number < 0 || number >= CallRecords.MOST || key.get(1 + idLength) != OTHER) {
      throw new ProcessorStateException(
          "store " + name() + " holds a record that is of no call: " + HEX.formatHex(key.array()));
    }
    recordsOf(UTF_8.decode(key.slice(1, idLength)).toString()).found(number, value);
  }

  private static Bytes key(byte[] callId, int number) {
    return Bytes.wrap(
        ByteBuffer.allocate(callId.length + 2 + Integer.BYTES)
            .put(OTHER)
            .put(callId)
            .put(OTHER)
            .putInt(number)
            .array());
  }

  private CallRecords recordsOf(String callId) {
    return records.computeIfAbsent(callId, unused -> new CallRecords());
  }

  private Call decode(String callId, byte[] value) {
    try {
      return codec.read(callId, new StateInput(value), recordsOf(callId));
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
      flush(callId);
    }
    changed.clear();
    committing.run();
  }

  private void flush(String callId) {
    byte[] id = callId.getBytes(UTF_8);
    Call call = calls.get(callId);
    CallRecords others = recordsOf(callId);
    List<Integer> unneeded;
    if (call == null) {
      inner.delete(Bytes.wrap(id));
      unneeded = others.removed();
    } else {
      byte[] own = encode(call, others);
      others.forEachNew((number, value) -> inner.put(key(id, number), value));
      inner.put(Bytes.wrap(id), own);
      call.markWritten();
      unneeded = others.written();
    }
    unneeded.forEach(number -> inner.delete(key(id, number)));
    if (others.isEmpty()) {
      records.remove(callId);
    }
  }

  private byte[] encode(Call call, CallRecords others) {
    bytes.reset();
    try {
      codec.write(call, bytes, others);
    } catch (IOException e) {
      throw new ProcessorStateException("store " + name() + " cannot write a call", e);
    }
    return bytes.toByteArray();
  }

  @Override
  public void clearCache() {
    calls.clear();
    changed.clear();
    records.clear();
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
