package dev.speechemotion.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.avro.PayloadEncoding;
import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.streams.call.CallSettings;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * How to test with the production topology, without a broker, a registry or a neural network: copy
 * this class and put your own classifier or settings into it.
 */
public class EmotionTopologyTest {
  /** The defaults, but that each window counts by itself, and whatever share of it is speech. */
  private final StreamSettings settings =
      StreamSettings.defaults(
          new CallSettings(
              Set.of(ChannelRole.CUSTOMER, ChannelRole.UNKNOWN),
              Map.of(),
              Duration.ofMillis(500),
              128,
              Duration.ofMillis(200),
              0,
              false,
              Duration.ZERO,
              0,
              List.of(),
              Duration.ofMinutes(5),
              Duration.ofMinutes(10),
              Duration.ZERO));

  private final EmotionSerdes serdes = EmotionSerdes.of(RegistryClients.inMemory());
  private final TopologyTestDriver driver =
      new TopologyTestDriver(
          EmotionTopology.build(settings, FeatureSpec.TELEPHONE_8K, HighIsAngry::new, serdes),
          new Properties());
  private final TestInputTopic<String, AudioChunk> chunks =
      driver.createInputTopic(
          settings.chunksTopic(), new StringSerializer(), serdes.audioChunk().serializer());
  private final TestOutputTopic<String, EmotionEvent> events =
      driver.createOutputTopic(
          settings.eventsTopic(), new StringDeserializer(), serdes.emotionEvent().deserializer());
  private final TestOutputTopic<String, CallSummary> summaries =
      driver.createOutputTopic(
          settings.summariesTopic(), new StringDeserializer(), serdes.callSummary().deserializer());

  @AfterEach
  void closeDriver() {
    driver.close();
  }

  @Test
  void shouldEmitOneEventPerWindow() {
    // given 5 s of a low and 5 s of a high tone, in chunks of 20 ms
    for (int i = 0; i < 500; i++) {
      chunks.pipeInput("call-1", tone(i, i < 250 ? 440 : 3_000));
    }

    // when
    chunks.pipeInput("call-1", stop(500));

    // then there is a window of 3 s every second
    List<EmotionEvent> windows = events.readValuesToList();
    assertThat(windows).extracting(EmotionEvent::getSequenceNumber).startsWith(0L, 1L, 2L, 3L);
    assertThat(windows).extracting(EmotionEvent::getBeginMs).startsWith(0L, 1_000L, 2_000L);
    assertThat(windows).extracting(EmotionEvent::getEndMs).startsWith(3_000L, 4_000L, 5_000L);
    assertThat(windows.get(0).getEmotion()).isEqualTo("neutral");
    assertThat(windows.get(7).getEmotion()).isEqualTo("angry");
    // (a tone of f Hz changes its sign 2 f times a second)
    assertThat(windows.get(7).getConfidence()).isCloseTo(2 * 3_000 / 8_000f, within(0.01f));
    assertThat(windows.get(7).getProbabilities().values().stream().mapToDouble(p -> p).sum())
        .isCloseTo(1, within(1e-6));

    // and one summary of the call
    CallSummary summary = summaries.readValue();
    assertThat(summary.getDurationMs()).isEqualTo(10_000);
    assertThat(summary.getChannels().get(0).getEventCount()).isEqualTo(windows.size());
    assertThat(summaries.isEmpty()).isTrue();
  }

  /** 20 ms of a tone, sampled at 8,000 Hz, in mu-law. */
  private static AudioChunk tone(int index, int frequencyHz) {
    float[] samples = new float[160];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = 0.5f * (float) Math.sin(2 * Math.PI * frequencyHz * (index * 160 + i) / 8_000);
    }
    byte[] payload = new byte[160];
    AudioEncoding.MULAW.encode(samples, 0, samples.length, payload, 0);
    return chunk(index, ChunkKind.MEDIA).setPayload(ByteBuffer.wrap(payload)).build();
  }

  private static AudioChunk stop(int index) {
    return chunk(index, ChunkKind.STOP).build();
  }

  private static AudioChunk.Builder chunk(int index, ChunkKind kind) {
    return AudioChunk.newBuilder()
        .setCallId("call-1")
        .setStreamId("stream-1")
        .setKind(kind)
        .setSequenceNumber(index)
        .setMediaOffsetMicros(index * 20_000L)
        .setChannels(List.of(new AudioChannel(ChannelRole.CUSTOMER, "inbound")))
        .setEncoding(PayloadEncoding.MULAW)
        .setSampleRateHz(8_000)
        .setIngestedAt(Instant.EPOCH);
  }

  /** A classifier in plain Java: the more sign changes (the last feature), the angrier. */
  public static class HighIsAngry implements EmotionClassifier {
    @Override
    public List<String> labels() {
      return List.of("neutral", "angry");
    }

    @Override
    public int featureCount() {
      return FeatureLayout.of(FeatureSpec.TELEPHONE_8K).windowFeatureCount();
    }

    @Override
    public ModelIdentity model() {
      return new ModelIdentity("high-is-angry", "1", "0".repeat(64));
    }

    @Override
    public void classify(float[] features, int windowCount, float[] probabilities) {
      for (int i = 0; i < windowCount; i++) {
        float signChanges = features[(i + 1) * featureCount() - 1];
        probabilities[2 * i] = 1 - signChanges;
        probabilities[2 * i + 1] = signChanges;
      }
    }

    @Override
    public void close() {}
  }
}
