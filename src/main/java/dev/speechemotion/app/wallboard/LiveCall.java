package dev.speechemotion.app.wallboard;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.speechemotion.avro.AlertState;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.EmotionAlert;
import dev.speechemotion.avro.EmotionEvent;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** One call, going on or ended a short time ago. */
final class LiveCall {
  /** As many as the stream takes of a message. */
  private static final int MOST_CHANNELS = 16;

  private static final int MOST_ALERTS = 64;

  private final String id;
  private final Clock clock;
  private final List<LiveChannel> channels = new ArrayList<>();
  private final Deque<EmotionAlert> alerts = new ArrayDeque<>();
  private int raised;
  private long version;
  private long beganAtMs = Long.MAX_VALUE;
  private long atMs;
  private CallSummary summary;

  LiveCall(String id, Clock clock) {
    this.id = id;
    this.clock = clock;
  }

  String id() {
    return id;
  }

  long version() {
    return version;
  }

  /** When the last was heard of it, epoch milliseconds. */
  long atMs() {
    return atMs;
  }

  Optional<CallSummary> summary() {
    return Optional.ofNullable(summary);
  }

  Optional<LiveChannel> channel(String streamId, String name) {
    return channels.stream().filter(channel -> channel.isNamed(streamId, name)).findFirst();
  }

  /** Empty if there are too many. */
  private Optional<LiveChannel> channelOf(String streamId, String name, ChannelRole role) {
    Optional<LiveChannel> known = channel(streamId, name);
    if (known.isPresent() || channels.size() >= MOST_CHANNELS) {
      return known;
    }
    LiveChannel added = new LiveChannel(streamId, name, role);
    // The customer is who the wallboard is about.
    channels.add(role == ChannelRole.CUSTOMER ? 0 : channels.size(), added);
    return Optional.of(added);
  }

  void take(EmotionEvent event, List<String> labels, long version) {
    channelOf(event.getStreamId(), event.getChannel(), event.getRole())
        .ifPresent(channel -> channel.take(event, labels, version));
    long createdAtMs = event.getCreatedAt().toEpochMilli();
    beganAtMs = Math.min(beganAtMs, createdAtMs - event.getEndMs());
    changed(createdAtMs, version);
  }

  void take(EmotionAlert alert, long version) {
    Optional<LiveChannel> channel =
        channelOf(alert.getStreamId(), alert.getChannel(), alert.getRole());
    if (alert.getState() == AlertState.RAISED) {
      raised++;
      if (summary == null) {
        channel.ifPresent(each -> each.raise(alert));
      }
    } else {
      channel.ifPresent(each -> each.clear(alert));
    }
    alerts.add(alert);
    if (alerts.size() > MOST_ALERTS) {
      alerts.remove();
    }
    changed(alert.getCreatedAt().toEpochMilli(), version);
  }

  void end(CallSummary summary, long version) {
    this.summary = summary;
    summary
        .getChannels()
        .forEach(
            of ->
                channelOf(of.getStreamId(), of.getChannel(), of.getRole())
                    .ifPresent(channel -> channel.end(of)));
    beganAtMs = Math.min(beganAtMs, summary.getFirstChunkIngestedAt().toEpochMilli());
    changed(summary.getCreatedAt().toEpochMilli(), version);
  }

  private void changed(long createdAtMs, long version) {
    // A record that says it is of the future would keep the call there until then.
    atMs = Math.max(atMs, Math.min(createdAtMs, clock.millis()));
    this.version = version;
  }

  /** What a row shows, with what changed of its strips after a version. */
  void writeRow(ObjectNode row, long since) {
    row.put("id", id);
    row.put("beganAt", beganAtMs == Long.MAX_VALUE ? atMs : beganAtMs);
    row.put("at", atMs);
    row.put("mediaMs", channels.stream().mapToLong(LiveChannel::untilMs).max().orElse(0));
    row.put("raised", raised);
    if (summary != null) {
      row.put("mediaMs", summary.getDurationMs());
      row.put("endedAt", summary.getCreatedAt().toEpochMilli());
      row.put("endedBy", summary.getEndedBy().name());
    }
    ArrayNode holding = row.putArray("alerts");
    ArrayNode ofChannels = row.putArray("channels");
    for (LiveChannel channel : channels) {
      channel.writeAlerts(holding);
      channel.writeRow(ofChannels.addObject(), since);
    }
  }

  /** All that is known, for the page of one call. */
  void writeDetail(ObjectNode detail, List<String> labels) {
    writeRow(detail, 0);
    ArrayNode ofChannels = detail.putArray("channels");
    channels.forEach(channel -> channel.writeDetail(ofChannels.addObject(), labels));
    ArrayNode history = detail.putArray("history");
    for (EmotionAlert alert : alerts) {
      ObjectNode node = history.addObject();
      node.put("channel", alert.getChannel());
      node.put("role", alert.getRole().name());
      node.put("rule", alert.getRule());
      node.put("emotion", alert.getEmotion());
      node.put("state", alert.getState().name());
      node.put("sinceMs", alert.getSinceMs());
      node.put("untilMs", alert.getUntilMs());
    }
    if (summary != null) {
      ObjectNode whole = detail.putObject("summary");
      whole.put("durationMs", summary.getDurationMs());
      whole.put("talkMs", summary.getTalkMs());
      whole.put("nonTalkMs", summary.getNonTalkMs());
      whole.put("overlapMs", summary.getOverlapMs());
    }
  }
}
