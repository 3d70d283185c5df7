package dev.speechemotion.streams;

import static dev.speechemotion.streams.TestFeed.babble;
import static dev.speechemotion.streams.TestFeed.customer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.features.ChannelAnalyzer;
import dev.speechemotion.features.FeatureExtractor;
import dev.speechemotion.features.FeatureSpec;
import dev.speechemotion.features.WindowSettings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
  private final FeatureExtractor extractor = new FeatureExtractor(FeatureSpec.TELEPHONE_8K);
  private final CallCodec codec = new CallCodec(StreamTester.plain(), extractor, null);
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
    CallState call = new CallState("a");
    CallState other = new CallState("b");
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
    CallState call = new CallState("a");
    CallState other = new CallState("b");
    store.add(call);
    store.add(other);
    store.flushCache();
    writes.clear();

    store.remove(call);
    store.remove(other);
    store.add(new CallState("b"));
    store.flushCache();

    assertThat(writes).containsExactly("delete a", "put b");
    store.reload();
    assertThat(store.get("a")).isNull();
    assertThat(store.get("b")).isNotNull();
  }

  @Test
  void shouldForgetWhatWasNotCommitted() {
    store.add(new CallState("a"));
    store.flushCache();
    store.add(new CallState("b"));

    store.clearCache();
    store.reload();

    assertThat(store.all()).extracting(CallState::callId).containsExactly("a");
  }

  @Test
  void shouldWriteTheSameBytesAfterReading() throws IOException {
    byte[] bytes = bytesOfACall();

    CallState read = codec.read("call-1", new DataInputStream(new ByteArrayInputStream(bytes)));

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
      for (int changes = 0; changes < 4; changes++) {
        mutated[random.nextInt(300)] = (byte) random.nextInt();
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
    CallCodec other =
        new CallCodec(StreamTester.plain(), new FeatureExtractor(FeatureSpec.WIDEBAND_16K), null);

    CallState read = other.read("call-1", new DataInputStream(new ByteArrayInputStream(bytes)));

    ChannelState channel = read.streams.get(0).channels.get(0);
    assertThat(channel.inSegment).isFalse();
    assertThat(channel.analyzer).isNull();
    assertThat(channel.nextMicros).isEqualTo(2_500_000);
    assertThat(channel.audioMicros).isEqualTo(2_500_000);
    assertThat(channel.gapMicros).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "librosa-22k, 8000",
    "librosa-22k, 96000",
    "wideband-16k, 44100",
    "telephone-8k, 8000",
    "telephone-8k, 96000",
  })
  void shouldKeepAChannelWithinSixteenKilobytes(String specName, int rateHz) {
    FeatureExtractor featureExtractor =
        new FeatureExtractor(FeatureSpec.named(specName).orElseThrow());
    ChannelAnalyzer analyzer =
        new ChannelAnalyzer(featureExtractor, WindowSettings.DEFAULT, rateHz);
    float[] audio = babble(1, rateHz, 3.9);
    analyzer.accept(audio, 0, audio.length, (begin, end, voiced, features) -> {});
    CallState call = new CallState("call-1");
    call.source = "test";
    StreamState stream = new StreamState("stream-1");
    ChannelState channel = new ChannelState("external", 0, ChannelRole.CUSTOMER);
    channel.inSegment = true;
    channel.encoding = AudioEncoding.PCM_S16LE;
    channel.sampleRateHz = rateHz;
    channel.analyzer = analyzer;
    stream.channels.add(channel);
    call.streams.add(stream);

    byte[] bytes = write(new CallCodec(StreamTester.plain(), featureExtractor, null), call);

    System.out.printf(
        "State of a channel, %s from %d Hz: %d bytes%n", specName, rateHz, bytes.length);
    assertThat(bytes.length).isLessThan(16 << 10);
  }

  private byte[] bytesOfACall() {
    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      TestFeed feed = new TestFeed();
      stream.send(feed.chunks(160, List.of(customer()), babble(1, 8_000, 2.5)));
      return stream.store().inner().get(Bytes.wrap("call-1".getBytes()));
    }
  }

  private CallState read(byte[] bytes) throws IOException {
    return codec.read("call-1", new DataInputStream(new ByteArrayInputStream(bytes)));
  }

  private static byte[] write(CallCodec codec, CallState call) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      codec.write(call, new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
