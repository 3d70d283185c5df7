/**
 * What a call is: a tree of streams and channels that each chunk is handed down, its store, the
 * version of its stored form ({@code CallCodec}), the calls in progress, the processor that gives
 * them each chunk and sends on what comes of it, and the same for whoever wants their windows alone
 * ({@code CallWindows}). Serves the topology, and clients that hear a topic. May import all other
 * packages of {@code streams} but the top one and {@code registry}, and {@code audio}, {@code
 * features}, {@code emotion}, the generated {@code avro} types and Kafka.
 */
package dev.speechemotion.streams.call;
