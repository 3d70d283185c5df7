package dev.speechemotion.streams;

import dev.speechemotion.avro.AudioChunk;

/** A valid chunk, and the bytes it came as, should it have to go to the dead letters after all. */
record ReceivedChunk(AudioChunk chunk, byte[] key, byte[] value) {}
