package dev.speechemotion.streams.deadletters;

/** Why a record went to the dead-letter topic; the name is the header {@code dlq.reason}. */
public enum RejectReason {
  /** The record has no key. */
  NULL_KEY,
  /** The record has no value. */
  NULL_VALUE,
  /** The value is too short for the Confluent wire format or does not begin with byte 0. */
  NOT_CONFLUENT_FORMAT,
  /** The registry gives no Avro schema of the id that the value names. */
  UNKNOWN_SCHEMA,
  /** The bytes are not Avro of their schema, or the schema does not fit the reader's. */
  NOT_AVRO,
  /** The key is not the callId. */
  KEY_MISMATCH,
  /** The callId or streamId is blank. */
  BLANK_CALL_ID,
  /** A text is longer than allowed. */
  TEXT_TOO_LONG,
  /** The kind is one that this version does not know. */
  UNKNOWN_KIND,
  /** Audio of an unknown encoding. */
  UNKNOWN_ENCODING,
  /** Audio at a rate outside 8,000 to 96,000 Hz. */
  BAD_SAMPLE_RATE,
  /** The payload is not a whole number of samples of all channels. */
  BAD_PAYLOAD_LENGTH,
  /** A MEDIA message without audio. */
  EMPTY_PAYLOAD,
  /** More audio in one chunk than the settings allow. */
  PAYLOAD_TOO_LARGE,
  /** A MEDIA message that names no channel. */
  NO_CHANNELS,
  /** More channels than a chunk or a call may have. */
  TOO_MANY_CHANNELS,
  /** Two channels of a chunk are the same one. */
  DUPLICATE_CHANNEL,
  /** A media offset or a gap that is negative or beyond a year. */
  BAD_MEDIA_OFFSET,
  /** A wall-clock time before 1970 or after 9999. */
  BAD_TIMESTAMP,
  /** A sequence number beyond 2^60 either way, or that of another message of the stream. */
  BAD_SEQUENCE_NUMBER,
  /** Audio, or a pause, whose place was closed, or of a stream or a call that has ended. */
  LATE
}
