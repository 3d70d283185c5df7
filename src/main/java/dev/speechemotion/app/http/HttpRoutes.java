package dev.speechemotion.app.http;

import io.javalin.config.RoutesConfig;
import java.util.Set;

/** What the HTTP server answers besides others: health, metrics, the wallboard, a gateway. */
@FunctionalInterface
public interface HttpRoutes {

  /** Adds the handlers; called once, before the server listens. */
  void addTo(RoutesConfig routes);

  /** Paths of WebSockets. */
  default Set<String> sockets() {
    return Set.of();
  }

  /**
   * Those of them whose clients have no token, since they prove in another way who they are; the
   * handlers see to that.
   */
  default Set<String> socketsWithoutToken() {
    return Set.of();
  }
}
