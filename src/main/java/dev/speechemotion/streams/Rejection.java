package dev.speechemotion.streams;

/**
 * Why a record is not used. A value rather than an exception, because bad records are expected.
 *
 * @param message one line for people; never holds content of the record
 */
record Rejection(RejectReason reason, String message) {}
