package dev.speechemotion.app.terminal;

import dev.speechemotion.avro.AlertState;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.EmotionAlert;
import dev.speechemotion.avro.EmotionEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import picocli.CommandLine.Help.Ansi;

/**
 * The calls that go on, a line for each channel that has events: who speaks, the emotion and for
 * how long, and the last windows. Those with an alert come first.
 */
public final class CallTable {
  /** An ended call is shown so long. */
  private static final Duration FAREWELL = Duration.ofSeconds(20);

  /** A call of which nothing comes for so long, not even its end, is not shown any more. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private static final int MOST_ALERTS = 3;
  private static final int MOST_WINDOWS = 120;

  private static final int MARK = 2;
  private static final int LEAST_CALL = 8;
  private static final int MOST_CALL = 36;
  private static final int ROLE = 8;
  private static final int EMOTION = 9;
  private static final int CONFIDENCE = 5;
  private static final int HELD = 7;
  private static final int AT = 8;

  /** All columns but those of the call and of the last windows, with the spaces between them. */
  private static final int FIXED = MARK + ROLE + EMOTION + CONFIDENCE + HELD + AT + 5;

  /** The emotion of a window without one. */
  private static final String NONE = "none";

  /** Windows in letters; neutral ones are dots, so that the others are seen. */
  private static final Map<String, Character> LETTERS =
      Map.of("neutral", '.', "surprise", 'u', NONE, ' ');

  private final Colors colors;
  private final Map<String, Row> rows = new LinkedHashMap<>();
  private final Deque<String> alerts = new ArrayDeque<>();
  private long events;
  private long raised;
  private long ended;

  /** A channel of a call. */
  private static final class Row {
    final String callId;
    final String role;
    final Set<String> rules = new TreeSet<>();
    final Deque<String> windows = new ArrayDeque<>();
    String emotion = "";
    float confidence;
    boolean uncertain;
    String faults = "";
    long emotionSinceMs;
    long atMs;
    Instant lastSeen;
    boolean ended;

    Row(String callId, String role) {
      this.callId = callId;
      this.role = role;
    }
  }

  public CallTable(Ansi ansi) {
    colors = new Colors(ansi);
  }

  /**
   * Takes a result.
   *
   * @param now when it came, wall-clock time
   */
  public void take(SpecificRecord result, Instant now) {
    if (result instanceof EmotionEvent event) {
      take(event, now);
    } else if (result instanceof EmotionAlert alert) {
      take(alert, now);
    } else if (result instanceof CallSummary summary) {
      ended++;
      for (Row row : rows.values()) {
        if (row.callId.equals(summary.getCallId())) {
          row.ended = true;
          row.rules.clear();
          row.lastSeen = now;
        }
      }
    }
  }

  private Row row(String callId, String streamId, String channel, Object role, Instant now) {
    Row row =
        rows.computeIfAbsent(
            String.join("\n", callId, streamId, channel),
            key -> new Row(callId, role.toString().toLowerCase(Locale.ROOT)));
    row.lastSeen = now;
    return row;
  }

