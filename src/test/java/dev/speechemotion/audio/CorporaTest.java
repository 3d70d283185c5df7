package dev.speechemotion.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reads the corpora as they are published, where they have been unpacked. */
class CorporaTest {
  private static final Path DATA = Path.of("data");

  @ParameterizedTest
  @CsvSource({
    // AIFF under a .wav name
    "TESS/YAF_angry/YAF_germ_angry.wav, 24414",
    "TESS/YAF_fear/YAF_neat_fear.wav, 24414",
    // says 96 kHz
    "TESS/OAF_fear/OAF_food_fear.wav, 96000",
    // an odd name
    "TESS/OAF_neutral/OA_bite_neutral.wav, 24414",
    // a LIST chunk after the samples
    "TESS/OAF_ps/OAF_wash_ps.wav, 24414",
    // a PAD chunk before the samples
    "EmoDB/wav/14a07Aa.wav, 16000",
  })
  void shouldReadTheIrregularFiles(String name, int sampleRateHz) throws IOException {
    Path file = DATA.resolve(name);
    assumeTrue(Files.exists(file), "not here: " + file);

    AudioClip clip = AudioFiles.read(file);

    assertThat(clip.sampleRateHz()).isEqualTo(sampleRateHz);
    assertSpeech(clip, file);
  }

  @ParameterizedTest
  @CsvSource({"TESS, 2800", "EmoDB, 535", "RAVDESS, 720"})
  void shouldReadEveryFile(String corpus, int fileCount) throws IOException {
    Path root = DATA.resolve(corpus);
    assumeTrue(Files.isDirectory(root), "not here: " + root);
    List<Path> files = new ArrayList<>();
    try (var all = Files.walk(root)) {
      all.filter(path -> path.toString().endsWith(".wav")).forEach(files::add);
    }

    assertThat(files).hasSizeGreaterThanOrEqualTo(fileCount);
    for (Path file : files) {
      assertSpeech(AudioFiles.read(file), file);
    }
  }

  /** Of a plausible length, and not noise, which the wrong byte order would make of it. */
  private static void assertSpeech(AudioClip clip, Path file) {
    float[] samples = clip.mono();
    assertThat(clip.durationSeconds()).as(file.toString()).isBetween(0.5, 15.0);
    double energy = 0;
    double neighbors = 0;
    for (int i = 1; i < samples.length; i++) {
      energy += samples[i] * samples[i];
      neighbors += samples[i] * samples[i - 1];
    }
    assertThat(energy).as(file.toString()).isPositive();
    assertThat(neighbors / energy).as(file.toString()).isGreaterThan(0.4);
  }
}
