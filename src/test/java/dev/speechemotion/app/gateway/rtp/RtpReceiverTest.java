package dev.speechemotion.app.gateway.rtp;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.speechemotion.app.fixtures.FreePort;
import dev.speechemotion.app.gateway.feed.ChunkOutbox;
import dev.speechemotion.app.gateway.feed.GatewayMeters;
import dev.speechemotion.app.gateway.feed.KafkaInMemory;
import dev.speechemotion.app.gateway.feed.StreamIdentity;
import dev.speechemotion.app.gateway.feed.StreamOutbox;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@Timeout(60)
class RtpReceiverTest {
  private static final EmotionSerdes SERDES = EmotionSerdes.of(RegistryClients.inMemory());

  private static Settings twoPorts() throws Exception {
    int port = Math.min(FreePort.find(), 65_000) & ~1;
    return Settings.of(Map.of(Property.GATEWAY_RTP_PORTS, "%d-%d".formatted(port, port + 3)));
  }

  private static RtpPort open(RtpReceiver receiver, Function<String, StreamOutbox> outboxes) {
    RtpRequest.Stream request =
        new RtpRequest.Stream(
            ChannelRole.CUSTOMER, Optional.empty(), Optional.empty(), RtpPayload.USUAL);
    return receiver
        .open(new RtpStream(request, outboxes, start -> start), Optional.empty())
        .orElseThrow();
  }

  private static void send(DatagramSocket sender, int port, int number) throws Exception {
    ByteBuffer packet =
        RtpPacketTest.packet(0x80, 0, number, 160 * number, 0xABCD, new byte[160]).slice();
    byte[] bytes = new byte[packet.remaining()];
    packet.get(bytes);
    sender.send(new DatagramPacket(bytes, bytes.length, InetAddress.getLoopbackAddress(), port));
  }

  @Test
  void shouldHearTheOthersWhenThePacketsOfOneCannotBeHandled() throws Exception {
    Logger logger = (Logger) LoggerFactory.getLogger(RtpPort.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    try (KafkaInMemory kafka = new KafkaInMemory();
        RtpReceiver receiver = new RtpReceiver(twoPorts(), kafka.meters(), () -> true);
        DatagramSocket sender = new DatagramSocket()) {
      RtpPort bad =
          open(
              receiver,
              source -> {
                throw new IllegalStateException("what was in the packet");
              });
      RtpPort good =
          open(
              receiver,
              source -> kafka.outbox().open(new StreamIdentity("call", source, "rtp", "2", null)));
      for (int number = 1; kafka.sent().size() < 10; number++) {
        send(sender, bad.number(), number);
        send(sender, good.number(), number);
        Thread.sleep(10);
      }

      assertThat(receiver.isAlive()).isTrue();
      assertThat(kafka.meters().page())
          .containsPattern("dropped_packets_total\\{reason=\"internal_error\"} [1-9]");
      assertThat(log.list)
          .singleElement()
          .extracting(ILoggingEvent::getFormattedMessage)
          .asString()
          .contains("IllegalStateException")
          .doesNotContain("what was in the packet");
    } finally {
      logger.detachAppender(log);
    }
  }

  /** Kafka may be away for longer than a session may be idle, and the call goes on. */
  @Test
  void shouldNotTakeASenderForIdleWhosePacketsFindNoRoom() throws Exception {
    try (GatewayMeters meters = new GatewayMeters();
        RtpReceiver receiver = new RtpReceiver(twoPorts(), meters, () -> false);
        DatagramSocket sender = new DatagramSocket()) {
      RtpPort port =
          open(
              receiver,
              source -> {
                throw new IllegalStateException("there is no room");
              });
      long before = port.lastArrivalNanos();
      for (int number = 1;
          meters.page().contains("dropped_packets_total{reason=\"kafka_is_slower\"} 0.0");
          number++) {
        send(sender, port.number(), number);
        Thread.sleep(10);
      }

      assertThat(port.lastArrivalNanos() - before).isPositive();
    }
  }

  /** Whose sending ends the thread that calls it. */
  private static final class EndingProducer extends MockProducer<String, AudioChunk> {
    private EndingProducer() {
      super(true, null, new StringSerializer(), SERDES.audioChunk().serializer());
    }

    @Override
    public synchronized Future<RecordMetadata> send(
        ProducerRecord<String, AudioChunk> record, Callback callback) {
      throw new StackOverflowError("of the test");
    }
  }

  @Test
  void shouldSayThatNothingIsHeardAnyMore() throws Exception {
    try (GatewayMeters meters = new GatewayMeters();
        EndingProducer kafka = new EndingProducer();
        ChunkOutbox outbox = new ChunkOutbox(kafka, "chunks", 1 << 20, meters);
        DatagramSocket sender = new DatagramSocket()) {
      RtpSessions sessions = new RtpSessions(twoPorts(), outbox, meters);
      assertThat(sessions.failure()).isEmpty();
      RtpSessions.Session session =
          sessions
              .open(
                  RtpRequest.parse("{\"callId\": \"call\", \"streams\": [{\"role\": \"agent\"}]}"))
              .orElseThrow();

      for (int number = 1; sessions.failure().isEmpty(); number++) {
        send(sender, session.ports().get(0).number(), number);
        Thread.sleep(10);
      }
      assertThat(sessions.failure()).contains("no more packets are read");
    }
  }
}
