package dev.speechemotion.app.gateway.rtp;

import dev.speechemotion.app.gateway.feed.BadMessageException;
import dev.speechemotion.app.gateway.feed.FeedJson;
import dev.speechemotion.app.http.HttpRoutes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Opens a session at {@code POST /rtp/sessions}, and closes it at {@code DELETE
 * /rtp/sessions/{id}}, which is answered when Kafka has all of it.
 */
public final class RtpRoutes implements HttpRoutes {
  public static final String PATH = "/rtp/sessions";
  private static final long ACKNOWLEDGED_WITHIN_SECONDS = 20;

  private final RtpSessions sessions;

  public RtpRoutes(RtpSessions sessions) {
    this.sessions = sessions;
  }

  @Override
  public void addTo(RoutesConfig routes) {
    routes.post(PATH, this::open);
    routes.delete(PATH + "/{id}", this::close);
  }

  private void open(Context request) {
    try {
      Optional<RtpSessions.Session> session = sessions.open(RtpRequest.parse(request.body()));
      if (session.isEmpty()) {
        error(
            request,
            HttpStatus.SERVICE_UNAVAILABLE,
            "no port is free, or too many streams are open");
        return;
      }
      String host = sessions.host().getHostAddress();
      List<Map<String, Object>> streams = new ArrayList<>();
      session
          .get()
          .ports()
          .forEach(port -> streams.add(Map.of("host", host, "port", port.number())));
      json(
          request.status(HttpStatus.CREATED).header("Location", PATH + "/" + session.get().id()),
          Map.of("id", session.get().id(), "streams", streams));
    } catch (BadMessageException e) {
      sessions.bad(e);
      error(request, HttpStatus.BAD_REQUEST, e.getMessage());
    }
  }

  private void close(Context request) {
    Optional<CompletableFuture<Void>> closed = sessions.close(request.pathParam("id"), "closed");
    if (closed.isEmpty()) {
      error(request, HttpStatus.NOT_FOUND, "there is no such session");
      return;
    }
    request.future(
        () ->
            closed
                .get()
                .orTimeout(ACKNOWLEDGED_WITHIN_SECONDS, TimeUnit.SECONDS)
                .handle(
                    (done, failure) -> {
                      if (failure == null) {
                        request.status(HttpStatus.NO_CONTENT);
                      } else {
                        error(
                            request,
                            HttpStatus.GATEWAY_TIMEOUT,
                            "Kafka has not acknowledged the session's end yet");
                      }
                      return null;
                    }));
  }

  private static void error(Context request, HttpStatus status, String why) {
    json(request.status(status), Map.of("error", why));
  }

  private static void json(Context request, Map<String, ?> body) {
    request
        .contentType("application/json; charset=utf-8")
        .result(FeedJson.write(body).concat("\n"));
  }
}
