package dev.speechemotion.streams.deadletters;

import java.util.Optional;
import org.apache.kafka.common.errors.SerializationException;

/** A record that cannot be used, and why. The message never holds content. */
public final class RejectedRecordException extends SerializationException {
  private static final long serialVersionUID = 1;

  private final RejectReason reason;

  public RejectedRecordException(RejectReason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public RejectedRecordException(RejectReason reason, String message) {
    this(reason, message, null);
  }

  /** Why the record cannot be used. */
  public RejectReason reason() {
    return reason;
  }

  /** The same as a value. */
  public Rejection rejection() {
    return new Rejection(reason, getMessage(), Optional.of(this));
  }
}
