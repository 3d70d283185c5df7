package dev.speechemotion.training.corpus;

import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.emotion.SpeechDetector;
import dev.speechemotion.features.ChannelAnalyzer;
import dev.speechemotion.features.FeatureExtractor;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.features.window.WindowSink;
import dev.speechemotion.model.EncoderPooling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** What analyzing a recording gives. */
public final class WindowedFeatures {
  /** Windows with a smaller share of speech get no emotion, with a stream's defaults. */
  public static final float LEAST_SPEECH_SHARE = 0.1f;

  private final double durationSeconds;
  private final List<float[]> windows;
  private final float[] speechShares;

  /**
   * @param windows {@code [window][feature]}, at least one
   * @param speechShares {@code [window]}, share of speech, 0 to 1
   */
  public WindowedFeatures(double durationSeconds, List<float[]> windows, float[] speechShares) {
    if (windows.isEmpty() || windows.size() != speechShares.length) {
      throw new IllegalArgumentException(
          "a clip needs at least one window, and a share of speech for each, got %d and %d"
              .formatted(windows.size(), speechShares.length));
    }
    this.durationSeconds = durationSeconds;
    this.windows = List.copyOf(windows);
    this.speechShares = speechShares;
  }

  /**
   * Analyzes samples in [-1, 1] as the stream would; empty if they are too short for a window.
   *
   * @param extractor used by no other thread meanwhile
   */
  public static Optional<WindowedFeatures> of(
      float[] samples, int rateHz, FeatureExtractor extractor, WindowSettings settings) {
    List<float[]> windows = new ArrayList<>();
    List<Float> shares = new ArrayList<>();
    WindowSink sink =
        (beginMs, endMs, speechShare, features) -> {
          windows.add(Arrays.copyOf(features, features.length));
          shares.add(speechShare);
        };
    ChannelAnalyzer analyzer = new ChannelAnalyzer(extractor, settings, rateHz);
    analyzer.accept(samples, 0, samples.length, sink);
    analyzer.finish(sink);
    if (windows.isEmpty()) {
      return Optional.empty();
    }
    float[] speechShares = new float[shares.size()];
    for (int i = 0; i < speechShares.length; i++) {
      speechShares[i] = shares.get(i);
    }
    return Optional.of(
        new WindowedFeatures(samples.length / (double) rateHz, windows, speechShares));
  }

  /**
   * Analyzes a recording as it comes through the settings' condition; empty if it is too short.
   *
   * @param sha256 of the file, which what is random depends on
   * @param extractor used by no other thread meanwhile
   */
  public static Optional<WindowedFeatures> of(
      AudioClip audio, String sha256, Corpus.Settings settings, FeatureExtractor extractor) {
    float[] samples =
        settings
            .condition()
            .apply(audio.mono(), audio.sampleRateHz(), Long.parseUnsignedLong(sha256, 0, 16, 16));
    int rateHz = settings.condition().sampleRateHz(audio.sampleRateHz());
    return of(samples, rateHz, extractor, settings.windows());
  }

  /** What the encoder says of each window, in place of its frames. */
  public WindowedFeatures pooled(EncoderPooling pooling) {
    return new WindowedFeatures(
        durationSeconds, windows.stream().map(pooling::pool).toList(), speechShares);
  }

  /**
   * The same with no speech in windows in which a detector hears none: such as music on hold, which
   * is no part of how callers sound.
   *
   * @param detector of the same features; empty: all stays
   */
  public WindowedFeatures heardBy(Optional<SpeechDetector> detector) {
    if (detector.isEmpty()) {
      return this;
    }
    float[] heard = speechShares.clone();
    for (int i = 0; i < heard.length; i++) {
      if (!detector.get().hears(windows.get(i), 0)) {
        heard[i] = 0;
      }
    }
    return new WindowedFeatures(durationSeconds, windows, heard);
  }

  /** The windows that hold speech; empty if none does. */
  public Optional<WindowedFeatures> ofSpeech() {
    int[] speech =
        IntStream.range(0, speechShares.length)
            .filter(i -> speechShares[i] >= LEAST_SPEECH_SHARE)
            .toArray();
    if (speech.length == 0) {
      return Optional.empty();
    }
    float[] shares = new float[speech.length];
    for (int i = 0; i < speech.length; i++) {
      shares[i] = speechShares[speech[i]];
    }
    return Optional.of(
        new WindowedFeatures(
            durationSeconds, Arrays.stream(speech).mapToObj(windows::get).toList(), shares));
  }

  public int windowCount() {
    return windows.size();
  }

  /** One window alone. */
  public WindowedFeatures window(int index) {
    return new WindowedFeatures(
        durationSeconds, List.of(windows.get(index)), new float[] {speechShares[index]});
  }

  double durationSeconds() {
    return durationSeconds;
  }

  /** {@code [window][feature]}. */
  public List<float[]> windows() {
    return windows;
  }

  /** {@code [window]}; not a copy. */
  float[] speechShares() {
    return speechShares;
  }
}
