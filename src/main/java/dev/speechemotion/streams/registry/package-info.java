/**
 * What speaks to the schema registry: the registry as the stream sees it, Avro in Confluent wire
 * format, and the serdes of all topics. Serves the topology, producers and consumers. May import
 * {@code deadletters}, the generated {@code avro} types, Kafka, and, in {@code RegistryClients}
 * alone, the registry client.
 */
package dev.speechemotion.streams.registry;
