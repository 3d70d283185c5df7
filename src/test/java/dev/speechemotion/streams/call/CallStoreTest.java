package dev.speechemotion.streams.call;

import static dev.speechemotion.streams.call.TestFeed.babble;
import static dev.speechemotion.streams.call.TestFeed.customer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.emotion.Population;
import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.streams.intake.Message;
import dev.speechemotion.streams.intake.Verdict;
import dev.speechemotion.streams.state.StateInput;
import dev.speechemotion.streams.state.StateOutput;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
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
  private final KeyValueStore<Bytes, byte[]> inner =
      new InMemoryKeyValueStore("calls") {
        @Override
        public synchronized void put(Bytes key, byte[] value) {
          writes.add((value == null ? "delete " : "put ") + new String(key.get()));
          super.put(key, value);
        }

        @Override
        public synchronized byte[] delete(Bytes key) {
          writes.add("delete " + new String(key.get()));
          return super.delete(key);
        }
      };
  private final CallStore store = new CallStore(inner);

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

  @Test
  void shouldWriteTheSameBytesAfterReading() throws IOException {
    byte[] bytes = bytesOfACall();

    Call read = codec.read("call-1", new StateInput(bytes));

    assertThat(write(codec, read)).isEqualTo(bytes);
    assertThat(bytes[0]).as("version").isEqualTo((byte) CallCodec.VERSION);
  }

  @Test
  void shouldRefuseBytesThatAreCutOffGoOnOrAreOfAnotherVersion() {
    byte[] bytes = bytesOfACall();
    byte[] otherVersion = bytes.clone();
    otherVersion[0] = 9;

    for (int length : new int[] {0, 1, 9, 20, bytes.length / 2, bytes.length - 1}) {
      assertThatThrownBy(() -> read(Arrays.copyOf(bytes, length)))
          .as("%d bytes", length)
          .isInstanceOfAny(EOFException.class, IOException.class);
    }
    assertThatThrownBy(() -> read(Arrays.copyOf(bytes, bytes.length + 1)))
        .hasMessageContaining("after its end");
    assertThatThrownBy(() -> read(otherVersion)).hasMessageContaining("version 9");
    inner.put(Bytes.wrap("x".getBytes()), otherVersion);
    assertThatThrownBy(store::reload)
        .isInstanceOf(ProcessorStateException.class)
        .hasMessageContaining("calls")
        .hasMessageContaining("version 9");
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

    Call read = other.read("call-1", new StateInput(bytes));

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
    float[] ones = new float[FeatureLayout.of(spec).windowFeatureCount()];
    Arrays.fill(ones, 1);
    TaskContext task =
        StreamTester.task(
            StreamTester.PLAIN,
            spec,
            // What a pretrained encoder takes is not adapted to the voice.
            () ->
                new Constant(
                    spec,
                    spec.encoderInput()
                        ? Optional.empty()
                        : Optional.of(new Population(ones, ones, 10, 0))));
    Call call = new Call(task, "call-1");
    TestFeed feed = new TestFeed();
    feed.rateHz = rateHz;
    feed.encoding = AudioEncoding.PCM_S16LE;
    for (AudioChunk chunk : feed.chunks(rateHz / 50, List.of(customer()), babble(1, rateHz, 3.9))) {
      Message message = new Message(chunk);
      call.take(message, (Verdict.Taken) call.decide(message));
    }

    byte[] bytes = write(new CallCodec(task), call);

    System.out.printf(
        "State of a channel, %s from %d Hz: %d bytes%n", specName, rateHz, bytes.length);
    assertThat(bytes.length).isLessThan(maxKilobytes << 10);
  }

  private static TaskContext task(FeatureSpec spec) {
    return StreamTester.task(StreamTester.PLAIN, spec, () -> new Constant(spec, Optional.empty()));
  }

  /** Fits any features, and says always the same. */
  private record Constant(FeatureSpec spec, Optional<Population> population)
      implements EmotionClassifier {
    @Override
    public List<String> labels() {
      return List.of("neutral", "angry");
    }

    @Override
    public int featureCount() {
      return FeatureLayout.of(spec).windowFeatureCount();
    }

    @Override
    public ModelIdentity model() {
      return new ModelIdentity("constant", "1", "0".repeat(64));
    }

    @Override
    public void classify(float[] features, int windowCount, float[] probabilities) {
      probabilities[0] = 1;
      probabilities[1] = 0;
    }

    @Override
    public void close() {}
  }

  private byte[] bytesOfACall() {
    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      TestFeed feed = new TestFeed();
      stream.send(feed.chunks(160, List.of(customer()), babble(1, 8_000, 2.5)));
      return stream.store().inner().get(Bytes.wrap("call-1".getBytes()));
    }
  }

  private Call read(byte[] bytes) throws IOException {
    return codec.read("call-1", new StateInput(bytes));
  }

  private static byte[] write(CallCodec codec, Call call) {
    StateOutput bytes = new StateOutput(16 << 10);
    try {
      codec.write(call, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
