package dev.speechemotion.audio;

import java.io.IOException;
import java.nio.file.Path;

/** Reads WAV and AIFF files; the content decides which it is, not the name. */
public final class AudioFiles {
  private AudioFiles() {}

  /**
   * Reads a whole file.
   *
   * @throws AudioFormatException if the file is empty, cut off, not audio, or in a format that is
   *     not supported
   * @throws IOException if the file cannot be read
   */
  public static AudioClip read(Path file) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Writes a clip as a WAV file with that encoding (any but {@code PCM_S16BE}). */
  public static void writeWav(Path file, AudioClip clip, AudioEncoding encoding)
      throws IOException {
    throw new UnsupportedOperationException();
  }
}
