package dev.speechemotion.streams.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.app.fixtures.HttpRegistry;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.streams.deadletters.RejectReason;
import dev.speechemotion.streams.deadletters.RejectedRecordException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A registry that was started again and knows nothing any more. */
class LostSchemasTest {
  private HttpRegistry server;
  private SchemaRegistry registry;
  private EmotionSerdes serdes;

  @BeforeEach
  void register() throws IOException {
    server = new HttpRegistry();
    registry = RegistryClients.connect(server.url(), Map.of());
    serdes = EmotionSerdes.of(registry);
    serdes.register("chunks", "events", "summaries", "alerts");
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void shouldRegisterAgainWhatIsLost() {
    serdes.restoreLost(registry);
    int before = idOf(written());
    server.forget();
    assertThat(server.subjects()).isEmpty();

    serdes.restoreLost(registry);

    assertThat(server.subjects())
        .containsExactly("alerts-value", "chunks-value", "events-value", "summaries-value");
    // Whoever reads the records anew finds the schema under the id that they name.
    assertThat(read(EmotionSerdes.of(registry), written())).isEqualTo(chunk());
    // The same id as before, so what was written before the loss can be read as well.
    assertThat(idOf(written())).isEqualTo(before);
  }

  @Test
  void shouldSayWhatIsLostAndRefused() {
    server.forget();
    server.forbidRegistration(true);

    assertThatThrownBy(() -> serdes.restoreLost(registry))
        .isInstanceOfSatisfying(
            SchemaRegistry.RegistryException.class, e -> assertThat(e.passing()).isFalse())
        .hasMessageContaining("the schema of topic chunks is lost and not registered again")
        .hasMessageContaining("the schema of topic alerts is lost")
        .hasMessageContaining("HTTP 403, may not write");

    server.forbidRegistration(false);
    serdes.restoreLost(registry);
    assertThat(server.subjects()).hasSize(4);
  }

  @Test
  void shouldTakeNothingForLostWhileTheRegistryIsAway() {
    server.close();

    assertThatThrownBy(() -> serdes.restoreLost(registry))
        .isInstanceOfSatisfying(
            SchemaRegistry.RegistryException.class, e -> assertThat(e.passing()).isTrue());
  }

  @Test
  void shouldReadAnIdThatWasGivenToAnotherSchemaByThatOne() throws Exception {
    int before = idOf(written());
    addOthers(10);
    int ofProducer = server.add(AudioChunk.getClassSchema().toString().replace("One message", "A"));
    assertThat(read(serdes, wire(ofProducer))).isEqualTo(chunk());
    server.forget();
    addOthers(4);

    serdes.restoreLost(registry);

    assertThat(idOf(written())).isEqualTo(before + 4);
    assertThat(read(EmotionSerdes.of(registry), written())).isEqualTo(chunk());
    assertThatThrownBy(() -> read(serdes, wire(before)))
        .isInstanceOfSatisfying(
            RejectedRecordException.class,
            e -> assertThat(e.reason()).isEqualTo(RejectReason.NOT_AVRO))
        .hasMessageContaining("found Other1");
    // An id that nobody has got stays what it was: the producer that has it goes on with it.
    assertThat(read(serdes, wire(ofProducer))).isEqualTo(chunk());
  }

  private void addOthers(int count) {
    for (int i = 1; i <= count; i++) {
      server.add("{\"type\": \"record\", \"name\": \"Other%d\", \"fields\": []}".formatted(i));
    }
  }

  private byte[] written() {
    return serdes.audioChunk().serializer().serialize("chunks", chunk());
  }

  private byte[] wire(int id) {
    byte[] bytes = written();
    ByteBuffer.wrap(bytes).putInt(1, id);
    return bytes;
  }

  private static int idOf(byte[] bytes) {
    return ByteBuffer.wrap(bytes).getInt(1);
  }

  private static AudioChunk read(EmotionSerdes serdes, byte[] bytes) {
    return serdes.audioChunk().deserializer().deserialize("chunks", bytes);
  }

  private static AudioChunk chunk() {
    return AudioChunk.newBuilder()
        .setCallId("call-1")
        .setStreamId("stream-1")
        .setKind(ChunkKind.START)
        .setSequenceNumber(1)
        .setIngestedAt(Instant.EPOCH)
        .build();
  }
}
