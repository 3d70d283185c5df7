package dev.speechemotion.streams;

import dev.speechemotion.avro.AlertState;
import dev.speechemotion.avro.EmotionAlert;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.emotion.ModelIdentity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** Follows the alert rules: each is raised once when it comes to hold, and cleared once. */
final class Alerts {
  static final int MAX_EVIDENCE = 64;

  /** Steps in which a rise's time is looked back on. */
  private static final int LOOK_BACK_STEPS = 16;

  static final int MAX_LOWS = LOOK_BACK_STEPS + 2;

  private final List<AlertRule> rules;
  private final Function<ChannelState, ModelIdentity> models;
  private final LongSupplier clockMs;
  private final Consumer<EmotionAlert> output;

  /**
   * @param models the model that made a channel's last event
   */
  Alerts(
      List<AlertRule> rules,
      Function<ChannelState, ModelIdentity> models,
      LongSupplier clockMs,
      Consumer<EmotionAlert> output) {
    this.rules = rules;
    this.models = models;
    this.clockMs = clockMs;
    this.output = output;
  }

  /** Takes the next event with an emotion of a channel. */
  void follow(CallState call, StreamState stream, ChannelState channel, EmotionEvent event) {
    for (AlertRule rule : rules) {
      if (rule.isFor(channel.role)) {
        AlertProgress progress =
            channel.alerts.computeIfAbsent(rule.text(), text -> new AlertProgress());
        float probability = event.getSmoothedProbabilities().get(rule.emotion());
        Alert alert = new Alert(call, stream, channel, rule, progress);
        if (rule.form() == AlertRule.Form.LEVEL) {
          followLevel(alert, event, probability);
        } else {
          followRise(alert, event, probability);
        }
      }
    }
  }

  /** Takes note of a window without emotion: time goes on. */
  void pass(CallState call, StreamState stream, ChannelState channel, long beginMs, long endMs) {
    for (AlertRule rule : rules) {
      AlertProgress progress = channel.alerts.get(rule.text());
      if (progress == null) {
        continue;
      }
      boolean over = beginMs > progress.untilMs;
      if (rule.form() == AlertRule.Form.RISE) {
        forgetBefore(progress, endMs - rule.timeMs());
        over = progress.lows.isEmpty();
      }
      if (progress.holds && over) {
        cease(new Alert(call, stream, channel, rule, progress));
      }
    }
  }

  /** Clears what is raised, for the call ends. */
  void end(CallState call, StreamState stream, ChannelState channel) {
    for (AlertRule rule : rules) {
      AlertProgress progress = channel.alerts.get(rule.text());
      if (progress != null && progress.holds) {
        cease(new Alert(call, stream, channel, rule, progress));
      }
    }
  }

  private record Alert(
      CallState call,
      StreamState stream,
      ChannelState channel,
      AlertRule rule,
      AlertProgress progress) {}

  private void followLevel(Alert alert, EmotionEvent event, float probability) {
    AlertProgress progress = alert.progress;
    boolean above = probability >= alert.rule.amount();
    if (progress.holds && !(above && event.getBeginMs() <= progress.untilMs)) {
      progress.probability = probability;
      cease(alert);
    }
    if (!above) {
      return;
    }
    if (!progress.holds) {
      progress.holds = true;
      progress.sinceMs = event.getBeginMs();
      progress.firstEvent = event.getSequenceNumber();
    }
    hold(progress, event, probability);
    if (!progress.raised && progress.untilMs - progress.sinceMs >= alert.rule.timeMs()) {
      raise(alert);
    }
  }

  private void followRise(Alert alert, EmotionEvent event, float probability) {
    AlertProgress progress = alert.progress;
    long timeMs = alert.rule.timeMs();
    forgetBefore(progress, event.getEndMs() - timeMs);
    AlertProgress.Low low = progress.lows.peekFirst();
    boolean risen = low != null && probability - low.probability() >= alert.rule.amount();
    if (progress.holds && !risen) {
      progress.probability = probability;
      cease(alert);
    }
    if (risen) {
      if (!progress.holds) {
        progress.holds = true;
        progress.sinceMs = low.beginMs();
        progress.firstEvent = low.event();
        progress.baseline = low.probability();
      }
      hold(progress, event, probability);
      if (!progress.raised) {
        raise(alert);
      }
    }
    while (!progress.lows.isEmpty() && progress.lows.peekLast().probability() >= probability) {
      progress.lows.removeLast();
    }
    AlertProgress.Low last = progress.lows.peekLast();
    if (last == null || event.getEndMs() - last.endMs() >= timeMs / LOOK_BACK_STEPS) {
      progress.lows.addLast(
          new AlertProgress.Low(
              event.getEndMs(), event.getBeginMs(), event.getSequenceNumber(), probability));
    }
  }

  private static void forgetBefore(AlertProgress progress, long ms) {
    while (!progress.lows.isEmpty() && progress.lows.peekFirst().endMs() < ms) {
      progress.lows.removeFirst();
    }
  }

  private static void hold(AlertProgress progress, EmotionEvent event, float probability) {
    progress.untilMs = event.getEndMs();
    progress.lastEvent = event.getSequenceNumber();
    progress.probability = probability;
  }

  private void raise(Alert alert) {
    AlertProgress progress = alert.progress;
    progress.raised = true;
    if (progress.raisedCount++ == 0) {
      progress.firstRaisedMs = progress.untilMs;
    }
    output.accept(toAvro(alert, AlertState.RAISED));
  }

  private void cease(Alert alert) {
    AlertProgress progress = alert.progress;
    progress.holds = false;
    if (progress.raised) {
      progress.raised = false;
      progress.heldMs += progress.untilMs - progress.sinceMs;
      output.accept(toAvro(alert, AlertState.CLEARED));
    }
  }

  private EmotionAlert toAvro(Alert alert, AlertState step) {
    AlertProgress progress = alert.progress;
    List<Long> evidence = new ArrayList<>();
    long first = Math.max(progress.firstEvent, progress.lastEvent - MAX_EVIDENCE + 1);
    for (long number = first; number <= progress.lastEvent; number++) {
      evidence.add(number);
    }
    boolean rise = alert.rule.form() == AlertRule.Form.RISE;
    ModelIdentity model = models.apply(alert.channel);
    EmotionAlert avro = new EmotionAlert();
    avro.setCallId(alert.call.callId());
    avro.setStreamId(alert.stream.streamId);
    avro.setChannel(alert.channel.id);
    avro.setRole(alert.channel.role);
    avro.setRule(alert.rule.text());
    avro.setState(step);
    avro.setEmotion(alert.rule.emotion());
    avro.setProbability(progress.probability);
    avro.setThreshold(alert.rule.amount());
    avro.setBaseline(rise ? progress.baseline : null);
    avro.setSinceMs(progress.sinceMs);
    avro.setUntilMs(progress.untilMs);
    avro.setEvidence(evidence);
    avro.setModelName(model.name());
    avro.setModelVersion(model.version());
    avro.setModelHash(model.hash());
    avro.setCreatedAt(Instant.ofEpochMilli(clockMs.getAsLong()));
    return avro;
  }
}
