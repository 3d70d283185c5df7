package dev.speechemotion.streams;

import java.time.Duration;

/**
 * Says for how long nothing has come of a call. It is wall-clock time, but only such as the task
 * has worked in: while it stood still, or if the clock steps, next to nothing passes. And by the
 * time of the partition's records it must have been as long, so that a task that lags behind does
 * not end calls whose audio still waits for it.
 */
final class CallClock {
  /** A call that has been quiet for so many times what was asked for has ended anyway. */
  private static final int RECORD_TIME_MATTERS = 10;

  private final long periodMs;
  private long workedMs;
  private long lastTickMs = -1;

  /** The records' time: the highest timestamp so far, and when it was heard of last. */
  private long recordTimeMs = CallState.NOT_SEEN;

  private long lastRecordMs;

  /**
   * @param period between ticks
   */
  CallClock(Duration period) {
    this.periodMs = period.toMillis();
  }

  /** To be called every period. */
  void tick(long nowMs) {
    if (lastTickMs >= 0) {
      workedMs += Math.max(0, Math.min(nowMs - lastTickMs, 2 * periodMs));
    }
    lastTickMs = nowMs;
  }

  /** Takes note of a record's timestamp. */
  void record(long timestampMs) {
    recordTimeMs = Math.max(recordTimeMs, timestampMs);
    lastRecordMs = workedMs;
  }

  /** Takes note that something came of a call. */
  void see(CallState call) {
    call.lastSeenMs = workedMs;
    call.lastRecordTimeMs = recordTimeMs;
  }

  void see(StreamState stream) {
    stream.lastSeenMs = workedMs;
  }

  /**
   * Whether nothing has come of a stream for so long; from the first look on if it was restored.
   */
  boolean isQuiet(StreamState stream, long forMs) {
    if (stream.lastSeenMs == CallState.NOT_SEEN) {
      see(stream);
    }
    return workedMs - stream.lastSeenMs >= forMs;
  }

  /** Whether nothing has come of a call for so long; from the first look on if it was restored. */
  boolean isQuiet(CallState call, long forMs) {
    if (call.lastSeenMs == CallState.NOT_SEEN) {
      see(call);
    }
    if (call.lastRecordTimeMs == CallState.NOT_SEEN) {
      call.lastRecordTimeMs = recordTimeMs;
    }
    long quietMs = workedMs - call.lastSeenMs;
    long quietByRecordsMs = recordTimeMs + workedMs - lastRecordMs - call.lastRecordTimeMs;
    return quietMs >= forMs
        && (quietByRecordsMs >= forMs || quietMs >= RECORD_TIME_MATTERS * forMs);
  }
}
