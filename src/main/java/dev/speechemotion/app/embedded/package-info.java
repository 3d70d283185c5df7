/**
 * What the demo brings along so that it needs nothing else: a Kafka broker within the process, a
 * schema registry that other programs can ask too, and a call to play. Serves the commands {@code
 * demo} and {@code loadtest}, and tests. May import {@code http}, {@code settings}, {@code
 * process}, {@code audio}, {@code streams.registry}, the Avro types and the Kafka server.
 */
package dev.speechemotion.app.embedded;
