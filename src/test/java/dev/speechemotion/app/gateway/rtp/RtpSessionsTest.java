package dev.speechemotion.app.gateway.rtp;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.speechemotion.app.fixtures.FreePort;
import dev.speechemotion.app.gateway.feed.KafkaInMemory;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChunkKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

class RtpSessionsTest {
  private static final int PACKETS = 100;

  @Test
  @Timeout(60)
  void shouldGiveAPortToTheNextSessionAlsoIfNothingCameThere() throws Exception {
    int port = FreePort.find() & ~1;
    Settings settings =
        Settings.of(Map.of(Property.GATEWAY_RTP_PORTS, "%d-%d".formatted(port, port + 1)));
    RtpRequest request =
        RtpRequest.parse("{\"callId\": \"call-1\", \"streams\": [{\"role\": \"customer\"}]}");
    try (KafkaInMemory kafka = new KafkaInMemory();
        RtpSessions sessions = new RtpSessions(settings, kafka.outbox(), kafka.meters())) {
      for (int i = 0; i < 3; i++) {
        Optional<RtpSessions.Session> session = sessions.open(request);
        while (session.isEmpty()) {
          Thread.sleep(10);
          session = sessions.open(request);
        }
        assertThat(sessions.open(request)).isEmpty();
        assertThat(sessions.close(session.get().id(), "ended")).isPresent();
      }
    }
  }

  @Test
  @Timeout(60)
  void shouldTakeWhatHasArrivedBeforeASessionCloses() throws Exception {
    int port = FreePort.find() & ~1;
    Settings settings =
        Settings.of(Map.of(Property.GATEWAY_RTP_PORTS, "%d-%d".formatted(port, port + 1)));
    RtpRequest request =
        RtpRequest.parse("{\"callId\": \"call-1\", \"streams\": [{\"role\": \"customer\"}]}");
    try (KafkaInMemory kafka = new KafkaInMemory();
        RtpSessions sessions = new RtpSessions(settings, kafka.outbox(), kafka.meters());
        DatagramSocket sender = new DatagramSocket()) {
      RtpSessions.Session session = sessions.open(request).orElseThrow();
      for (int i = 0; i < PACKETS; i++) {
        ByteBuffer packet =
            RtpPacketTest.packet(0x80, 0, i, 160 * i, 0xABCD, new byte[160]).slice();
        byte[] bytes = new byte[packet.remaining()];
        packet.get(bytes);
        sender.send(
            new DatagramPacket(
                bytes,
                bytes.length,
                InetAddress.getLoopbackAddress(),
                session.ports().get(0).number()));
      }
      assertThat(sessions.close(session.id(), "closed")).isPresent();

      // START, the packets, STOP.
      assertThat(kafka.sent()).hasSize(1 + PACKETS + 1);
      assertThat(kafka.sent().get(1 + PACKETS).getKind()).isEqualTo(ChunkKind.STOP);
    }
  }

  @Test
  @Timeout(60)
  void shouldTellOncePerPortWhatIsWrongWithItsPackets() throws Exception {
    int first = FreePort.find() & ~1;
    Settings settings =
        Settings.of(
            Map.of(
                Property.GATEWAY_RTP_PORTS,
                "%d-%d".formatted(Math.min(first, 65_000), Math.min(first, 65_000) + 20)));
    RtpRequest request =
        RtpRequest.parse(
            "{\"callId\": \"call-1\", \"streams\": [{\"role\": \"customer\"},"
                + " {\"role\": \"agent\", \"from\": \"192.0.2.1\"}]}");
    Logger logger = (Logger) LoggerFactory.getLogger(RtpPort.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    try (KafkaInMemory kafka = new KafkaInMemory();
        RtpSessions sessions = new RtpSessions(settings, kafka.outbox(), kafka.meters());
        DatagramSocket sender = new DatagramSocket()) {
      assertThat(kafka.meters().page())
          .contains("dropped_packets_total{reason=\"other_sender\"} 0.0");
      RtpSessions.Session session = sessions.open(request).orElseThrow();
      for (int i = 0; i < 3; i++) {
        for (RtpPort port : session.ports()) {
          ByteBuffer packet = RtpPacketTest.packet(0x80, 97, i, 160 * i, 0xABCD, new byte[160]);
          sender.send(
              new DatagramPacket(
                  packet.array(),
                  packet.remaining(),
                  InetAddress.getLoopbackAddress(),
                  port.number()));
        }
      }
      assertThat(sessions.close(session.id(), "closed")).isPresent();

      assertThat(kafka.meters().page())
          .contains("dropped_packets_total{reason=\"unknown_payload_type\"} 3.0")
          .contains("dropped_packets_total{reason=\"other_sender\"} 3.0");
      assertThat(log.list)
          .extracting(ILoggingEvent::getFormattedMessage)
          .satisfiesExactlyInAnyOrder(
              line ->
                  assertThat(line)
                      .contains("payload type 97, which is not in the session's payloadTypes"),
              line ->
                  assertThat(line)
                      .contains("comes from 127.0.0.1:" + sender.getLocalPort())
                      .contains("not the session's from"));
    } finally {
      logger.detachAppender(log);
    }
  }

  @Test
  @Timeout(60)
  void shouldEndTheStreamsOfASessionForWhichThereAreTooFewPorts() throws Exception {
    int first = Math.min(FreePort.find(), 65_000) & ~1;
    Settings settings =
        Settings.of(Map.of(Property.GATEWAY_RTP_PORTS, "%d-%d".formatted(first, first + 29)));
    RtpRequest request =
        RtpRequest.parse(
            "{\"callId\": \"call-1\", \"streams\": [%s]}".formatted("{},".repeat(15) + "{}"));
    try (KafkaInMemory kafka = new KafkaInMemory();
        RtpSessions sessions = new RtpSessions(settings, kafka.outbox(), kafka.meters())) {
      AtomicBoolean enough = new AtomicBoolean();
      Thread sender = new Thread(() -> sendToAll(first, enough));
      sender.start();
      try {
        // Packets come while the ports are opened, until one is missing.
        while (kafka.sent().stream().noneMatch(each -> each.getKind() == ChunkKind.MEDIA)
            || kafka.sent().size() < 100) {
          assertThat(sessions.open(request)).isEmpty();
        }
      } finally {
        enough.set(true);
        sender.join();
      }

      // One after the other, as far as a stream's id tells: each begins, goes on, and ends.
      Map<String, ChunkKind> last = new HashMap<>();
      for (AudioChunk each : kafka.sent()) {
        ChunkKind kind = each.getKind();
        ChunkKind before = last.put(each.getStreamId(), kind);
        assertThat(kind == ChunkKind.START).isEqualTo(before == null || before == ChunkKind.STOP);
      }
      assertThat(last.values()).containsOnly(ChunkKind.STOP);
      assertThat(kafka.meters().page()).contains("speech_emotion_gateway_streams 0.0");
    }
  }

  private static void sendToAll(int first, AtomicBoolean enough) {
    try (DatagramSocket sender = new DatagramSocket()) {
      for (int number = 0; !enough.get(); number++) {
        byte[] bytes = new byte[12 + 160];
        RtpPacketTest.packet(0x80, 0, number & 0xFFFF, 160 * number, 0xABCD, new byte[160])
            .slice()
            .get(bytes);
        for (int port = first; port < first + 30; port += 2) {
          sender.send(
              new DatagramPacket(bytes, bytes.length, InetAddress.getLoopbackAddress(), port));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
