package dev.speechemotion.app.client;

import static dev.speechemotion.avro.ChannelRole.AGENT;
import static dev.speechemotion.avro.ChannelRole.CUSTOMER;
import static dev.speechemotion.avro.ChannelRole.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import java.util.List;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallPlayerTest {

  @ParameterizedTest(name = "interleaved: {0}")
  @ValueSource(booleans = {true, false})
  void shouldTellChannelsOfOneRoleApart(boolean interleaved) throws Exception {
    assertThat(channels(interleaved, List.of(CUSTOMER, AGENT)))
        .containsExactly(new AudioChannel(CUSTOMER, null), new AudioChannel(AGENT, null));
    assertThat(channels(interleaved, List.of(UNKNOWN, CUSTOMER, UNKNOWN)))
        .containsExactly(
            new AudioChannel(UNKNOWN, "unknown-0"),
            new AudioChannel(CUSTOMER, null),
            new AudioChannel(UNKNOWN, "unknown-2"));
  }

  /** Of the audio of a call, as far as they differ. */
  private static List<AudioChannel> channels(boolean interleaved, List<ChannelRole> roles)
      throws Exception {
    EmotionSerdes serdes = EmotionSerdes.of(RegistryClients.inMemory());
    try (MockProducer<String, AudioChunk> producer =
        new MockProducer<>(true, null, new StringSerializer(), serdes.audioChunk().serializer())) {
      CallPlayer.Format format =
          new CallPlayer.Format(
              20, AudioEncoding.MULAW, 8_000, Double.POSITIVE_INFINITY, interleaved);
      AudioClip clip = new AudioClip(8_000, new float[roles.size()][800]);
      new CallPlayer(producer, "audio-chunks", format)
          .play("call-1", clip, roles, new StopRequest());
      return producer.history().stream()
          .map(record -> record.value())
          .filter(chunk -> chunk.getKind() == ChunkKind.MEDIA)
          .flatMap(chunk -> chunk.getChannels().stream())
          .distinct()
          .toList();
    }
  }
}
