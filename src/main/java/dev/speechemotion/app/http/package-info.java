/**
 * The HTTP server of a process, and what it answers whatever runs: health, and metrics for
 * Prometheus. What else is answered is handed in as HttpRoutes; WebSockets are read on demand. May
 * import {@code settings} and {@code process}, and the states of Kafka Streams; nothing of the
 * running application.
 */
package dev.speechemotion.app.http;
