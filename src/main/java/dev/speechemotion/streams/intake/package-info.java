/**
 * What comes in: the rules that every chunk must keep, the roles of channels, and the order of a
 * stream's messages, which decides once what is to be done with each. Serves {@code call}. May
 * import {@code state}, {@code deadletters}, {@code audio}, the generated {@code avro} types and
 * Kafka.
 */
package dev.speechemotion.streams.intake;
