package dev.speechemotion.streams.deadletters;

/** Names of the headers that say of a dead letter why it is one and where it stood; all text. */
public final class DeadLetterHeaders {
  /** What the names of all of them begin with. */
  public static final String PREFIX = "dlq.";

  /** A {@link RejectReason}. */
  public static final String REASON = PREFIX + "reason";

  /** One line for people. */
  public static final String MESSAGE = PREFIX + "message";

  public static final String TOPIC = PREFIX + "topic";
  public static final String PARTITION = PREFIX + "partition";
  public static final String OFFSET = PREFIX + "offset";
  public static final String TIMESTAMP = PREFIX + "timestamp";

  /** The original number of bytes, on a record that had to be cut. */
  public static final String TRUNCATED = PREFIX + "truncated";

  private DeadLetterHeaders() {}
}
