/**
 * Why a record cannot be used, and where it goes then: {@code DeadLetters} makes the record and its
 * headers. Serves all that reads records. May import Kafka.
 */
package dev.speechemotion.streams.deadletters;
