package dev.speechemotion.training.corpus;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Made-up clips whose features tell their label. */
public final class Clips {
  static final int FEATURES = 33;

  private Clips() {}

  public static LabeledClip clip(String label, String speaker, String text, float[]... windows) {
    return clip("made-up", label, speaker, text, windows);
  }

  public static LabeledClip clip(
      String corpus, String label, String speaker, String text, float[]... windows) {
    String id = "%s/%s_%s.wav".formatted(speaker, text, label);
    float[] speechShares = new float[windows.length];
    Arrays.fill(speechShares, 1);
    return new LabeledClip(
        corpus,
        new Recording(Path.of(id), id, label, speaker, text),
        "hash of " + corpus + id,
        new WindowedFeatures(1, List.of(windows), speechShares));
  }

  /** The same clip with that share of speech in each of its windows. */
  public static LabeledClip withSpeech(float share, LabeledClip clip) {
    float[] speechShares = new float[clip.windows().size()];
    Arrays.fill(speechShares, share);
    return clip.with(new WindowedFeatures(1, clip.windows(), speechShares), clip.speaker());
  }

  /** A clip for each label, speaker and text; labels lie apart, features are noisy. */
  public static List<LabeledClip> all(
      List<String> labels, List<String> speakers, int texts, long seed) {
    return all("made-up", labels, speakers, texts, seed);
  }

  public static List<LabeledClip> all(
      String corpus, List<String> labels, List<String> speakers, int texts, long seed) {
    Random random = new Random(seed);
    List<LabeledClip> clips = new ArrayList<>();
    for (String speaker : speakers) {
      for (int text = 0; text < texts; text++) {
        for (int label = 0; label < labels.size(); label++) {
          float[] features = new float[FEATURES];
          for (int i = 0; i < FEATURES; i++) {
            features[i] = (float) random.nextGaussian() + (i % labels.size() == label ? 20 : 0);
          }
          clips.add(clip(corpus, labels.get(label), speaker, "w" + text, features));
        }
      }
    }
    return clips;
  }
}
