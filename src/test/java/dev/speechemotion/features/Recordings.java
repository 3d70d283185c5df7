package dev.speechemotion.features;

import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioFiles;
import dev.speechemotion.audio.Resampler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Recordings of EmoDB: those that the repository holds, and all where the corpus is there. */
final class Recordings {
  private static final Path BUNDLED = Path.of("src/main/resources/demo");
  private static final Path CORPUS = Path.of("data/EmoDB/wav");

  private Recordings() {}

  static List<Path> bundled() throws IOException {
    return list(BUNDLED);
  }

  /** Empty where the corpus is not there. */
  static List<Path> corpus() throws IOException {
    return Files.isDirectory(CORPUS) ? list(CORPUS) : List.of();
  }

  private static List<Path> list(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".wav")).sorted().toList();
    }
  }

  static float[] samples(Path file, int sampleRateHz) throws IOException {
    AudioClip clip = AudioFiles.read(file);
    return Resampler.resample(clip.mono(), clip.sampleRateHz(), sampleRateHz);
  }

  /** Mean square. */
  static double power(float[] samples) {
    double sum = 0;
    for (float sample : samples) {
      sum += (double) sample * sample;
    }
    return sum / samples.length;
  }
}
