package dev.speechemotion.app.gateway.audiohook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.speechemotion.app.client.ChunkProducer;
import dev.speechemotion.app.client.ClusterReadiness;
import dev.speechemotion.app.embedded.EmbeddedBroker;
import dev.speechemotion.app.fixtures.HttpRegistry;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import dev.speechemotion.streams.registry.SchemaRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@Timeout(120)
class StreamEndsIT {
  @Test
  void shouldNotTakeAStreamThatItCannotReadForOneThatHasNotBegun() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start();
        HttpRegistry server = new HttpRegistry();
        SchemaRegistry senders = RegistryClients.connect(server.url(), Map.of());
        SchemaRegistry readers = RegistryClients.connect(server.url(), Map.of())) {
      Settings settings =
          Settings.of(Map.of(Property.BOOTSTRAP_SERVERS, broker.bootstrapServers()));
      String topic = settings.text(Property.TOPIC_CHUNKS);
      new ClusterReadiness(settings).requireTopics(List.of(topic), true, new StopRequest());
      try (Producer<String, AudioChunk> producer =
          ChunkProducer.create(settings, EmotionSerdes.of(senders))) {
        AudioChunk start =
            AudioChunk.newBuilder()
                .setCallId("call")
                .setStreamId("stream")
                .setSequenceNumber(4)
                .setKind(ChunkKind.START)
                .setIngestedAt(Instant.now())
                .build();
        producer.send(new ProducerRecord<>(topic, "call", start)).get(60, TimeUnit.SECONDS);
      }
      server.answerAlways(503, "");
      try (StreamEnds ends = new StreamEnds(settings, EmotionSerdes.of(readers))) {
        assertThatThrownBy(() -> ends.find("call", "stream").get(60, TimeUnit.SECONDS))
            .hasCauseInstanceOf(SchemaRegistry.RegistryException.class);

        server.answerAsAsked();
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        Logger kafka = (Logger) LoggerFactory.getLogger("org.apache.kafka.clients");
        kafka.addAppender(log);
        try {
          assertThat(ends.find("call", "stream").get(60, TimeUnit.SECONDS))
              .contains(new StreamEnds.End(5, 0, false));
        } finally {
          kafka.detachAppender(log);
        }
        assertThat(log.list).extracting(ILoggingEvent::getFormattedMessage).isEmpty();
      }
    }
  }
}
