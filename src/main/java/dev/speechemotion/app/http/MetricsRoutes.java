package dev.speechemotion.app.http;

import io.javalin.config.RoutesConfig;
import java.util.function.Supplier;

/** Answers {@code GET /metrics}, for Prometheus. */
public final class MetricsRoutes implements HttpRoutes {
  private static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final Supplier<String> page;

  /**
   * @param page in the text format of Prometheus; made anew each time
   */
  public MetricsRoutes(Supplier<String> page) {
    this.page = page;
  }

  @Override
  public void addTo(RoutesConfig routes) {
    routes.get("/metrics", request -> request.contentType(CONTENT_TYPE).result(page.get()));
  }
}
