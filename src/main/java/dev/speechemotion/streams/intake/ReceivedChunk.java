package dev.speechemotion.streams.intake;

/** A valid chunk, and the bytes it came as, should it have to go to the dead letters after all. */
public record ReceivedChunk(Message message, byte[] key, byte[] value) {}
