package dev.speechemotion.streams;

import java.util.ArrayDeque;
import java.util.Deque;

/** Where an alert rule stands on a channel. */
final class AlertProgress {

  /** A probability that a rise may begin from: no later one of the time looked back was lower. */
  record Low(long endMs, long beginMs, long event, float probability) {}

  /** Whether the rule has held since, and whether that was long enough. */
  boolean holds;

  boolean raised;
  long sinceMs;
  long untilMs;
  long firstEvent;
  long lastEvent;
  float probability;
  float baseline;

  /** Of a rule on a rise: by ascending time and probability. */
  final Deque<Low> lows = new ArrayDeque<>(0);

  /** For the summary: how often raised, where first, and for how long in all. */
  int raisedCount;

  long firstRaisedMs;
  long heldMs;

  /** Whether there is nothing to remember. */
  boolean isBlank() {
    return !holds && lows.isEmpty() && raisedCount == 0;
  }
}
