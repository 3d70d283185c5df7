package dev.speechemotion.training.corpus;

import java.io.IOException;

/** A corpus that cannot be used; the message says what is wrong and what to do. */
public final class CorpusException extends IOException {
  private static final long serialVersionUID = 1L;

  public CorpusException(String message) {
    super(message);
  }
}
