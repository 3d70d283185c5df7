/**
 * The Kafka Streams application's topology and what it can be told. Below it, in the order in which
 * data comes by: {@code deadletters}, {@code registry}, {@code intake}, {@code models}, {@code
 * media}, {@code results} and {@code call}; all write their state with {@code state}. May import
 * {@code audio}, {@code features}, {@code emotion}, the generated {@code avro} types, Kafka and the
 * registry client; it knows nothing of DJL.
 */
package dev.speechemotion.streams;
