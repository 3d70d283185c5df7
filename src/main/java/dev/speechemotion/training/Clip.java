package dev.speechemotion.training;

import java.util.List;

/** A recording after analysis: its windows' features, and what it is. */
final class Clip {
  private final Recording recording;
  private final String sha256;
  private final double durationSeconds;
  private final List<float[]> windows;

  /**
   * @param sha256 of the file, lower-case hexadecimal
   * @param windows {@code [window][feature]}, at least one
   */
  Clip(Recording recording, String sha256, double durationSeconds, List<float[]> windows) {
    if (windows.isEmpty()) {
      throw new IllegalArgumentException("a clip needs at least one window");
    }
    this.recording = recording;
    this.sha256 = sha256;
    this.durationSeconds = durationSeconds;
    this.windows = windows;
  }

  String id() {
    return recording.id();
  }

  String label() {
    return recording.label();
  }

  String speaker() {
    return recording.speaker();
  }

  String text() {
    return recording.text();
  }

  String sha256() {
    return sha256;
  }

  double durationSeconds() {
    return durationSeconds;
  }

  /** {@code [window][feature]}. */
  List<float[]> windows() {
    return windows;
  }
}
