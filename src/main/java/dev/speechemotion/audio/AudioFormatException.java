package dev.speechemotion.audio;

import java.io.IOException;

/** A file that is not audio we can read; the message says which file, what is wrong, what to do. */
public class AudioFormatException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What is wrong, without what to do. */
  private final String problem;

  public AudioFormatException(String message) {
    super(message);
    problem = message;
  }

  /**
   * @param problem which file, and what is wrong
   * @param advice what to do
   */
  public AudioFormatException(String problem, String advice) {
    super(problem + "; " + advice);
    this.problem = problem;
  }

  /** The message without advice: for lists of many files. */
  public String problem() {
    return problem;
  }
}
