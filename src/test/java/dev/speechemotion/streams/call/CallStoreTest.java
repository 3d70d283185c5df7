package dev.speechemotion.streams.call;

import static dev.speechemotion.streams.call.TestFeed.babble;
import static dev.speechemotion.streams.call.TestFeed.customer;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.streams.intake.Message;
import dev.speechemotion.streams.intake.Verdict;
import dev.speechemotion.streams.state.StateInput;
import dev.speechemotion.streams.state.StateOutput;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.internals.InMemoryKeyValueStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When calls are written, and in which form. */
class CallStoreTest {
  private final TaskContext task = task(FeatureSpec.TELEPHONE_8K);
  private final CallCodec codec = new CallCodec(task);
  private final List<String> writes = new ArrayList<>();
  private final List<Write> puts = new ArrayList<>();
  private final KeyValueStore<Bytes, byte[]> inner =
      new InMemoryKeyValueStore("calls") {
        @Override
        public synchronized void put(Bytes key, byte[] value) {
          note(key, value);
          super.put(key, value);
        }

        @Override
        public synchronized byte[] delete(Bytes key) {
          note(key, null);
          return super.delete(key);
        }

        private void note(Bytes key, byte[] value) {
          puts.add(new Write(key, value));
          writes.add((value == null ? "delete " : "put ") + labelOf(key));
        }
      };
  private final CallStore store = new CallStore(inner);

  private record Write(Bytes key, byte[] value) {}

  /** The call's id; for another record of it, with its number. */
  private static String labelOf(Bytes key) {
    ByteBuffer bytes = ByteBuffer.wrap(key.get());
    int length = bytes.capacity() - 6;
    if (bytes.get(0) != (byte) 0xff || length < 0) {
      return new String(key.get(), UTF_8);
    }
    return UTF_8.decode(bytes.slice(1, length)) + "/" + bytes.getInt(2 + length);
  }

  @BeforeEach
  void open() {
    MockProcessorContext<Object, Object> context = new MockProcessorContext<>();
    store.init(context.getStateStoreContext(), store);
    store.load(codec);
  }

  @Test
  void shouldWriteACallOncePerCommitHoweverOftenItChanged() {
    Call call = new Call(task, "a");
    Call other = new Call(task, "b");
    store.add(call);
    store.add(other);
    for (int i = 0; i < 50; i++) {
      store.markChanged(call);
    }
    assertThat(writes).isEmpty();

    store.flushCache();
    assertThat(writes).containsExactly("put a", "put b");

    store.flushCache();
    assertThat(writes).hasSize(2);

    store.markChanged(other);
    store.flushCache();
    assertThat(writes).containsExactly("put a", "put b", "put b");
  }

  @Test
  void shouldDeleteACallThatHasEndedAndKeepOneThatBeganAnew() {
    Call call = new Call(task, "a");
    Call other = new Call(task, "b");
    store.add(call);
    store.add(other);
    store.flushCache();
    writes.clear();

    store.remove(call);
    store.remove(other);
    store.add(new Call(task, "b"));
    store.flushCache();

    assertThat(writes).containsExactly("delete a", "put b");
    store.reload();
    assertThat(store.get("a")).isEmpty();
    assertThat(store.get("b")).isPresent();
  }

  @Test
  void shouldForgetWhatWasNotCommitted() {
    store.add(new Call(task, "a"));
    store.flushCache();
    store.add(new Call(task, "b"));

    store.clearCache();
    store.reload();

    assertThat(store.all()).extracting(Call::callId).containsExactly("a");
  }

