package dev.speechemotion.app.wallboard;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.speechemotion.app.http.HttpRoutes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.HashSet;
import java.util.Optional;

/**
 * Answers with the page below {@code /wallboard/}, and for it and for other programs, as JSON:
 * {@code GET /api/calls}, {@code GET /api/calls/ID}, {@code GET /api/stream} (server-sent events),
 * and, where that is switched on, {@code POST /api/corrections}.
 */
final class WallboardRoutes implements HttpRoutes {
  private static final String JSON = "application/json";

  private final LiveCalls calls;
  private final PictureStream stream;
  private final Optional<CorrectionDesk> corrections;

  /**
   * @param corrections empty: none are taken
   */
  WallboardRoutes(LiveCalls calls, PictureStream stream, Optional<CorrectionDesk> corrections) {
    this.calls = calls;
    this.stream = stream;
    this.corrections = corrections;
  }

  @Override
  public void addTo(RoutesConfig routes) {
    PageFiles.addTo(routes);
    routes.get(
        "/api/calls", request -> answer(request, HttpStatus.OK, calls.picture(0, new HashSet<>())));
    routes.get("/api/calls/{id}", this::detail);
    routes.get("/api/stream", stream::answer);
    routes.post("/api/corrections", this::correct);
  }

  private void detail(Context request) {
    Optional<ObjectNode> detail = calls.detail(request.pathParam("id"));
    if (detail.isEmpty()) {
      refuse(request, HttpStatus.NOT_FOUND, "no such call is going on, or ended a short time ago");
    } else {
      answer(request, HttpStatus.OK, detail.get().put("correctable", corrections.isPresent()));
    }
  }

  /**
   * Another site's page cannot send JSON here: its browser would ask first, and is not answered.
   */
  private void correct(Context request) throws InterruptedException {
    String type = request.contentType();
    if (corrections.isEmpty()) {
      refuse(request, HttpStatus.NOT_FOUND, "corrections are off: set http.corrections");
    } else if (type == null || !mediaType(type).equalsIgnoreCase(JSON)) {
      refuse(request, HttpStatus.UNSUPPORTED_MEDIA_TYPE, "send a correction as " + JSON);
    } else {
      try {
        answer(request, HttpStatus.CREATED, corrections.get().take(request.bodyAsBytes()));
      } catch (CorrectionDesk.Refusal e) {
        refuse(request, e.status(), e.getMessage());
      }
    }
  }

  /** Without parameters, such as a charset. */
  private static String mediaType(String contentType) {
    return contentType.split(";", 2)[0].strip();
  }

  private static void refuse(Context request, HttpStatus status, String reason) {
    answer(request, status, JsonNodeFactory.instance.objectNode().put("error", reason));
  }

  private static void answer(Context request, HttpStatus status, ObjectNode body) {
    request.status(status).contentType(JSON).result(body.toString());
  }
}
