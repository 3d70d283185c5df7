package dev.speechemotion.app.client;

import java.time.Instant;
import java.util.Optional;

/**
 * A record that could not be used.
 *
 * @param call its key, which is the call's id where it was a chunk
 * @param at when it was written to the topic that it was read from
 * @param origin that topic, with partition and offset
 * @param message why it could not be used, one line
 */
public record DeadLetter(
    String call, String reason, Optional<Instant> at, String origin, String message) {}
