package dev.speechemotion.app.gateway.twilio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.speechemotion.app.gateway.feed.FeedSockets;
import dev.speechemotion.app.gateway.feed.GatewayMeters;
import dev.speechemotion.app.http.HttpServer;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class TwilioRoutesTest {
  @Test
  void shouldSayForWhichAddressASignatureWasExpectedAndWhetherThereWasOne() {
    Settings settings =
        Settings.of(
            Map.of(Property.HTTP_PORT, "0", Property.GATEWAY_TWILIO_AUTH_TOKEN, "the secret"));
    Logger logger = (Logger) LoggerFactory.getLogger(FeedSockets.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    try (GatewayMeters meters = new GatewayMeters();
        HttpServer server =
            HttpServer.start(
                    settings,
                    List.of(
                        new TwilioRoutes(settings, null, new FeedSockets(settings, meters, null))))
                .orElseThrow()) {
      String signature = "X-Twilio-Signature";
      assertThatThrownBy(() -> open(server, "", "Any-Header")).hasStackTraceContaining("401");
      assertThatThrownBy(() -> open(server, "", signature)).hasStackTraceContaining("401");
      assertThatThrownBy(() -> open(server, "?a=private", signature))
          .hasStackTraceContaining("401");

      assertThat(log.list)
          .filteredOn(event -> event.getLevel() == Level.WARN)
          .extracting(ILoggingEvent::getFormattedMessage)
          .satisfiesExactly(
              missing -> assertThat(missing).contains("it has no X-Twilio-Signature"),
              wrong ->
                  assertThat(wrong)
                      .contains("wss://127.0.0.1:" + server.port() + "/twilio with")
                      .contains("gateway.twilio.url"));
      assertThat(log.list).noneMatch(event -> event.toString().contains("private"));
    } finally {
      logger.detachAppender(log);
    }
  }

  private static void open(HttpServer server, String query, String header) throws Exception {
    HttpClient.newHttpClient()
        .newWebSocketBuilder()
        .header(header, "AAAA")
        .buildAsync(
            URI.create("ws://127.0.0.1:" + server.port() + "/twilio" + query),
            new WebSocket.Listener() {})
        .get();
  }
}
