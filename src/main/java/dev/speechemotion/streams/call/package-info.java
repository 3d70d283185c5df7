/**
 * What a call is: a tree of streams and channels that each chunk is handed down, its store, the
 * version of its stored form ({@code CallCodec}), and the processor that finds the call of a chunk
 * and sends on what comes of it. Serves the topology. May import all other packages of {@code
 * streams} but the top one and {@code registry}, and {@code audio}, {@code features}, {@code
 * emotion}, the generated {@code avro} types and Kafka.
 */
package dev.speechemotion.streams.call;
