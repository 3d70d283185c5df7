package dev.speechemotion.streams;

import static dev.speechemotion.streams.TestFeed.babble;
import static dev.speechemotion.streams.TestFeed.customer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChannelSummary;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.avro.ModelUsed;
import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.emotion.Population;
import dev.speechemotion.emotion.RunningNormalization;
import dev.speechemotion.features.ChannelAnalyzer;
import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
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
  private final CallCodec codec = codec(FeatureSpec.TELEPHONE_8K);
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
  void shouldReadACallOfVersion1() throws IOException {
    // Written by the first release's code: 2.5 s of a customer's audio, of the feed's defaults.
    CallState call = read(resource("call-v1.bin"));

    ChannelState channel = call.streams.get(0).channels.get(0);
    assertThat(channel.normalization).isNull();
    assertThat(channel.segmentSamples).isEqualTo(20_000);
    assertThat(channel.lastSequence).isEqualTo(124);
    assertThat(call.streams.get(0).order.next).isEqualTo(125);
  }

  @Test
  void shouldReadACallOfVersion2() throws IOException {
    // A call of two streams, the second one stopped, in the midst of an alert.
    CallCodec withRule =
        StreamTester.codec(
            StreamTester.alerting("angry >= 0.6 for 2s"),
            FeatureSpec.TELEPHONE_8K,
            AdaptationTest.Adapting::new);

    CallState call =
        withRule.read(
            "call-1", new DataInputStream(new ByteArrayInputStream(resource("call-v2.bin"))));

    assertThat(call.account).isEqualTo("account-1");
    assertThat(call.ended).isFalse();
    assertThat(call.streams)
        .extracting(stream -> stream.streamId)
        .containsExactly("stream-1", "stream-2");
    assertThat(call.streams).extracting(stream -> stream.stopped).containsExactly(false, true);
    StreamState stream = call.streams.get(0);
    assertThat(stream.order.begun).isTrue();
    assertThat(stream.order.next).isEqualTo(226);
    ChannelState customer = stream.channels.get(0);
    assertThat(stream.channels)
        .extracting(channel -> channel.id)
        .containsExactly("external", "internal");
    assertThat(customer.inSegment).isTrue();
    assertThat(customer.heardUntilMicros()).isEqualTo(4_500_000);
    assertThat(customer.normalization.windows()).isEqualTo(2);
    assertThat(customer.eventCount).isEqualTo(2);
    assertThat(customer.nextEvent).isEqualTo(2);
    assertThat(customer.tallies.get("angry").timeMs).isEqualTo(2_000);
    AlertProgress alert = customer.alerts.get("angry >= 0.6 for 2s");
    assertThat(alert.raised).isTrue();
    assertThat(alert.raisedCount).isEqualTo(1);
    assertThat(alert.untilMs).isEqualTo(4_000);
    byte[] present = write(withRule, call);
    assertThat(
            write(
                withRule,
                withRule.read("call-1", new DataInputStream(new ByteArrayInputStream(present)))))
        .isEqualTo(present);
  }

  @Test
  void shouldGoOnWithACallOfVersion2AsIfNothingHadHappened() throws IOException {
    StreamSettings settings = StreamTester.alerting("angry >= 0.6 for 2s");
    TestFeed feed = new TestFeed();
    feed.sequence = 226;
    feed.offsetMicros = 4_500_000;
    try (StreamTester stream = new StreamTester(settings, AdaptationTest.Adapting::new)) {
      stream.store().inner().put(Bytes.wrap("call-1".getBytes()), resource("call-v2.bin"));
      stream.store().reload();

      stream.send(
          feed.chunks(
              160,
              List.of(customer(), TestFeed.agent()),
              TestFeed.tone(3_500, 8_000, 2.5),
              TestFeed.tone(300, 8_000, 2.5)));
      stream.send(feed.stop());

      assertThat(stream.deadLetters).isEmpty();
      assertThat(stream.events).extracting(EmotionEvent::getSequenceNumber).startsWith(2L, 3L);
      assertThat(stream.events.get(stream.events.size() - 1).getEndMs()).isEqualTo(7_000);
      CallSummary summary = stream.summaries.get(0);
      assertThat(summary.getDurationMs()).isEqualTo(7_000);
      assertThat(summary.getAccount()).isEqualTo("account-1");
      assertThat(summary.getChannels().get(0).getAudioMs()).isEqualTo(7_000);
    }
  }

  @Test
  void shouldGoOnWithACallOfVersion3AsIfNothingHadHappened() throws IOException {
    // A customer and an agent in the midst of an alert; number 226 is missing and 227 waits.
    StreamSettings settings = StreamTester.alerting("angry >= 0.6 for 2s");
    TestFeed feed = new TestFeed();
    feed.sequence = 226;
    feed.offsetMicros = 4_500_000;
    List<AudioChannel> channels = List.of(customer(), TestFeed.agent());
    AudioChunk missing =
        feed.media(channels, TestFeed.tone(3_500, 8_000, 0.02), TestFeed.tone(300, 8_000, 0.02));
    feed.sequence = 228;
    feed.offsetMicros = 4_540_000;
    try (StreamTester stream = new StreamTester(settings, AdaptationTest.Adapting::new)) {
      stream.store().inner().put(Bytes.wrap("call-1".getBytes()), resource("call-v3.bin"));
      stream.store().reload();
      CallState call = stream.store().get("call-1");
      assertThat(call.streams.get(0).channels.get(0).normalization.windows()).isEqualTo(2);

      stream.send(missing);
      stream.send(
          feed.chunks(
              160, channels, TestFeed.tone(3_500, 8_000, 2.5), TestFeed.tone(300, 8_000, 2.5)));
      stream.send(feed.stop());

      assertThat(stream.deadLetters).isEmpty();
      assertThat(stream.events).extracting(EmotionEvent::getSequenceNumber).startsWith(2L, 3L);
      assertThat(stream.events).extracting(EmotionEvent::getBeginMs).startsWith(2_000L, 3_000L);
      CallSummary summary = stream.summaries.get(0);
      assertThat(summary.getDurationMs()).isEqualTo(7_040);
      assertThat(summary.getChannels())
          .extracting(ChannelSummary::getAudioMs)
          .containsExactly(7_040L, 7_040L);
      assertThat(summary.getModels()).extracting(ModelUsed::getName).containsExactly("adapting");
    }
  }

  @Test
  void shouldGoOnWithACallOfVersion4AsIfNothingHadHappened() throws IOException {
    // As that of version 3. What came under its numbers is not remembered, only that it came.
    TestFeed feed = new TestFeed();
    List<AudioChannel> channels = List.of(customer(), TestFeed.agent());
    AudioChunk start = feed.start();
    List<AudioChunk> chunks =
        feed.chunks(160, channels, TestFeed.tone(3_500, 8_000, 7), TestFeed.tone(300, 8_000, 7));
    AudioChunk stop = feed.stop();
    StreamSettings settings = StreamTester.alerting("angry >= 0.6 for 2s");
    try (StreamTester undisturbed = new StreamTester(settings, AdaptationTest.Adapting::new);
        StreamTester stream = new StreamTester(settings, AdaptationTest.Adapting::new)) {
      undisturbed.send(start).send(chunks).send(stop);
      stream.store().inner().put(Bytes.wrap("call-1".getBytes()), resource("call-v4.bin"));
      stream.store().reload();

      stream.send(chunks.subList(100, 120));
      stream.send(chunks.subList(225, chunks.size())).send(stop);

      assertThat(stream.deadLetters).isEmpty();
      assertThat(stream.metric("duplicate-chunks-total")).isEqualTo(20 + 1);
      assertThat(stream.events)
          .isEqualTo(undisturbed.events.subList(2, undisturbed.events.size()))
          .isNotEmpty();
      assertThat(stream.alerts).isEqualTo(undisturbed.alerts.subList(1, 2));
      assertThat(stream.summaries).isEqualTo(undisturbed.summaries).hasSize(1);
    }
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = CallStoreTest.class.getResourceAsStream("/state/" + name)) {
      return in.readAllBytes();
    }
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
    CallCodec other = codec(FeatureSpec.WIDEBAND_16K);

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
    "librosa-22k, 8000, 16",
    "librosa-22k, 96000, 16",
    "wideband-16k, 44100, 16",
    "telephone-8k, 8000, 16",
    "telephone-8k, 96000, 16",
    "telephone-8k-extended, 11025, 20",
    "wideband-16k-extended, 16000, 20",
    "wideband-16k-extended, 44100, 20",
    "wideband-16k-extended, 96000, 20",
  })
  void shouldKeepAChannelSmall(String specName, int rateHz, int maxKilobytes) {
    FeatureSpec spec = FeatureSpec.named(specName).orElseThrow();
    OpenModels models = StreamTester.open(StreamTester.plain(), spec, () -> new Silent(spec));
    OpenModels.OpenModel model = models.offered(rateHz);
    ChannelAnalyzer analyzer = new ChannelAnalyzer(model.extractor, WindowSettings.DEFAULT, rateHz);
    float[] audio = babble(1, rateHz, 3.9);
    analyzer.accept(audio, 0, audio.length, (begin, end, voiced, features) -> {});
    CallState call = new CallState("call-1");
    call.source = "test";
    StreamState stream = new StreamState("stream-1");
    ChannelState channel = new ChannelState("external", 0, ChannelRole.CUSTOMER);
    channel.inSegment = true;
    channel.encoding = AudioEncoding.PCM_S16LE;
    channel.sampleRateHz = rateHz;
    channel.model = model;
    channel.analyzer = analyzer;
    float[] ones = new float[FeatureLayout.of(spec).windowFeatureCount()];
    Arrays.fill(ones, 1);
    channel.normalization = new RunningNormalization(new Population(ones, ones, 10, 0));
    stream.channels.add(channel);
    call.streams.add(stream);

    byte[] bytes = write(new CallCodec(StreamTester.plain(), models), call);

    System.out.printf(
        "State of a channel, %s from %d Hz: %d bytes%n", specName, rateHz, bytes.length);
    assertThat(bytes.length).isLessThan(maxKilobytes << 10);
  }

  private static CallCodec codec(FeatureSpec spec) {
    return StreamTester.codec(StreamTester.plain(), spec, () -> new Silent(spec));
  }

  /** Fits any features, and is not asked. */
  private record Silent(FeatureSpec spec) implements EmotionClassifier {
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
      return new ModelIdentity("silent", "1", "0".repeat(64));
    }

    @Override
    public void classify(float[] features, int windowCount, float[] probabilities) {
      throw new UnsupportedOperationException();
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
