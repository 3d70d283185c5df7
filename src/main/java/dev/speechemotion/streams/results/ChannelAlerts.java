package dev.speechemotion.streams.results;

import dev.speechemotion.avro.AlertTally;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.streams.state.StateFields;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Follows all alert rules on one channel. */
public final class ChannelAlerts {
  /** Stands for a rule that is no longer among the settings'. */
  private static final AlertRule FORGOTTEN = AlertRule.parse("none >= 1 for 0s");

  private final List<AlertRule> rules;
  private final AlertingChannel channel;

  /** By the rule's text; of rules that an event has met. */
  private final Map<String, AlertProgress> progress = new TreeMap<>();

  public ChannelAlerts(List<AlertRule> rules, AlertingChannel channel) {
    this.rules = rules;
    this.channel = channel;
  }

  /** Takes the channel's next event with an emotion. */
  public void follow(EmotionEvent event) {
    for (AlertRule rule : rules) {
      // A model without the emotion of the default rule raises no alert.
      if (rule.isFor(channel.role())
          && event.getSmoothedProbabilities().containsKey(rule.emotion())) {
        progress
            .computeIfAbsent(rule.text(), text -> new AlertProgress(rule, channel))
            .follow(event);
      }
    }
  }

  /** Takes note of a window without emotion: time goes on. */
  public void pass(long beginMs, long endMs) {
    inRulesOrder().forEach(each -> each.pass(beginMs, endMs));
  }

  /** Clears what is raised, for the call ends. */
  public void end() {
    inRulesOrder().forEach(AlertProgress::end);
  }

  private List<AlertProgress> inRulesOrder() {
    List<AlertProgress> ordered = new ArrayList<>(progress.size());
    for (AlertRule rule : rules) {
      AlertProgress each = progress.get(rule.text());
      if (each != null) {
        ordered.add(each);
      }
    }
    return ordered;
  }

  /** The alerts raised, by rule. */
  public List<AlertTally> tallies() {
    return progress.values().stream().map(AlertProgress::tally).flatMap(Optional::stream).toList();
  }

  public void writeState(DataOutput out) throws IOException {
    StateFields.writeCount(out, progress.values().stream().filter(each -> !each.isBlank()).count());
    for (Map.Entry<String, AlertProgress> entry : progress.entrySet()) {
      if (!entry.getValue().isBlank()) {
        out.writeUTF(entry.getKey());
        entry.getValue().writeState(out);
      }
    }
  }

  /**
   * Reads what {@link #writeState} wrote; of rules that are no longer among the settings' nothing
   * is kept.
   *
   * @param maxRules the most rules that there may be
   * @throws IOException if it is cut off or holds what was never written
   */
  public void readState(DataInput in, int maxRules) throws IOException {
    int count = StateFields.readCount(in, "alerts", maxRules);
    for (int i = 0; i < count; i++) {
      String text = in.readUTF();
      Optional<AlertRule> rule =
          rules.stream().filter(each -> each.text().equals(text)).findFirst();
      AlertProgress read = new AlertProgress(rule.orElse(FORGOTTEN), channel);
      read.readState(in);
      if (rule.isPresent()) {
        progress.put(text, read);
      }
    }
  }
}
