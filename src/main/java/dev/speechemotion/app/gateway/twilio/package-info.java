/**
 * Twilio Media Streams: the messages of a stream's WebSocket, the signature of the request that
 * opens it, and what goes to Kafka of them. May import {@code gateway.feed}, {@code http}, {@code
 * settings}, and the avro types.
 */
package dev.speechemotion.app.gateway.twilio;
