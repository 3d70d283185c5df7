/**
 * Why a record cannot be used, and where it goes then. Serves all that reads records. May import
 * Kafka.
 */
package dev.speechemotion.streams.deadletters;
