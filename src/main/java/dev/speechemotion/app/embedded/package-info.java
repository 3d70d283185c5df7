/**
 * What the demo brings along so that it needs nothing else: a Kafka broker within the process, and
 * a call to play. Serves the command {@code demo}, and tests. May import {@code process}, {@code
 * audio}, the Avro types and the Kafka server.
 */
package dev.speechemotion.app.embedded;
