package dev.speechemotion.app.gateway.twilio;

import dev.speechemotion.app.gateway.feed.ChunkOutbox;
import dev.speechemotion.app.gateway.feed.FeedSockets;
import dev.speechemotion.app.http.HttpRoutes;
import dev.speechemotion.app.http.WebSockets;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.avro.ChannelRole;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.websocket.api.Session;

/** Opens a WebSocket for each media stream at {@code /twilio}, for requests that Twilio signed. */
public final class TwilioRoutes implements HttpRoutes {
  public static final String PATH = "/twilio";

  private static final int MOST_SHOWN = 200;

  private final ChunkOutbox outbox;
  private final FeedSockets sockets;
  private final Optional<TwilioSignature> signature;
  private final String url;
  private final Map<String, ChannelRole> roles;

  public TwilioRoutes(Settings settings, ChunkOutbox outbox, FeedSockets sockets) {
    this.outbox = outbox;
    this.sockets = sockets;
    String authToken = settings.secret(Property.GATEWAY_TWILIO_AUTH_TOKEN);
    signature =
        authToken.isEmpty() ? Optional.empty() : Optional.of(new TwilioSignature(authToken));
    url = settings.text(Property.GATEWAY_TWILIO_URL);
    roles = settings.channelRoles(Property.GATEWAY_TWILIO_ROLES);
  }

  @Override
  public void addTo(RoutesConfig routes) {
    WebSockets.add(routes, PATH, this::accept);
  }

  @Override
  public Set<String> sockets() {
    return Set.of(PATH);
  }

  @Override
  public Set<String> socketsWithoutToken() {
    return signature.isPresent() ? Set.of(PATH) : Set.of();
  }

  private Session.Listener accept(Context upgrade) {
    if (signature.isPresent()) {
      requireSignature(upgrade);
    }
    sockets.requireRoom();
    return new TwilioSocket(sockets, outbox, roles);
  }

  private void requireSignature(Context upgrade) {
    String given = upgrade.header("X-Twilio-Signature");
    if (given == null) {
      throw sockets.unauthorized("it has no X-Twilio-Signature");
    }
    String address = address(upgrade);
    if (!signature.orElseThrow().isOf(address, given)) {
      throw sockets.unauthorized(
          "wrong signature",
          "its X-Twilio-Signature is not that of %s with %s; if Twilio calls another address, set %s to that"
              .formatted(
                  shown(address), Property.GATEWAY_TWILIO_AUTH_TOKEN, Property.GATEWAY_TWILIO_URL));
    }
  }

  /** Without what a query may hold, and no longer than a line: it may be anybody's. */
  private static String shown(String address) {
    String bare = address.replaceFirst("\\?.*", "?...").replaceAll("[^!-~]", "_");
    return bare.substring(0, Math.min(bare.length(), MOST_SHOWN));
  }

  /** What Twilio was told to call; TLS may end before this process. */
  private String address(Context upgrade) {
    String query = upgrade.queryString();
    String base =
        url.isEmpty() ? "wss://" + upgrade.header("Host") + upgrade.req().getRequestURI() : url;
    return query == null || base.contains("?") ? base : base + "?" + query;
  }
}
