package dev.speechemotion.app.client;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/** How far the dead letters of a partition have been replayed, reason by reason. */
final class ReplayProgress {
  /** A reason, which may be any text where another program wrote it, and an offset. */
  private static final Pattern ENTRY = Pattern.compile("([^=]*)=(\\d{1,18})");

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
        Matcher reasonAndOffset = ENTRY.matcher(entry);
        if (reasonAndOffset.matches()) {
          try {
            progress.untilByReason.put(
                URLDecoder.decode(reasonAndOffset.group(1), StandardCharsets.UTF_8),
                Long.valueOf(reasonAndOffset.group(2)));
          } catch (IllegalArgumentException e) {
            // What somebody else committed says nothing.
          }
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
            .map(
                entry ->
                    URLEncoder.encode(entry.getKey(), StandardCharsets.UTF_8)
                        + "="
                        + entry.getValue())
            .collect(Collectors.joining(","));
    return new OffsetAndMetadata(until, metadata);
  }
}
