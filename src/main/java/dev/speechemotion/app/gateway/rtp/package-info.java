/**
 * RTP from recorders and media servers: packets, what they say of a stream, the ports at which they
 * come, and the HTTP calls that open and close sessions. May import {@code gateway.feed}, {@code
 * http}, {@code settings}, {@code process}, and the avro types.
 */
package dev.speechemotion.app.gateway.rtp;
