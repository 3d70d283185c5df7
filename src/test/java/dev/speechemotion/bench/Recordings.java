package dev.speechemotion.bench;

import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioFiles;
import java.io.IOException;
import java.nio.file.Path;

/** The real speech that benchmarks run over. */
public final class Recordings {
  private Recordings() {}

  /** {@code [samples]} of one sentence at 8,000, 16,000 or 22,050 Hz, in [-1, 1]. */
  public static float[] speech(int sampleRateHz) throws IOException {
    String name = "emodb-03a01Fa-" + sampleRateHz + ".wav";
    AudioClip clip = AudioFiles.read(Path.of("src/test/resources/reference", name));
    return clip.channel(0);
  }
}
