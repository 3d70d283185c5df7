/**
 * Is the audio what the feed says it is? Finds wrong media offsets and payloads, and says what to
 * do about them. May import {@code streams.state}, {@code audio}, and the generated {@code avro}.
 */
package dev.speechemotion.streams.quality;
