/**
 * Genesys AudioHook, version 2: the messages of a session's WebSocket, the signature of the request
 * that opens it, and what goes to Kafka of them; a stream goes on over several sessions when
 * connections are lost or gateways end. May import {@code gateway.feed}, {@code http}, {@code
 * settings}, and the avro types and serdes.
 */
package dev.speechemotion.app.gateway.audiohook;