  /** As of feeds whose numbers count samples, of which some overlap. */
  @Test
  void shouldReadWhatItWroteWhateverTheFeedsNumbersAre() throws IOException {
    for (int seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      TestFeed feed = new TestFeed();
      List<AudioChunk> chunks = new ArrayList<>();
      long number = 0;
      for (int i = 0; i < 100; i++) {
        int samples = random.nextInt(10) == 0 ? random.nextInt(4_000) + 1 : 160;
        AudioChunk chunk = feed.media(List.of(TestFeed.customer()), new float[samples]);
        chunk.setSequenceNumber(number);
        number += random.nextInt(10) == 0 ? 160 : samples;
        chunks.add(chunk);
      }
      Call call = new Call(task, feed.callId);
      for (AudioChunk chunk : TestFeed.reordered(chunks, random, 0.1, 10)) {
        Message message = new Message(chunk);
        if (call.decide(message) instanceof Verdict.Taken taken) {
          call.take(message, taken);
        }
        CallRecords records = new CallRecords();
        byte[] bytes = write(codec, call, records);
        CallRecords stored = new CallRecords();
        records.forEachNew(stored::found);

        call = codec.read(feed.callId, new StateInput(bytes), stored);
        assertThat(write(codec, call, new CallRecords())).as("seed %d", seed).isEqualTo(bytes);
      }
    }
  }

  @Test
  void shouldWriteTheSameBytesAfterReading() throws IOException {
    byte[] bytes = bytesOfACall();

    Call read = codec.read("call-1", new StateInput(bytes), new CallRecords());

    assertThat(write(codec, read, new CallRecords())).isEqualTo(bytes);
    assertThat(bytes[0]).as("version").isEqualTo((byte) CallCodec.VERSION);
  }

  @Test
  void shouldRefuseBytesThatAreCutOffGoOnOrAreOfAnotherVersion() {
    byte[] bytes = bytesOfACall();
    byte[] otherVersion = bytes.clone();
    otherVersion[0] = CallCodec.VERSION + 1;

    for (int length : new int[] {0, 1, 9, 20, bytes.length / 2, bytes.length - 1}) {
      assertThatThrownBy(() -> read(Arrays.copyOf(bytes, length)))
          .as("%d bytes", length)
          .isInstanceOfAny(EOFException.class, IOException.class);
    }
    assertThatThrownBy(() -> read(Arrays.copyOf(bytes, bytes.length + 1)))
        .hasMessageContaining("after its end");
    assertThatThrownBy(() -> read(otherVersion))
        .hasMessageContaining("version " + (CallCodec.VERSION + 1));
    inner.put(Bytes.wrap("x".getBytes()), otherVersion);
    assertThatThrownBy(store::reload)
        .isInstanceOf(ProcessorStateException.class)
        .hasMessageContaining("calls")
        .hasMessageContaining("version " + (CallCodec.VERSION + 1));
  }

