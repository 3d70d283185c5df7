package dev.speechemotion.app.process;

/** A command cannot do what it was asked to; the message is one line, for the user, on why. */
public final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CommandFailure(String message) {
    super(message);
  }

  public CommandFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
