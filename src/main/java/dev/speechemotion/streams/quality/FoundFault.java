package dev.speechemotion.streams.quality;

import dev.speechemotion.avro.AudioFault;

/**
 * Wrong audio that was found.
 *
 * @param advice one line for people: what was heard, what is done, and what to mend
 */
public record FoundFault(AudioFault fault, String advice) {}
