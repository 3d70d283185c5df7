/**
 * The Kafka Streams application: the topology, the call processor and its state store, topics,
 * serdes in Confluent wire format, mapping to Avro, and the routing of bad records. May import
 * {@code audio}, {@code features}, {@code emotion}, the generated {@code avro} types, Kafka and the
 * registry client; it knows nothing of DJL.
 */
package dev.speechemotion.streams;
