/**
 * The running Kafka Streams application: the production topology started with the settings, its
 * Kafka properties, its memory outside the heap, and how instances share the work. Serves the
 * commands {@code stream} and {@code demo}. May import {@code serving}, {@code settings} and {@code
 * process}, {@code streams}, {@code emotion}, and Kafka.
 */
package dev.speechemotion.app.running;
