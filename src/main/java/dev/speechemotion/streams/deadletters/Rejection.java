package dev.speechemotion.streams.deadletters;

import java.util.Optional;

/**
 * Why a record is not used. A value rather than an exception, because bad records are expected.
 *
 * @param message one line for people; never holds content of the record
 * @param cause for the log at DEBUG
 */
public record Rejection(RejectReason reason, String message, Optional<Exception> cause) {

  public Rejection(RejectReason reason, String message) {
    this(reason, message, Optional.empty());
  }
}
