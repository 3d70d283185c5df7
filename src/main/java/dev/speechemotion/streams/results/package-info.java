/**
 * What comes out of a channel's windows: smoothed emotions, totals for the summary, alerts. Each
 * class owns its state and writes and reads it itself. Serves {@code call}. May import {@code
 * state}, {@code emotion} and the generated {@code avro} types.
 */
package dev.speechemotion.streams.results;
