package dev.speechemotion.app.wallboard;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChannelSummary;
import dev.speechemotion.avro.EmotionStretch;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Map;
import java.util.TreeMap;

/** What the calls of today come to; begins anew at midnight of this machine's zone. */
final class DayTotals {
  /** Of models that come and go. */
  private static final int MOST_LABELS = 32;

  private final ZoneId zone;
  private LocalDate day = LocalDate.MIN;
  private long calls;
  private long alerts;
  private long durationMs;

  /** Of customers and unknown roles. */
  private final Map<String, Long> emotionMs = new TreeMap<>();

  DayTotals(ZoneId zone) {
    this.zone = zone;
  }

  /** Whether that is of today; what is earlier counts no more. */
  private boolean isOfToday(Instant at, Instant now) {
    begin(now);
    return LocalDate.ofInstant(at, zone).equals(day);
  }

  private void begin(Instant now) {
    LocalDate today = LocalDate.ofInstant(now, zone);
    if (!today.equals(day)) {
      day = today;
      clear();
    }
  }

  /** As at midnight. */
  void clear() {
    calls = 0;
    alerts = 0;
    durationMs = 0;
    emotionMs.clear();
  }

  void count(CallSummary summary, Instant now) {
    if (!isOfToday(summary.getCreatedAt(), now)) {
      return;
    }
    calls++;
    durationMs += summary.getDurationMs();
    for (ChannelSummary channel : summary.getChannels()) {
      if (channel.getRole() != ChannelRole.AGENT) {
        for (EmotionStretch stretch : channel.getTimeline()) {
          if (emotionMs.size() < MOST_LABELS || emotionMs.containsKey(stretch.getEmotion())) {
            emotionMs.merge(
                stretch.getEmotion(), stretch.getEndMs() - stretch.getBeginMs(), Long::sum);
          }
        }
      }
    }
  }

  void countAlert(Instant at, Instant now) {
    alerts += isOfToday(at, now) ? 1 : 0;
  }

  void write(ObjectNode totals, Instant now) {
    begin(now);
    totals.put("day", day.toString());
    totals.put("calls", calls);
    totals.put("alerts", alerts);
    totals.put("meanDurationMs", calls == 0 ? 0 : durationMs / calls);
    ObjectNode byEmotion = totals.putObject("emotionMs");
    emotionMs.forEach(byEmotion::put);
  }
}
