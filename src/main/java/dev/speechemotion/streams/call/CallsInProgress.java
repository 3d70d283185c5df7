package dev.speechemotion.streams.call;

import dev.speechemotion.avro.CallEnd;
import dev.speechemotion.streams.intake.Message;
import dev.speechemotion.streams.intake.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The calls of a partition: finds each message's call, has it take the message, and ends calls of
 * which nothing comes any more. Knows nothing of Kafka.
 */
final class CallsInProgress {
  private static final Duration MAX_PERIOD = Duration.ofSeconds(1);

  /** Where they are kept. */
  interface Calls {
    /** The call of that id, if it is known. */
    Optional<Call> get(String callId);

    void add(Call call);

    /** Takes note that a call is another than it was. */
    void markChanged(Call call);

    void remove(Call call);

    /** All calls, as a snapshot that calls can be removed behind. */
    List<Call> all();
  }

  private final TaskContext task;
  private final Calls calls;
  private final Duration period;
  private final CallClock clock;

  CallsInProgress(TaskContext task, Calls calls) {
    this.task = task;
    this.calls = calls;
    Duration fifth = task.settings.inactivity().dividedBy(5);
    period = fifth.compareTo(MAX_PERIOD) > 0 ? MAX_PERIOD : fifth;
    clock = new CallClock(period);
  }

  /** Time between two calls of {@link #endQuiet}. */
  Duration period() {
    return period;
  }

  /**
   * The call that a message is of, which it may begin; empty if it is of none. To be called with
   * every message, and {@link #decide} and {@link #take} after it.
   *
   * @param timestampMs the record's
   */
  Optional<Call> callOf(Message message, long timestampMs) {
    clock.record(timestampMs);
    Optional<Call> known = known(message);
    return known.isPresent() || !message.opensStream()
        ? known
        : Optional.of(new Call(task, message.callId()));
  }

  private Optional<Call> known(Message message) {
    return calls.get(message.callId()).filter(call -> !call.isBegunAnewBy(message));
  }

  /** What is to be done with a message of a call. */
  Verdict decide(Call call, Message message) {
    Verdict verdict = call.decide(message);
    if (verdict instanceof Verdict.Rejected) {
      clock.see(call.activity());
    }
    return verdict;
  }

  /** Does what has been decided of a message of a call, which is kept if it is new. */
  void take(Call call, Message message, Verdict.Taken verdict) {
    if (known(message).isEmpty()) {
      calls.add(call);
    }
    call.take(message, verdict);
    clock.see(call.activity());
    call.stream(message.streamId()).ifPresent(stream -> clock.see(stream.activity()));
    keepOrForget(call);
  }

  /** Ends the calls that are quiet, and forgets those that have been over for long. */
  void endQuiet(long nowMs) {
    clock.tick(nowMs);
    for (Call call : calls.all()) {
      if (call.isEnded()) {
        if (clock.isQuiet(call.activity(), task.settings.endedCallMemory().toMillis())) {
          calls.remove(call);
        }
      } else if (clock.isQuiet(call.activity(), task.settings.inactivity().toMillis())) {
        call.end(CallEnd.INACTIVITY);
        clock.see(call.activity());
        keepOrForget(call);
      } else {
        takeStopsThatWait(call);
      }
    }
  }

  /** A STOP that waits for messages before it would wait for ever: nothing comes after it. */
  private void takeStopsThatWait(Call call) {
    long waitMs = task.settings.reorderWindow().toMillis();
    for (MediaStream stream : call.streams()) {
      if (!stream.order().isStopped()
          && stream.order().holdsStop()
          && clock.isIdle(stream.activity(), waitMs)) {
        call.stopWaiting(stream);
        keepOrForget(call);
      }
    }
  }

  private void keepOrForget(Call call) {
    if (call.isEnded() && task.settings.endedCallMemory().isZero()) {
      calls.remove(call);
    } else {
      calls.markChanged(call);
    }
  }
}
