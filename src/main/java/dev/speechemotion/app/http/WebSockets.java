package dev.speechemotion.app.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.io.IOException;
import org.eclipse.jetty.ee10.websocket.server.JettyWebSocketServerContainer;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.websocket.api.Session;

/**
 * WebSockets that are read only when their listener asks for the next message. Javalin's own are
 * read on whatever becomes of what came, so a sender that is faster than the consumer of its
 * messages would have to be held up by a thread that waits.
 */
public final class WebSockets {
  private WebSockets() {}

  /** Decides on a request for a WebSocket. */
  @FunctionalInterface
  public interface Acceptor {
    /**
     * The listener of the new socket.
     *
     * @throws io.javalin.http.HttpResponseException if the request is refused
     */
    Session.Listener accept(Context upgrade);
  }

  /** Adds a path at which WebSockets are opened. */
  public static void add(RoutesConfig routes, String path, Acceptor acceptor) {
    // Makes the path known; its handler is never reached.
    routes.ws(path, unused -> {});
    routes.wsBeforeUpgrade(
        path,
        upgrade -> {
          try {
            open(upgrade, acceptor.accept(upgrade));
          } catch (HttpResponseException e) {
            refuse(upgrade, e);
          }
          upgrade.skipRemainingHandlers();
        });
  }

  private static void open(Context upgrade, Session.Listener listener) throws IOException {
    boolean opened;
    try {
      opened =
          JettyWebSocketServerContainer.getContainer(upgrade.req().getServletContext())
              .upgrade((request, response) -> listener, upgrade.req(), upgrade.res());
    } catch (HttpException.RuntimeException e) {
      opened = false;
    }
    if (!opened) {
      throw new BadRequestResponse("not a WebSocket's handshake of version 13\n");
    }
  }

  /** Answers with the reason, which Javalin leaves out of the answer to a request for a socket. */
  static void refuse(Context upgrade, HttpResponseException why) throws IOException {
    upgrade.res().setStatus(why.getStatus());
    upgrade.res().setContentType("text/plain; charset=utf-8");
    upgrade.res().getWriter().write(why.getMessage().strip() + "\n");
    upgrade.skipRemainingHandlers();
  }
}
