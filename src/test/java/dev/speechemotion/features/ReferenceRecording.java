package dev.speechemotion.features;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.speechemotion.features.spec.FeatureSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import javax.sound.sampled.UnsupportedAudioFileException;

/** A recording under {@code reference/} with librosa's values for it. */
final class ReferenceRecording {
  private static final Path FOLDER = Path.of("src/test/resources/reference");
  private static final String SUFFIX = ".librosa.json";

  private final String name;
  private final JsonNode values;
  private final float[] samples;

  private ReferenceRecording(String name) {
    this.name = name;
    try {
      values = new ObjectMapper().readTree(FOLDER.resolve(name + SUFFIX).toFile());
      samples = readWav(FOLDER.resolve(name + ".wav"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<String> names() throws IOException {
    try (var files = Files.list(FOLDER)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(SUFFIX))
          .map(file -> file.substring(0, file.length() - SUFFIX.length()))
          .sorted()
          .toList();
    }
  }

  static ReferenceRecording named(String name) {
    return new ReferenceRecording(name);
  }

  private static float[] readWav(Path file) throws IOException {
    try (AudioInputStream stream = AudioSystem.getAudioInputStream(file.toFile())) {
      byte[] bytes = stream.readAllBytes();
      float[] samples = new float[bytes.length / 2];
      for (int i = 0; i < samples.length; i++) {
        samples[i] = (short) (bytes[2 * i] & 0xff | bytes[2 * i + 1] << 8) / 32768f;
      }
      return samples;
    } catch (UnsupportedAudioFileException e) {
      throw new IOException(file.toString(), e);
    }
  }

  /** The settings inside the file, which are to be those of one of the named specs. */
  FeatureSpec spec() {
    return new FeatureSpec(
        name,
        values.get("sampleRateHz").intValue(),
        values.get("fftLength").intValue(),
        values.get("hopLength").intValue(),
        values.get("melBands").intValue(),
        values.get("mfccCount").intValue(),
        values.get("chroma").size(),
        values.get("contrastBands").intValue(),
        values.get("contrastMinFrequencyHz").doubleValue(),
        values.get("contrastQuantile").doubleValue());
  }

  float[] samples() {
    return samples;
  }

  int frameCount() {
    return values.get("frames").intValue();
  }

  /** librosa's value; {@code feature} is {@code mfcc}, {@code chroma}, {@code contrast}. */
  double value(String feature, int coefficient, int frame) {
    return values.get(feature).get(coefficient).get(frame).doubleValue();
  }

  double zcr(int frame) {
    return values.get("zcr").get(frame).doubleValue();
  }
}
