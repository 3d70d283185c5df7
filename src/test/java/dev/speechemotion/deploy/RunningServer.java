package dev.speechemotion.deploy;

/** What the application answers; {@link MetricsPageIT} asks a running one. */
final class RunningServer {
  static final String LIVE = "/health/live";
  static final String READY = "/health/ready";
  static final String METRICS = "/metrics";

  private RunningServer() {}
}
