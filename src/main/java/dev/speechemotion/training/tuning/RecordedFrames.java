package dev.speechemotion.training.tuning;

import dev.speechemotion.audio.AudioFiles;
import dev.speechemotion.features.FeatureExtractor;
import dev.speechemotion.training.augmentation.Condition;
import dev.speechemotion.training.corpus.Corpus;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.corpus.WindowedFeatures;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;

/**
 * Frames from the recordings themselves, each time anew: that takes little time beside what is made
 * of them, and those of all recordings would take gigabytes.
 */
public final class RecordedFrames implements EncoderTuning.Frames {
  private final Corpus.Settings settings;
  private final Function<LabeledClip, Condition> heardIn;
  private final ThreadLocal<FeatureExtractor> extractors;

  /**
   * @param settings how the corpora were read
   * @param heardIn what a clip was heard in
   */
  public RecordedFrames(Corpus.Settings settings, Function<LabeledClip, Condition> heardIn) {
    this.settings = settings;
    this.heardIn = heardIn;
    extractors = ThreadLocal.withInitial(() -> new FeatureExtractor(settings.spec()));
  }

  @Override
  public List<float[]> of(LabeledClip clip) throws IOException {
    return WindowedFeatures.of(
            AudioFiles.read(clip.file()),
            clip.sha256(),
            settings.in(heardIn.apply(clip)),
            extractors.get())
        .orElseThrow(() -> new IOException(clip.file() + " has changed since it was read"))
        .windows();
  }
}
