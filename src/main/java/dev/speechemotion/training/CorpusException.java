package dev.speechemotion.training;

import java.io.IOException;

/** A corpus that cannot be used; the message says what is wrong and what to do. */
final class CorpusException extends IOException {
  private static final long serialVersionUID = 1L;

  CorpusException(String message) {
    super(message);
  }
}
