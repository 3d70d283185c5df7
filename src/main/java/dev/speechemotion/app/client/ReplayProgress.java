package dev.speechemotion.app.client;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/** How far the dead letters of a partition have been replayed, reason by reason. */
final class ReplayProgress {
  private final Map<String, Long> untilByReason = new TreeMap<>();
  private long until;

  /** Nothing has been replayed yet. */
  ReplayProgress() {}

  /**
   * What was committed.
   *
   * @param end of the partition; lower than what was replayed if the topic was made anew
   */
  static ReplayProgress of(OffsetAndMetadata committed, long end) {
    ReplayProgress progress = new ReplayProgress();
    if (committed.offset() <= end) {
      progress.until = committed.offset();
      for (String entry : committed.metadata().split(",")) {
        String[] reasonAndOffset = entry.split("=");
        if (reasonAndOffset.length == 2) {
          progress.untilByReason.put(reasonAndOffset[0], Long.valueOf(reasonAndOffset[1]));
        }
      }
    }
    return progress;
  }

  /** The first offset whose letter of that reason has not been replayed. */
  long until(String reason) {
    return untilByReason.getOrDefault(reason, 0L);
  }

  void replayed(String reason, long offset) {
    untilByReason.put(reason, offset + 1);
    until = Math.max(until, offset + 1);
  }

  OffsetAndMetadata toCommit() {
    String metadata =
        untilByReason.entrySet().stream()
            .map(entry -> entry.getKey() + "=" + entry.getValue())
            .collect(Collectors.joining(","));
    return new OffsetAndMetadata(until, metadata);
  }
}
