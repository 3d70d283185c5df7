package dev.speechemotion.training.corpus;

import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.audio.AudioFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/** Recordings of tones in noise whose pitch tells the label, laid out as TESS. */
public final class MadeUpCorpus {
  public static final List<String> LABELS = List.of("angry", "happy", "sad");
  private static final int SAMPLE_RATE_HZ = 16_000;
  private static final double VOICE_HZ = 140;
  private static final double[] TONES_HZ = {300, 750, 1900};

  private MadeUpCorpus() {}

  /** Two speakers, three labels, as many words each. */
  public static Path tess(Path root, int words) throws IOException {
    return tess(root, words, 0);
  }

  /** The same with tones that rise by a share, over a voice that does: that is taken for speech. */
  public static Path tess(Path root, int words, double rise) throws IOException {
    int seed = 0;
    for (String speaker : List.of("OAF", "YAF")) {
      for (String label : LABELS) {
        for (int word = 0; word < words; word++) {
          write(
              root.resolve("%s_%s/%s_w%d_%s.wav".formatted(speaker, label, speaker, word, label)),
              TONES_HZ[LABELS.indexOf(label)] * (speaker.equals("OAF") ? 1 : 1.05),
              0.4,
              rise,
              seed++);
        }
      }
    }
    return root;
  }

  public static void write(Path file, double toneHz, double seconds, int seed) throws IOException {
    write(file, toneHz, seconds, 0, seed);
  }

  public static void write(Path file, double toneHz, double seconds, double rise, int seed)
      throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    float[] samples = new float[(int) (seconds * SAMPLE_RATE_HZ)];
    // Recordings that differ in pitch, level and noise, as recordings do.
    double pitchHz = toneHz * (0.85 + 0.3 * random.nextDouble());
    double level = 0.1 + 0.3 * random.nextDouble();
    double noise = 0.005 + 0.05 * random.nextDouble();
    double phase = random.nextDouble();
    for (int i = 0; i < samples.length; i++) {
      double tone =
          Math.sin(
              2 * Math.PI * (pitchHz * moved(i, samples.length, rise) / SAMPLE_RATE_HZ + phase));
      samples[i] = (float) (level * tone + noise * random.nextGaussian());
      if (rise > 0) {
        samples[i] += (float) (level * voice(moved(i, samples.length, rise) / SAMPLE_RATE_HZ));
      }
    }
    Files.createDirectories(file.getParent());
    AudioFiles.writeWav(file, new AudioClip(SAMPLE_RATE_HZ, samples), AudioEncoding.PCM_S16LE);
  }

  private static double voice(double seconds) {
    double sum = 0;
    for (int harmonic = 1; harmonic <= 3; harmonic++) {
      sum += Math.sin(2 * Math.PI * harmonic * VOICE_HZ * seconds) / 2;
    }
    return sum;
  }

  /** The samples that a tone which does not rise would take to come as far. */
  private static double moved(int i, int count, double rise) {
    return i * (1 + rise * i / count / 2);
  }
}