  private void take(EmotionEvent event, Instant now) {
    events++;
    Row row = row(event.getCallId(), event.getStreamId(), event.getChannel(), event.getRole(), now);
    String emotion = Colors.harmless(event.getEmotion());
    if (!emotion.equals(row.emotion)) {
      row.emotion = emotion;
      row.emotionSinceMs = event.getBeginMs();
    }
    row.ended = false;
    row.confidence = event.getConfidence();
    row.uncertain = event.getUncertain() && !emotion.equals(NONE);
    row.faults =
        event.getQuality().stream()
            .map(fault -> fault.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", "));
    row.atMs = event.getEndMs();
    row.windows.addLast(emotion);
    if (row.windows.size() > MOST_WINDOWS) {
      row.windows.removeFirst();
    }
  }

  private void take(EmotionAlert alert, Instant now) {
    Row row = row(alert.getCallId(), alert.getStreamId(), alert.getChannel(), alert.getRole(), now);
    if (alert.getState() == AlertState.RAISED) {
      raised++;
      row.rules.add(alert.getRule());
      alerts.addFirst(
          "%s %s at %s: %s"
              .formatted(row.callId, row.role, minutes(alert.getUntilMs()), alert.getRule()));
      if (alerts.size() > MOST_ALERTS) {
        alerts.removeLast();
      }
    } else {
      row.rules.remove(alert.getRule());
    }
  }

  /**
   * The table as it is now.
   *
   * @param width of the terminal, characters
   * @param height of the terminal, lines; there are no more than that
   */
  public List<String> lines(int width, int height, Instant now) {
    rows.values()
        .removeIf(
            row ->
                Duration.between(row.lastSeen, now).compareTo(row.ended ? FAREWELL : PATIENCE) > 0);
    long live =
        rows.values().stream().filter(row -> !row.ended).map(row -> row.callId).distinct().count();
    List<String> lines = new ArrayList<>();
    String state =
        "%d call%s live, %d ended, %d event%s, %d alert%s; Ctrl-C ends"
            .formatted(live, plural(live), ended, events, plural(events), raised, plural(raised));
    lines.add(colors.heading(cut(state, width)));
    if (rows.isEmpty()) {
      lines.add(cut("Waiting for events.", width));
      return lines.subList(0, Math.min(height, lines.size()));
    }
    int call = callWidth(width);
    int windows = Math.max(0, width - FIXED - call - 1);
    lines.add(colors.faint(cut(heading(call, windows), width)));
    int room = Math.max(1, height - lines.size() - alerts.size());
    List<Row> shown =
        rows.values().stream().sorted(Comparator.comparing(row -> row.rules.isEmpty())).toList();
    boolean all = shown.size() <= room;
    for (Row row : shown.subList(0, all ? shown.size() : room - 1)) {
      lines.add(line(row, call, windows, width));
    }
    if (!all) {
      lines.add(cut("  and " + (shown.size() - room + 1) + " more", width));
    }
    alerts.forEach(alert -> lines.add(colors.alert(cut("! " + alert, width))));
    return lines.subList(0, Math.min(height, lines.size()));
  }

  private int callWidth(int width) {
    int longest = rows.values().stream().mapToInt(row -> row.callId.length()).max().orElse(0);
    // A third for the last windows, if it can be.
    int most = Math.min(MOST_CALL, Math.max(LEAST_CALL, (width - FIXED) * 2 / 3));
    return Math.max(LEAST_CALL, Math.min(longest, most));
  }

  private static String heading(int call, int windows) {
    return " ".repeat(MARK)
        + padded("call", call + 1)
        + padded("who", ROLE + 1)
        + padded("emotion", EMOTION + 1)
        + padded("sure", CONFIDENCE + 1)
        + padded("for", HELD + 1)
        + padded("at", AT + 1)
        + (windows >= "last windows".length() ? "last windows" : "");
  }

  private String line(Row row, int call, int windows, int width) {
    String begin =
        (row.rules.isEmpty() ? " " : "!").concat(" ".repeat(MARK - 1))
            + padded(cut(row.callId, call), call + 1)
            + padded(row.role, ROLE + 1);
    String emotion = padded(row.emotion + (row.uncertain ? "?" : ""), EMOTION + 1);
    String rest =
        padded(Math.round(100 * row.confidence) + " %", CONFIDENCE + 1)
            + padded(minutes(row.atMs - row.emotionSinceMs), HELD + 1)
            + padded(row.ended ? "ended" : minutes(row.atMs), AT + 1);
    if (begin.length() + emotion.length() + rest.length() > width || row.ended) {
      return colors.faint(cut((begin + emotion + rest).stripTrailing(), width));
    }
    return (row.rules.isEmpty() ? begin : colors.alert(begin))
        + colors.emotion(row.emotion, emotion)
        + rest
        + (row.faults.isEmpty() ? strip(row, windows) : wrongAudio(row, windows));
  }

  /** What is wrong, and as many windows as there is room for behind it. */
  private String wrongAudio(Row row, int width) {
    if (width == 0) {
      return "";
    }
    String faults = cut(row.faults, width);
    int room = width - faults.length() - 1;
    return colors.alert(faults) + (room > 0 ? " " + strip(row, room) : "");
  }

  private String strip(Row row, int width) {
    StringBuilder strip = new StringBuilder();
    row.windows.stream()
        .skip(Math.max(0, row.windows.size() - width))
        .forEach(
            emotion ->
                strip.append(
                    colors.emotion(
                        emotion, String.valueOf(LETTERS.getOrDefault(emotion, letter(emotion))))));
    return strip.toString();
  }

  private static char letter(String emotion) {
    return emotion.isEmpty() ? ' ' : emotion.charAt(0);
  }

  /** Media time, as 1:05 or 1:02:05. */
  private static String minutes(long ms) {
    long seconds = ms / 1_000;
    return seconds < 3_600
        ? "%d:%02d".formatted(seconds / 60, seconds % 60)
        : "%d:%02d:%02d".formatted(seconds / 3_600, seconds / 60 % 60, seconds % 60);
  }

  private static String plural(long count) {
    return count == 1 ? "" : "s";
  }

  private static String padded(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }

  private static String cut(String text, int width) {
    String harmless = Colors.harmless(text);
    return harmless.length() <= width
        ? harmless
        : harmless.substring(0, Math.max(0, width - 1)) + "…";
  }
}
