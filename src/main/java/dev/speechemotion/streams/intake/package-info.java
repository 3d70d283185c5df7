/**
 * What comes in: the rules that every chunk must keep, the roles of channels, and the order of a
 * stream's messages. {@code StreamOrder} decides once what is to be done with each ({@code Call}
 * asks it, and decides alone only for calls that have ended or have too many channels); {@code
 * MessageOrder} keeps the numbers and what waits. Serves {@code call}. May import {@code state},
 * {@code deadletters}, {@code quality}, {@code audio}, the generated {@code avro} types and Kafka.
 */
package dev.speechemotion.streams.intake;
