package dev.speechemotion.app.http;

import io.javalin.config.RoutesConfig;

/** What the HTTP server answers besides others: health, metrics, the wallboard, a gateway. */
@FunctionalInterface
public interface HttpRoutes {

  /** Adds the handlers; called once, before the server listens. */
  void addTo(RoutesConfig routes);
}
