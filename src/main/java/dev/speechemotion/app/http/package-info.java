/**
 * What the application answers over HTTP: health, and metrics for Prometheus. Serves the command
 * {@code stream}. May import {@code settings} and {@code process}, {@code emotion}, and what Kafka
 * says of itself; nothing of the running application, which is handed in.
 */
package dev.speechemotion.app.http;
