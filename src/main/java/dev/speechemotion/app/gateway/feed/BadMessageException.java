package dev.speechemotion.app.gateway.feed;

/**
 * A message of a feed is not as its protocol has it. The text says what is wrong, and repeats
 * nothing of the message.
 */
public final class BadMessageException extends Exception {
  private static final long serialVersionUID = 1L;

  public BadMessageException(String message) {
    super(message);
  }
}
