package dev.speechemotion.streams.results;

import dev.speechemotion.avro.AlertState;
import dev.speechemotion.avro.AlertTally;
import dev.speechemotion.avro.EmotionAlert;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.streams.state.StateFields;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Where one alert rule stands on one channel: it is raised once when it comes to hold, and cleared
 * once.
 */
public final class AlertProgress {
  static final int MAX_EVIDENCE = 64;

  /** Steps in which a rise's time is looked back on. */
  private static final int LOOK_BACK_STEPS = 16;

  private static final int MAX_LOWS = LOOK_BACK_STEPS + 2;

  /** A probability that a rise may begin from: no later one of the time looked back was lower. */
  private record Low(long endMs, long beginMs, long event, float probability) {}

  private final AlertRule rule;
  private final AlertingChannel channel;

  /** Whether the rule has held since, and whether that was long enough. */
  private boolean holds;

  private boolean raised;
  private long sinceMs;
  private long untilMs;
  private long firstEvent;
  private long lastEvent;
  private float probability;
  private float baseline;

  /** Of a rule on a rise: by ascending time and probability. */
  private final Deque<Low> lows = new ArrayDeque<>(0);

  /** For the summary: how often raised, where first, and for how long in all. */
  private int raisedCount;

  private long firstRaisedMs;
  private long heldMs;

  AlertProgress(AlertRule rule, AlertingChannel channel) {
    this.rule = rule;
    this.channel = channel;
  }

  /** Takes the channel's next event with an emotion. */
  void follow(EmotionEvent event) {
    float observed = event.getSmoothedProbabilities().get(rule.emotion());
    if (isRise()) {
      followRise(event, observed);
    } else {
      followLevel(event, observed);
    }
  }

  private boolean isRise() {
    return rule.form() == AlertRule.Form.RISE;
  }

  private void followLevel(EmotionEvent event, float observed) {
    boolean above = observed >= rule.amount();
    if (holds && !(above && event.getBeginMs() <= untilMs)) {
      probability = observed;
      cease();
    }
    if (!above) {
      return;
    }
    if (!holds) {
      holds = true;
      sinceMs = event.getBeginMs();
      firstEvent = event.getSequenceNumber();
    }
    hold(event, observed);
    if (!raised && untilMs - sinceMs >= rule.timeMs()) {
      raise();
    }
  }

  private void followRise(EmotionEvent event, float observed) {
    forgetBefore(event.getEndMs() - rule.timeMs());
    Low low = lows.peekFirst();
    boolean risen = low != null && observed - low.probability >= rule.amount();
    if (holds && !risen) {
      probability = observed;
      cease();
    }
    if (risen) {
      if (!holds) {
        holds = true;
        sinceMs = low.beginMs;
        firstEvent = low.event;
        baseline = low.probability;
      }
      hold(event, observed);
      if (!raised) {
        raise();
      }
    }
    while (!lows.isEmpty() && lows.peekLast().probability >= observed) {
      lows.removeLast();
    }
    Low last = lows.peekLast();
    if (last == null || event.getEndMs() - last.endMs >= rule.timeMs() / LOOK_BACK_STEPS) {
      lows.addLast(
          new Low(event.getEndMs(), event.getBeginMs(), event.getSequenceNumber(), observed));
    }
  }

  /** Takes note of a window without emotion: time goes on. */
  void pass(long beginMs, long endMs) {
    boolean over = beginMs > untilMs;
    if (isRise()) {
      forgetBefore(endMs - rule.timeMs());
      over = lows.isEmpty();
    }
    if (over) {
      end();
    }
  }

  /** Clears what is raised. */
  void end() {
    if (holds) {
      cease();
    }
  }

  private void forgetBefore(long ms) {
    while (!lows.isEmpty() && lows.peekFirst().endMs < ms) {
      lows.removeFirst();
    }
  }

  private void hold(EmotionEvent event, float observed) {
    untilMs = event.getEndMs();
    lastEvent = event.getSequenceNumber();
    probability = observed;
  }

  private void raise() {
    raised = true;
    if (raisedCount++ == 0) {
      firstRaisedMs = untilMs;
    }
    send(AlertState.RAISED);
  }

  private void cease() {
    holds = false;
    if (raised) {
      raised = false;
      heldMs += untilMs - sinceMs;
      send(AlertState.CLEARED);
    }
  }

  private void send(AlertState state) {
    List<Long> evidence = new ArrayList<>();
    long first = Math.max(firstEvent, lastEvent - MAX_EVIDENCE + 1);
    for (long number = first; number <= lastEvent; number++) {
      evidence.add(number);
    }
    EmotionAlert alert = channel.newAlert();
    alert.setRule(rule.text());
    alert.setState(state);
    alert.setEmotion(rule.emotion());
    alert.setProbability(probability);
    alert.setThreshold(rule.amount());
    alert.setBaseline(isRise() ? baseline : null);
    alert.setSinceMs(sinceMs);
    alert.setUntilMs(untilMs);
    alert.setEvidence(evidence);
    channel.send(alert);
  }

  /** What the summary says of it; empty if it was never raised. */
  Optional<AlertTally> tally() {
    return raisedCount == 0
        ? Optional.empty()
        : Optional.of(new AlertTally(rule.text(), raisedCount, firstRaisedMs, heldMs));
  }

  /** Whether there is nothing to remember. */
  boolean isBlank() {
    return !holds && lows.isEmpty() && raisedCount == 0;
  }

  void writeState(DataOutput out) throws IOException {
    out.writeBoolean(holds);
    out.writeBoolean(raised);
    out.writeLong(sinceMs);
    out.writeLong(untilMs);
    StateFields.writeCount(out, firstEvent);
    StateFields.writeCount(out, lastEvent);
    out.writeFloat(probability);
    out.writeFloat(baseline);
    StateFields.writeCount(out, raisedCount);
    StateFields.writeCount(out, firstRaisedMs);
    StateFields.writeCount(out, heldMs);
    StateFields.writeCount(out, lows.size());
    for (Low low : lows) {
      StateFields.writeCount(out, low.endMs);
      StateFields.writeCount(out, low.endMs - low.beginMs);
      StateFields.writeCount(out, low.event);
      out.writeFloat(low.probability);
    }
  }

  void readState(DataInput in) throws IOException {
    holds = in.readBoolean();
    raised = in.readBoolean();
    sinceMs = in.readLong();
    untilMs = in.readLong();
    firstEvent = StateFields.readCount(in);
    lastEvent = StateFields.readCount(in);
    probability = in.readFloat();
    baseline = in.readFloat();
    raisedCount = StateFields.readCount(in, "times raised", Integer.MAX_VALUE);
    firstRaisedMs = StateFields.readCount(in);
    heldMs = StateFields.readCount(in);
    int lowCount = StateFields.readCount(in, "probabilities", MAX_LOWS);
    for (int i = 0; i < lowCount; i++) {
      long endMs = StateFields.readCount(in);
      long beginMs = endMs - StateFields.readCount(in);
      lows.addLast(new Low(endMs, beginMs, StateFields.readCount(in), in.readFloat()));
    }
  }
}
