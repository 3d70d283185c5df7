package dev.speechemotion.app.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.app.gateway.audiohook.AudioHookRoutes;
import dev.speechemotion.app.gateway.feed.ChunkOutbox;
import dev.speechemotion.app.gateway.feed.FeedSockets;
import dev.speechemotion.app.gateway.feed.GatewayMeters;
import dev.speechemotion.app.gateway.rtp.RtpSessions;
import dev.speechemotion.app.http.HttpRoutes;
import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a gateway says of settings with which it cannot start. */
class GatewayStartTest {
  @Test
  void shouldSayThatItNeedsAPort() {
    assertThatThrownBy(
            () -> GatewayProcess.run(Settings.of(Map.of()), parts -> null, new StopRequest()))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("http.port");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "20000", "20000-", "2000-1000", "0-10", "60000-70000", "a-b"})
  void shouldRefusePortsThatAreNoRange(String ports) {
    assertThatThrownBy(() -> Settings.of(Map.of(Property.GATEWAY_RTP_PORTS, ports)))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("gateway.rtp.ports");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "https://voice.example.com/twilio",
        "voice.example.com/twilio",
        "wss://",
        "wss:///twilio",
        "wss://a b/c"
      })
  void shouldRefuseAnAddressThatTwilioCannotCall(String url) {
    assertThatThrownBy(() -> Settings.of(Map.of(Property.GATEWAY_TWILIO_URL, url)))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContainingAll("gateway.twilio.url", "wss://voice.example.com/twilio");
  }

  @ParameterizedTest
  @ValueSource(strings = {"no.such.host.invalid", "192.0.2.1"})
  void shouldRefuseAnAddressAtWhichItCannotReceive(String host) {
    Settings settings = Settings.of(Map.of(Property.GATEWAY_RTP_HOST, host));
    try (GatewayMeters meters = new GatewayMeters()) {
      assertThatThrownBy(
              () -> new RtpSessions(settings, new ChunkOutbox(null, "chunks", 1, meters), meters))
          .isInstanceOf(CommandFailure.class)
          .hasMessageContainingAll("gateway.rtp.host", host, "is no address of this machine");
    }
  }

  @ParameterizedTest
  @CsvSource({"'',     c2VjcmV0, gateway.audiohook.api.key", "key, not base64!, not base64"})
  void shouldSayWhatIsWrongWithSecretsAndShowNone(String apiKey, String secret, String why) {
    assertThatThrownBy(() -> audioHook(apiKey, secret))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining(why)
        .hasMessageNotContaining("c2VjcmV0")
        .hasMessageNotContaining("base64!");
  }

  @Test
  void shouldAskForTheServersTokenUnlessThereIsAKey() {
    try (AudioHookRoutes open = audioHook("", "");
        AudioHookRoutes keyed = audioHook("key", "")) {
      assertThat(open.socketsWithoutToken()).isEmpty();
      assertThat(keyed.socketsWithoutToken()).isEqualTo(Set.of("/audiohook"));
    }
  }

  @Test
  void shouldNotBeOpenToWhoeverReachesIt() {
    String everywhere = "0.0.0.0";
    try (AudioHookRoutes open = audioHook("", "");
        AudioHookRoutes keyed = audioHook("key", "")) {
      assertThatThrownBy(() -> requireAuthentication(open, everywhere, ""))
          .isInstanceOf(CommandFailure.class)
          .hasMessageContainingAll("0.0.0.0", "http.token", "anybody could send calls");
      assertThatThrownBy(() -> requireAuthentication(open, everywhere, " "))
          .isInstanceOf(CommandFailure.class);
      assertThatCode(() -> requireAuthentication(open, everywhere, "the-token"))
          .doesNotThrowAnyException();
      assertThatCode(() -> requireAuthentication(keyed, everywhere, "")).doesNotThrowAnyException();
      assertThatCode(() -> requireAuthentication(open, "127.0.0.1", "")).doesNotThrowAnyException();
    }
  }

  private static void requireAuthentication(HttpRoutes routes, String host, String token) {
    GatewayProcess.requireAuthentication(
        Settings.of(Map.of(Property.HTTP_HOST, host, Property.HTTP_TOKEN, token)),
        new GatewayProcess.Feed(routes, "/", Optional::empty, () -> {}));
  }

  private static AudioHookRoutes audioHook(String apiKey, String secret) {
    Settings settings =
        Settings.of(
            Map.of(
                Property.GATEWAY_AUDIOHOOK_API_KEY, apiKey,
                Property.GATEWAY_AUDIOHOOK_CLIENT_SECRET, secret));
    try (GatewayMeters meters = new GatewayMeters()) {
      return new AudioHookRoutes(
          settings,
          EmotionSerdes.of(RegistryClients.inMemory()),
          null,
          new FeedSockets(settings, meters, null));
    }
  }
}
