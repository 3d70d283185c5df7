/**
 * What the application answers over HTTP: health, and metrics for Prometheus. Serves the command
 * {@code stream}. May import {@code settings}, {@code process}, and Kafka's metrics.
 */
package dev.speechemotion.app.http;
