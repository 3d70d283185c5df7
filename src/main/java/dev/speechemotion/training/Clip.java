package dev.speechemotion.training;

import java.nio.file.Path;
import java.util.List;

/** A recording after analysis: its windows' features, and what it is. */
final class Clip {
  private final String corpus;
  private final Recording recording;
  private final String sha256;
  private final WindowedFeatures features;

  /**
   * @param corpus name of the corpus, which no other of the same run has
   * @param sha256 of the file, lower-case hexadecimal
   */
  Clip(String corpus, Recording recording, String sha256, WindowedFeatures features) {
    this.corpus = corpus;
    this.recording = recording;
    this.sha256 = sha256;
    this.features = features;
  }

  /** The same recording with other features, such as adapted ones. */
  Clip with(List<float[]> windows) {
    return new Clip(
        corpus,
        recording,
        sha256,
        new WindowedFeatures(features.durationSeconds(), windows, features.voicedShares()));
  }

  /** The same recording as another voice says it. */
  Clip with(WindowedFeatures features, String speaker) {
    return new Clip(
        corpus,
        new Recording(
            recording.file(), recording.id(), recording.label(), speaker, recording.text()),
        sha256,
        features);
  }

  String corpus() {
    return corpus;
  }

  /** Its path within its corpus. */
  String id() {
    return recording.id();
  }

  /** Its corpus and its path in there. */
  String key() {
    return corpus + "/" + recording.id();
  }

  String label() {
    return recording.label();
  }

  /** Who speaks, by the corpus's own name; empty if it does not tell. */
  String speaker() {
    return recording.speaker();
  }

  /** Who speaks: corpora may name different people alike. */
  String voice() {
    return corpus + "/" + recording.speaker();
  }

  String text() {
    return recording.text();
  }

  String sha256() {
    return sha256;
  }

  /** Where the recording is. */
  Path file() {
    return recording.file();
  }

  WindowedFeatures features() {
    return features;
  }

  double durationSeconds() {
    return features.durationSeconds();
  }

  /** {@code [window][feature]}. */
  List<float[]> windows() {
    return features.windows();
  }

  /** Share of speech in a window, 0 to 1. */
  float voicedShare(int window) {
    return features.voicedShares()[window];
  }
}
