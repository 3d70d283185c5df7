package dev.speechemotion.streams.call;

import java.time.Duration;

/**
 * Says for how long nothing has come of a call. It is wall-clock time, but only such as the task
 * has worked in: while it stood still, or if the clock steps, next to nothing passes. And by the
 * time of the partition's records it must have been as long, so that a task that lags behind does
 * not end calls whose audio still waits for it.
 */
public final class CallClock {
  private static final long NOT_SEEN = -1;

  /** A call that has been quiet for so many times what was asked for has ended anyway. */
  private static final int RECORD_TIME_MATTERS = 10;

  /**
   * When a message last came of a call or a stream. Not stored, as a restart is not inactivity:
   * after one it is set at the first look.
   */
  static final class Activity {
    private long lastSeenMs = NOT_SEEN;

    /** What the records' time was then. */
    private long lastRecordTimeMs = NOT_SEEN;
  }

  private final long periodMs;
  private long workedMs;
  private long lastTickMs = NOT_SEEN;

  /** The records' time: the highest timestamp so far, and when it was heard of last. */
  private long recordTimeMs = NOT_SEEN;

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

  /** Takes note that something came. */
  void see(Activity activity) {
    activity.lastSeenMs = workedMs;
    activity.lastRecordTimeMs = recordTimeMs;
  }

  /** Whether nothing has come for so long, whatever the records' time says. */
  boolean isIdle(Activity activity, long forMs) {
    if (activity.lastSeenMs == NOT_SEEN) {
      see(activity);
    }
    return workedMs - activity.lastSeenMs >= forMs;
  }

  /** Whether nothing has come for so long, also by the records' time. */
  boolean isQuiet(Activity activity, long forMs) {
    boolean idle = isIdle(activity, forMs);
    if (activity.lastRecordTimeMs == NOT_SEEN) {
      activity.lastRecordTimeMs = recordTimeMs;
    }
    long quietMs = workedMs - activity.lastSeenMs;
    long quietByRecordsMs = recordTimeMs + workedMs - lastRecordMs - activity.lastRecordTimeMs;
    return idle && (quietByRecordsMs >= forMs || quietMs >= RECORD_TIME_MATTERS * forMs);
  }
}
