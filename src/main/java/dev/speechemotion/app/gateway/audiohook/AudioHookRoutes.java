package dev.speechemotion.app.gateway.audiohook;

import dev.speechemotion.app.gateway.feed.BadMessageException;
import dev.speechemotion.app.gateway.feed.ChunkOutbox;
import dev.speechemotion.app.gateway.feed.FeedSockets;
import dev.speechemotion.app.http.HttpRoutes;
import dev.speechemotion.app.http.WebSockets;
import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.streams.registry.EmotionSerdes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.websocket.api.Session;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens a WebSocket for each session at {@code /audiohook}, for requests with the right key. */
public final class AudioHookRoutes implements HttpRoutes, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AudioHookRoutes.class);

  public static final String PATH = "/audiohook";

  private final FeedSockets sockets;
  private final AudioHookSocket.Parts parts;
  private final Optional<RequestSigning> signing;

  /**
   * @throws CommandFailure if the settings do not fit together
   */
  public AudioHookRoutes(
      Settings settings, EmotionSerdes serdes, ChunkOutbox outbox, FeedSockets sockets) {
    this.sockets = sockets;
    String apiKey = settings.secret(Property.GATEWAY_AUDIOHOOK_API_KEY);
    byte[] secret = secret(settings);
    if (apiKey.isEmpty() && secret.length > 0) {
      throw new CommandFailure(
          "configuration: %s needs %s"
              .formatted(
                  Property.GATEWAY_AUDIOHOOK_CLIENT_SECRET, Property.GATEWAY_AUDIOHOOK_API_KEY));
    }
    if (!apiKey.isEmpty() && secret.length == 0) {
      LOG.warn(
          "whoever sees the API key once can send calls: set {}, so that requests are signed",
          Property.GATEWAY_AUDIOHOOK_CLIENT_SECRET);
    }
    signing =
        apiKey.isEmpty()
            ? Optional.empty()
            : Optional.of(new RequestSigning(apiKey, secret, Clock.systemUTC()));
    StreamEnds ends = new StreamEnds(settings, serdes);
    parts =
        new AudioHookSocket.Parts(
            sockets,
            outbox,
            new KnownStreams(KnownStreams.PATIENCE, ends::find),
            ends,
            settings.text(Property.GATEWAY_AUDIOHOOK_CHANNELS).equals("both"));
  }

  private static byte[] secret(Settings settings) {
    try {
      return Base64.getDecoder()
          .decode(settings.secret(Property.GATEWAY_AUDIOHOOK_CLIENT_SECRET).strip());
    } catch (IllegalArgumentException e) {
      // Its message would show a part of the secret.
      throw new CommandFailure(
          "configuration: " + Property.GATEWAY_AUDIOHOOK_CLIENT_SECRET + " is not base64");
    }
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
    return signing.isPresent() ? Set.of(PATH) : Set.of();
  }

  private Session.Listener accept(Context upgrade) {
    if (signing.isPresent()) {
      String query = upgrade.queryString();
      String path = upgrade.req().getRequestURI();
      try {
        signing.get().check(query == null ? path : path + "?" + query, upgrade::header);
      } catch (BadMessageException e) {
        throw sockets.unauthorized(e.getMessage());
      }
    }
    sockets.requireRoom();
    return new AudioHookSocket(
        parts, id(upgrade, "Audiohook-Session-Id"), id(upgrade, "Audiohook-Organization-Id"));
  }

  private static Optional<String> id(Context upgrade, String header) {
    return Optional.ofNullable(upgrade.header(header))
        .map(id -> id.strip().toLowerCase(Locale.ROOT));
  }

  @Override
  public void close() {
    parts.close();
  }
}
