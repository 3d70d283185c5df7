/**
 * What all gateways have in common: the way of a message to Kafka and the bound on what is on it
 * (ChunkOutbox, StreamOutbox), WebSockets that are read within that bound, JSON from outside, and
 * what is counted. Serves the gateways. May import the JSON, Jetty's WebSockets, Micrometer, and
 * the avro types; none of the gateways.
 */
package dev.speechemotion.app.gateway.feed;
