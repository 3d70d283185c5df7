/**
 * The other side of the topics: checks that a cluster is ready, plays recordings into it as calls,
 * reads the results out of it, sends dead letters back, hears what is in the input topic. Serves
 * the commands, and tests. May import {@code settings} and {@code process}, {@code streams}, {@code
 * audio}, the Avro types and Kafka's clients; nothing of the running application.
 */
package dev.speechemotion.app.client;
