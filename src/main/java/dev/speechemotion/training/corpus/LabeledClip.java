package dev.speechemotion.training.corpus;

import dev.speechemotion.emotion.SpeechDetector;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A recording after analysis: its windows' features, and what it is. */
public final class LabeledClip {
  private final String corpus;
  private final Recording recording;
  private final String sha256;
  private final WindowedFeatures features;

  /**
   * @param corpus name of the corpus, which no other of the same run has
   * @param sha256 of the file, lower-case hexadecimal
   */
  public LabeledClip(String corpus, Recording recording, String sha256, WindowedFeatures features) {
    this.corpus = corpus;
    this.recording = recording;
    this.sha256 = sha256;
    this.features = features;
  }

  /** The same recording with other features, such as adapted ones. */
  public LabeledClip with(List<float[]> windows) {
    return new LabeledClip(
        corpus,
        recording,
        sha256,
        new WindowedFeatures(features.durationSeconds(), windows, features.speechShares()));
  }

  /** The same recording as one of another corpus. */
  public LabeledClip in(String corpus) {
    return new LabeledClip(corpus, recording, sha256, features);
  }

  /** The same recording under another label. */
  public LabeledClip as(String label) {
    return new LabeledClip(
        corpus,
        new Recording(
            recording.file(),
            recording.id(),
            label,
            recording.speaker(),
            recording.text(),
            recording.labelByText()),
        sha256,
        features);
  }

  /** The same recording as another voice says it. */
  public LabeledClip with(WindowedFeatures features, String speaker) {
    return new LabeledClip(
        corpus,
        new Recording(
            recording.file(),
            recording.id(),
            recording.label(),
            speaker,
            recording.text(),
            recording.labelByText()),
        sha256,
        features);
  }

  /** The same with no speech where a detector hears none, {@link WindowedFeatures#heardBy}. */
  public LabeledClip heardBy(Optional<SpeechDetector> detector) {
    return detector.isEmpty() ? this : with(features.heardBy(detector), recording.speaker());
  }

  /** The windows that hold speech, which may be none. */
  public List<float[]> windowsOfSpeech() {
    return features.ofSpeech().map(WindowedFeatures::windows).orElse(List.of());
  }

  public String corpus() {
    return corpus;
  }

  /** Its path within its corpus. */
  public String id() {
    return recording.id();
  }

  /** Its corpus and its path in there. */
  public String key() {
    return corpus + "/" + recording.id();
  }

  public String label() {
    return recording.label();
  }

  /** Who speaks, by the corpus's own name; empty if it does not tell. */
  public String speaker() {
    return recording.speaker();
  }

  /** Who speaks: corpora may name different people alike. */
  public String voice() {
    return corpus + "/" + recording.speaker();
  }

  public String text() {
    return recording.text();
  }

  /** Whether its text may tell the label, {@link Recording#labelByText}. */
  public boolean labelByText() {
    return recording.labelByText();
  }

  public String sha256() {
    return sha256;
  }

  /** Where the recording is. */
  public Path file() {
    return recording.file();
  }

  public WindowedFeatures features() {
    return features;
  }

  public double durationSeconds() {
    return features.durationSeconds();
  }

  /** {@code [window][feature]}. */
  public List<float[]> windows() {
    return features.windows();
  }

  /** Share of speech in a window, 0 to 1. */
  public float speechShare(int window) {
    return features.speechShares()[window];
  }
}
