package dev.speechemotion.app.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
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
          Session.Listener listener = acceptor.accept(upgrade);
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
          upgrade.skipRemainingHandlers();
        });
  }
}
