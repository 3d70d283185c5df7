package dev.speechemotion.training.linear;

import dev.speechemotion.training.corpus.LabeledClip;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Windows of a place, however many there are: all of them, or so many that each had the same chance
 * to be among them (J. S. Vitter, "Random Sampling with a Reservoir", 1985).
 */
public final class WindowReservoir {
  /** Of more the head learns no more, and they would take hundreds of megabytes. */
  private static final int MOST = 10_000;

  private final List<float[]> windows = new ArrayList<>();
  private final Random random = new Random(1);
  private long offered;

  /**
   * @param window {@code [columns]}; it is kept
   */
  public void add(float[] window) {
    offered++;
    if (windows.size() < MOST) {
      windows.add(window);
      return;
    }
    long at = random.nextLong(offered);
    if (at < MOST) {
      windows.set((int) at, window);
    }
  }

  /** Adds the windows of clips that have at least such a share of speech. */
  public WindowReservoir addAll(List<LabeledClip> clips, float minSpeechShare) {
    for (LabeledClip clip : clips) {
      for (int i = 0; i < clip.windows().size(); i++) {
        if (clip.speechShare(i) >= minSpeechShare) {
          add(clip.windows().get(i));
        }
      }
    }
    return this;
  }

  /** Not a copy. */
  public List<float[]> windows() {
    return windows;
  }
}