  @Test
  void shouldReadOrRefuseWhateverBytesItFinds() {
    byte[] bytes = bytesOfACall();
    Random random = new Random(5);
    int refused = 0;
    for (int i = 0; i < 2_000; i++) {
      byte[] mutated = bytes.clone();
      for (int changes = 0; changes < 8; changes++) {
        mutated[random.nextInt(560)] = (byte) random.nextInt();
      }
      try {
        read(mutated);
      } catch (IOException | IllegalArgumentException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(500);
  }

  @Test
  void shouldBeginASegmentWhenTheFeaturesHaveChanged() throws IOException {
    byte[] bytes = bytesOfACall();
    CallCodec other = new CallCodec(task(FeatureSpec.WIDEBAND_16K));

    Call read = other.read("call-1", new StateInput(bytes), new CallRecords());

    Channel channel = read.streams().get(0).channels().get(0);
    assertThat(channel.media().inSegment()).isFalse();
    assertThat(channel.modelInUse()).isEmpty();
    assertThat(channel.media().expectedMicros()).isEqualTo(2_500_000);
    assertThat(channel.media().audioMicros()).isEqualTo(2_500_000);
    assertThat(channel.media().gapMicros()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "librosa-22k, 8000, 16",
    "librosa-22k, 96000, 16",
    "wideband-16k, 44100, 16",
    "telephone-8k, 8000, 16",
    "telephone-8k, 96000, 16",
    "telephone-8k-extended, 11025, 20",
    "wideband-16k-extended, 16000, 20",
    "wideband-16k-extended, 44100, 20",
    "wideband-16k-extended, 96000, 20",
    "encoder-16k, 8000, 40",
    "encoder-16k, 16000, 40",
    "encoder-16k, 44100, 40",
    "encoder-16k, 96000, 40",
  })
  void shouldKeepAChannelSmall(String specName, int rateHz, int maxKilobytes) {
    FeatureSpec spec = FeatureSpec.named(specName).orElseThrow();
    TaskContext task =
        StreamTester.task(StreamTester.PLAIN, spec, () -> ConstantClassifier.adapting(spec));
    Call call = new Call(task, "call-1");
    TestFeed feed = new TestFeed();
    feed.rateHz = rateHz;
    feed.encoding = AudioEncoding.PCM_S16LE;
    for (AudioChunk chunk : feed.chunks(rateHz / 50, List.of(customer()), babble(1, rateHz, 3.9))) {
      Message message = new Message(chunk);
      call.take(message, (Verdict.Taken) call.decide(message));
    }

    CallRecords records = new CallRecords();
    int own = write(new CallCodec(task), call, records).length;
    AtomicInteger others = new AtomicInteger();
    records.forEachNew((number, record) -> others.addAndGet(record.length));

    System.out.printf(
        "State of a channel, %s from %d Hz: %d bytes, and %d of frames%n",
        specName, rateHz, own, others.get());
    assertThat(own + others.get()).isLessThan(maxKilobytes << 10);
  }

  private static TaskContext task(FeatureSpec spec) {
    return StreamTester.task(
        StreamTester.PLAIN, spec, () -> new ConstantClassifier(spec, Optional.empty()));
  }

  /** Calls whose windows are of frames that are kept. */
  private final class Live {
    private final TaskContext task = task(FeatureSpec.TELEPHONE_8K_EXTENDED);
    private final TestFeed feed = new TestFeed();
    private float[] audio = babble(1, 8_000, 20);

    Live(String callId) {
      feed.callId = callId;
      puts.clear();
      writes.clear();
      store.load(new CallCodec(task));
    }

    Call call() {
      return store.get(feed.callId).orElseThrow();
    }

    /** Takes so much more audio, and commits. */
    Live hear(double seconds) {
      int count = (int) (8_000 * seconds);
      feed.chunks(160, List.of(customer()), Arrays.copyOf(audio, count)).forEach(this::take);
      audio = Arrays.copyOfRange(audio, count, audio.length);
      store.flushCache();
      return this;
    }

    void take(AudioChunk chunk) {
      Message message = new Message(chunk);
      if (store.get(feed.callId).isEmpty()) {
        store.add(new Call(task, feed.callId));
      }
      call().take(message, (Verdict.Taken) call().decide(message));
      store.markChanged(call());
    }

    byte[] state() {
      return write(new CallCodec(task), call(), new CallRecords());
    }
  }

  @Test
  void shouldStoreEachFrameOnceBeforeTheCallThatNamesItAndDeleteNoneUntilItEnds() {
    Live live = new Live("a");
    for (int i = 0; i < 10; i++) {
      writes.clear();
      live.hear(1);
      assertThat(writes).hasSize(2);
      assertThat(writes.get(0)).matches("put a/[0-3]");
      assertThat(writes.get(1)).isEqualTo("put a");
    }

    writes.clear();
    live.take(live.feed.stop());
    store.flushCache();

    assertThat(writes)
        .containsExactly("put a", "delete a/0", "delete a/1", "delete a/2", "delete a/3");
    store.reload();
    assertThat(live.call().isEnded()).isTrue();
    writes.clear();
    store.remove(live.call());
    store.flushCache();
    assertThat(writes).containsExactly("delete a");
  }

  @Test
  void shouldStoreTheFramesOfShortCommitsWithTheCallUntilTheyAreWorthARecord() {
    Live live = new Live("a");
    for (int i = 0; i < 60; i++) {
      live.hear(0.1);
    }

    assertThat(writes).filteredOn(write -> write.equals("put a")).hasSize(60);
    assertThat(writes.size() - 60).isBetween(25, 31);
    assertThat(writes).noneMatch(write -> write.startsWith("delete"));
  }

  @Test
  void shouldGoOnFromWhateverIsLeftOfACommit() {
    Live live = new Live("a");
    live.hear(2.5).hear(1).hear(1.02).hear(0.05).hear(0.7);
    int committed = puts.size();
    byte[] before = live.state();
    live.hear(1);
    store.remove(live.call());
    store.flushCache();
    List<Write> all = List.copyOf(puts);

    for (int left = committed; left <= all.size(); left++) {
      List<Bytes> keys = new ArrayList<>();
      inner.all().forEachRemaining(entry -> keys.add(entry.key));
      keys.forEach(inner::delete);
      all.subList(0, left).forEach(write -> inner.put(write.key(), write.value()));

      store.reload();
      if (left == committed) {
        assertThat(live.state()).as("the last but one").isEqualTo(before);
      }
      boolean isThere = inner.get(Bytes.wrap("a".getBytes(UTF_8))) != null;
      assertThat(store.size()).isEqualTo(isThere ? 1 : 0);
      store.flushCache();
      if (!isThere) {
        assertThat(inner.all().hasNext()).as("records of no call").isFalse();
      }
    }
  }

  @Test
  void shouldStoreNoMoreOfACallThatIsReadAgainAndAgain() {
    List<Integer> undisturbed = new ArrayList<>();
    Live live = new Live("a");
    for (int i = 0; i < 12; i++) {
      undisturbed.add(live.hear(0.7).state().length);
    }
    live = new Live("b");
    for (int i = 0; i < 12; i++) {
      live.hear(0.7);
      store.reload();
      assertThat(live.state()).hasSize(undisturbed.get(i));
    }
    assertThat(writes).filteredOn(write -> write.startsWith("put b/")).hasSize(12);
    assertThat(writes.stream().filter(write -> write.startsWith("put b/")).distinct().count())
        .as("records at a time")
        .isLessThanOrEqualTo(8);
  }

  @Test
  void shouldGiveTheNumbersOfACallToTheOneThatBeginsAnew() {
    Live live = new Live("a");
    live.hear(1).hear(1);
    store.remove(live.call());
    writes.clear();

    live.hear(1);
    assertThat(writes).containsExactly("put a/2", "put a");

    store.reload();
    live.hear(1).hear(1);
    assertThat(writes.subList(2, writes.size()))
        .containsExactly("put a/3", "put a", "delete a/0", "delete a/1", "put a/0", "put a");
  }

  @Test
  void shouldDeleteTheFramesOfAModelThatIsNoLongerOnOffer() {
    new Live("a").hear(1).hear(1);

    store.load(codec);
    writes.clear();
    store.markChanged(store.get("a").orElseThrow());
    store.flushCache();

    assertThat(writes).containsExactly("put a", "delete a/0", "delete a/1");
  }

  @Test
  void shouldRefuseACallOfWhichARecordIsMissingOrAnotherAndARecordOfNoCall() {
    new Live("a").hear(1).hear(1);
    Bytes key = puts.get(0).key();
    byte[] record = puts.get(0).value();
    assertThat(labelOf(key)).isEqualTo("a/0");

    inner.delete(key);
    assertRefused("its record 0 is missing");
    inner.put(key, puts.get(2).value());
    assertRefused("its record 0 does not begin with frame 0");
    inner.put(key, Arrays.copyOf(record, record.length + 1));
    assertRefused("longer than its frames");
    inner.put(key, Arrays.copyOf(record, record.length - 1));
    assertRefused("cut off");
    inner.put(key, record);
    store.reload();
    for (int length : new int[] {1, 5, 6}) {
      byte[] cut = Arrays.copyOf(key.get(), length);
      inner.put(Bytes.wrap(cut), record);
      assertRefused("a record that is of no call: ff");
      inner.delete(Bytes.wrap(cut));
    }
  }

  private void assertRefused(String message) {
    assertThatThrownBy(store::reload)
        .isInstanceOf(ProcessorStateException.class)
        .hasMessageContaining(message);
  }

  private byte[] bytesOfACall() {
    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      TestFeed feed = new TestFeed();
      stream.send(feed.chunks(160, List.of(customer()), babble(1, 8_000, 2.5)));
      return stream.store().inner().get(Bytes.wrap("call-1".getBytes()));
    }
  }

  private Call read(byte[] bytes) throws IOException {
    return codec.read("call-1", new StateInput(bytes), new CallRecords());
  }

  private static byte[] write(CallCodec codec, Call call, CallRecords records) {
    StateOutput bytes = new StateOutput(16 << 10);
    try {
      codec.write(call, bytes, records);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
