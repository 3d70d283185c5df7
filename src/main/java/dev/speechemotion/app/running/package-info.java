/**
 * The running Kafka Streams application: the production topology started with the settings, its
 * Kafka properties, its memory outside the heap, how instances share the work, what is asked of the
 * changelog topic, and what is told of a failure and of input that was deleted unread. Serves the
 * commands {@code stream} and {@code demo}. May import {@code serving}, {@code settings} and {@code
 * process}, {@code streams}, {@code emotion}, and Kafka.
 */
package dev.speechemotion.app.running;
