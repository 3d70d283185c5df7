package dev.speechemotion.app.wallboard;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.speechemotion.avro.AlertState;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.EmotionAlert;
import dev.speechemotion.avro.EmotionEvent;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.avro.specific.SpecificRecord;

/**
 * The calls that are going on, and those that ended a short time ago, as far as events, alerts and
 * summaries tell. Holds a bounded number of calls, and of each a bounded history; no audio. Every
 * change has a number, so that whoever knows the picture as of one can ask for what is new. May be
 * used by several threads.
 */
final class LiveCalls {
  /** An ended call stays so long, and can be corrected as long. */
  static final Duration AFTER_THE_END = Duration.ofMinutes(10);

  /** A call of which nothing came for so long is shown no more; a restart would not find it. */
  static final Duration MOST_QUIET = Duration.ofMinutes(15);

  static final int MOST_CALLS = 2_000;
  private static final int MOST_ENDED = 10_000;
  private static final int MOST_LABELS = 32;

  private final Clock clock;
  private final DayTotals totals;
  private final Map<String, LiveCall> calls = new LinkedHashMap<>();

  /** Labels of the models, in the order in which they were first seen. */
  private final List<String> labels = new ArrayList<>();

  /** When calls ended: an event that was made earlier begins none. Topics are read one by one. */
  private final Map<String, Instant> endedAt =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
          return size() > MOST_ENDED;
        }
      };

  private long version;

  LiveCalls(Clock clock) {
    this.clock = clock;
    totals = new DayTotals(clock.getZone());
  }

  /** Takes records in the order in which they were made, and wakes those who wait for a change. */
  synchronized void take(List<SpecificRecord> records) {
    for (SpecificRecord record : records) {
      version++;
      if (record instanceof EmotionEvent event) {
        take(event);
      } else if (record instanceof EmotionAlert alert) {
        take(alert);
      } else {
        take((CallSummary) record);
      }
    }
    if (forgetOld() || !records.isEmpty()) {
      notifyAll();
    }
  }

  private void take(EmotionEvent event) {
    event.getProbabilities().keySet().stream()
        .sorted()
        .filter(label -> !labels.contains(label) && labels.size() < MOST_LABELS)
        .forEach(labels::add);
    call(event.getCallId(), event.getCreatedAt())
        .ifPresent(call -> call.take(event, labels, version));
  }

  private void take(EmotionAlert alert) {
    if (alert.getState() == AlertState.RAISED) {
      totals.countAlert(alert.getCreatedAt(), clock.instant());
    }
    call(alert.getCallId(), alert.getCreatedAt()).ifPresent(call -> call.take(alert, version));
  }

  private void take(CallSummary summary) {
    totals.count(summary, clock.instant());
    Optional<LiveCall> call = call(summary.getCallId(), summary.getCreatedAt());
    call.ifPresent(each -> each.end(summary, version));
    endedAt.merge(
        summary.getCallId(),
        summary.getCreatedAt(),
        (one, other) -> one.isAfter(other) ? one : other);
  }

  /** The call that a record of that time is of; empty if that is over, and shown no more. */
  private Optional<LiveCall> call(String id, Instant createdAt) {
    LiveCall known = calls.get(id);
    Instant end = endedAt.get(id);
    boolean ofEnded = end != null && !createdAt.isAfter(end);
    if (known != null && (known.summary().isEmpty() || ofEnded)) {
      return Optional.of(known);
    }
    if (ofEnded || isOld(createdAt, MOST_QUIET)) {
      return Optional.empty();
    }
    if (calls.size() >= MOST_CALLS) {
      makeRoom();
    }
    LiveCall begun = new LiveCall(id, clock);
    calls.put(id, begun);
    return Optional.of(begun);
  }

  private boolean isOld(Instant at, Duration age) {
    return at.plus(age).isBefore(clock.instant());
  }

  /** Those that ended go first, then those that are quiet. */
  private void makeRoom() {
    calls.values().stream()
        .min(
            Comparator.comparing((LiveCall call) -> call.summary().isEmpty())
                .thenComparing(LiveCall::atMs))
        .ifPresent(call -> calls.remove(call.id()));
  }

  private boolean forgetOld() {
    boolean forgotten =
        calls
            .values()
            .removeIf(
                call ->
                    isOld(
                        Instant.ofEpochMilli(call.atMs()),
                        call.summary().isPresent() ? AFTER_THE_END : MOST_QUIET));
    version += forgotten ? 1 : 0;
    return forgotten;
  }

  /** Forgets everything, which is read anew, and takes the first that was read. */
  synchronized void takeAnew(List<SpecificRecord> records) {
    calls.clear();
    endedAt.clear();
    labels.clear();
    totals.clear();
    version++;
    notifyAll();
    take(records);
  }

  /** Waits until the picture is another than that of a version, but no longer than that. */
  synchronized boolean awaitChange(long known, Duration timeout) throws InterruptedException {
    long deadlineNanos = System.nanoTime() + timeout.toNanos();
    while (version == known) {
      long leftMs = (deadlineNanos - System.nanoTime()) / 1_000_000;
      if (leftMs <= 0) {
        return false;
      }
      wait(leftMs);
    }
    return true;
  }

  /**
   * The picture.
   *
   * @param since the version that is known; 0 for all
   * @param known ids of the calls that are known as of that version; becomes those that are there
   */
  synchronized ObjectNode picture(long since, Set<String> known) {
    ObjectNode picture = JsonNodeFactory.instance.objectNode();
    picture.put("version", version);
    picture.put("now", clock.millis());
    ArrayNode names = picture.putArray("labels");
    labels.forEach(names::add);
    totals.write(picture.putObject("totals"), clock.instant());
    ArrayNode changed = picture.putArray("calls");
    for (LiveCall call : calls.values()) {
      if (call.version() > since) {
        call.writeRow(changed.addObject(), since);
      }
    }
    Set<String> gone = new TreeSet<>(known);
    gone.removeAll(calls.keySet());
    ArrayNode removed = picture.putArray("gone");
    gone.forEach(removed::add);
    known.clear();
    known.addAll(calls.keySet());
    return picture;
  }

  /** All that is known of a call. */
  synchronized Optional<ObjectNode> detail(String id) {
    return call(id)
        .map(
            call -> {
              ObjectNode detail = JsonNodeFactory.instance.objectNode();
              detail.put("now", clock.millis());
              ArrayNode names = detail.putArray("labels");
              labels.forEach(names::add);
              call.writeDetail(detail, labels);
              return detail;
            });
  }

  private Optional<LiveCall> call(String id) {
    return Optional.ofNullable(calls.get(id));
  }

  /** What was heard in a window, for whoever corrects it; empty if there is none such. */
  synchronized Optional<HeardWindow> window(
      String callId, String streamId, String channel, long beginMs, long endMs) {
    return call(callId)
        .flatMap(
            call ->
                call.channel(streamId, channel).flatMap(of -> of.window(beginMs, endMs, labels)));
  }

  /** Labels of the models. */
  synchronized List<String> labels() {
    return List.copyOf(labels);
  }
}
