package dev.speechemotion.training.corpus;

import java.util.Map;
import java.util.Optional;

/**
 * What another model says of recordings, for a network to learn in place of their labels (G.
 * Hinton, O. Vinyals, J. Dean, "Distilling the Knowledge in a Neural Network", 2015). However a
 * recording is changed for the network, the answer is the same.
 */
public final class TeacherAnswers {
  public static final TeacherAnswers NOTHING = new TeacherAnswers(Map.of());

  private final Map<String, float[]> answers;

  /**
   * @param answers by SHA-256 of the recording's file: probabilities in the order of the labels
   */
  public TeacherAnswers(Map<String, float[]> answers) {
    this.answers = answers;
  }

  /** {@code [labels]}; not a copy. */
  public Optional<float[]> of(LabeledClip clip) {
    return Optional.ofNullable(answers.get(clip.sha256()));
  }
}
