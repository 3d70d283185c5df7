package dev.speechemotion.app.serving;

import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.VoiceAdaptation;
import dev.speechemotion.features.ChannelAnalyzer;
import dev.speechemotion.features.FeatureExtractor;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.features.window.WindowSink;
import dev.speechemotion.streams.call.CallSettings;
import java.util.function.Consumer;

/** Classifies the windows of a channel as the stream does, without Kafka. */
public final class ChannelClassifier {
  /** Windows with a smaller share of speech have no emotion, as in a stream with the defaults. */
  private static final double MIN_SPEECH_SHARE = CallSettings.DEFAULT.speechMinShare();

  private final ChannelAnalyzer analyzer;
  private final EmotionClassifier classifier;
  private final VoiceAdaptation adaptation = new VoiceAdaptation();
  private final float[] adapted;
  private final Consumer<ClassifiedWindow> windows;
  private final WindowSink sink = this::window;

  /**
   * @param extractor of the model's features; may be shared by all channels of a thread
   * @param windowSettings of the model
   * @param classifier of the model; may be shared likewise
   * @param sampleRateHz rate of the samples that will be given, 8,000 to 96,000 Hz
   * @param windows receives what is classified, in order
   */
  public ChannelClassifier(
      FeatureExtractor extractor,
      WindowSettings windowSettings,
      EmotionClassifier classifier,
      int sampleRateHz,
      Consumer<ClassifiedWindow> windows) {
    analyzer = new ChannelAnalyzer(extractor, windowSettings, sampleRateHz);
    this.classifier = classifier;
    this.windows = windows;
    adapted = new float[classifier.featureCount()];
  }

  /** Takes samples in [-1, 1]. */
  public void accept(float[] samples, int offset, int count) {
    analyzer.accept(samples, offset, count, sink);
  }

  /** Ends the audio, with the last window that may be shorter. */
  public void finish() {
    analyzer.finish(sink);
  }

  private void window(long beginMs, long endMs, float speechShare, float[] features) {
    adaptation.hear(classifier.population(), features, speechShare);
    float[] probabilities = ClassifiedWindow.NO_PROBABILITIES;
    if (speechShare >= MIN_SPEECH_SHARE) {
      float[] heard = new float[classifier.labels().size()];
      float[] vector = adaptation.apply(classifier.population(), features, adapted);
      if (classifier.classifyHeard(vector, speechShare, heard)) {
        probabilities = heard;
      }
    }
    windows.accept(new ClassifiedWindow(beginMs, endMs, speechShare, probabilities));
  }
}
