package dev.speechemotion.app.terminal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.speechemotion.avro.AlertState;
import dev.speechemotion.avro.AudioFault;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.ChannelSummary;
import dev.speechemotion.avro.EmotionAlert;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.avro.EmotionStretch;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificRecord;
import picocli.CommandLine.Help.Ansi;

/** Writes events, alerts and summaries, a timeline for people or a line of JSON each. */
public final class ResultPrinter {
  private static final int BAR_LENGTH = 10;

  /** Of a timeline in text. */
  private static final int MAX_STRETCHES = 12;

  private static final ObjectMapper JSON = new ObjectMapper();

  /** How results are written. */
  public enum Format {
    TEXT,
    JSON
  }

  private final PrintWriter out;
  private final Format format;
  private final Function<EmotionEvent, String> note;
  private final Colors colors;
  private String lastCallId;

  /**
   * @param note what to add to an event's line of text; may be empty
   * @param ansi whether text is colored
   */
  public ResultPrinter(
      PrintWriter out, Format format, Function<EmotionEvent, String> note, Ansi ansi) {
    this.out = out;
    this.format = format;
    this.note = note;
    colors = new Colors(ansi);
  }

  /** Prints a result. */
  public void print(SpecificRecord record) {
    if (format == Format.JSON) {
      out.println(json(record));
      return;
    }
    String callId = callId(record);
    if (!callId.equals(lastCallId)) {
      out.println(colors.heading("call " + Colors.harmless(callId)));
      lastCallId = callId;
    }
    if (record instanceof EmotionEvent event) {
      out.println(line(event));
    } else if (record instanceof EmotionAlert alert) {
      out.println(line(alert));
    } else {
      print((CallSummary) record);
    }
  }

  /** The call that a result is of. */
  public static String callId(SpecificRecord record) {
    return (String) record.get(record.getSchema().getField("callId").pos());
  }

  private String line(EmotionEvent event) {
    String line =
        String.format(
            Locale.ROOT,
            "  %6.1f to %6.1f s  %-8s  %s  %s %3.0f %%  speech %3.0f %%  %s%s",
            event.getBeginMs() / 1_000.0,
            event.getEndMs() / 1_000.0,
            event.getRole(),
            colors.emotion(
                event.getEmotion(),
                String.format(Locale.ROOT, "%-8s", Colors.harmless(event.getEmotion()))),
            bar(event.getConfidence()),
            100 * event.getConfidence(),
            100 * event.getSpeechShare(),
            (event.getUncertain() ? "uncertain  " : "") + quality(event.getQuality()),
            note.apply(event));
    return line.stripTrailing();
  }

  /** What is wrong with the audio; empty if nothing is. */
  public static String quality(List<AudioFault> faults) {
    return faults.isEmpty()
        ? ""
        : faults.stream()
            .map(AudioFault::name)
            .collect(Collectors.joining(", ", "wrong audio: ", "  "));
  }

  private static String bar(float share) {
    // Others' records hold any number.
    int filled = Math.max(0, Math.min(BAR_LENGTH, Math.round(share * BAR_LENGTH)));
    return "#".repeat(filled) + ".".repeat(BAR_LENGTH - filled);
  }

  private String line(EmotionAlert alert) {
    return String.format(
            Locale.ROOT,
            "  %6.1f to %6.1f s  %-8s  ",
            alert.getSinceMs() / 1_000.0,
            alert.getUntilMs() / 1_000.0,
            alert.getRole())
        + colors.alert(
            String.format(
                Locale.ROOT,
                "ALERT %s: %s (%.0f %% %s)",
                alert.getState(),
                Colors.harmless(alert.getRule()),
                100 * alert.getProbability(),
                // The end of a call ends it too, however high it is.
                alert.getState() == AlertState.CLEARED ? "at its end" : "now"));
  }

  private void print(CallSummary summary) {
    out.printf(
        Locale.ROOT,
        "  summary: %.1f s, ended by %s%s; model %s %s%n",
        summary.getDurationMs() / 1_000.0,
        summary.getEndedBy(),
        summary.getEndReason() == null ? "" : " (" + Colors.harmless(summary.getEndReason()) + ")",
        Colors.harmless(summary.getModelName()),
        Colors.harmless(summary.getModelVersion()));
    out.printf(
        Locale.ROOT,
        "    talk %.1f s, nobody talks %.1f s, overlap %.1f s%s%n",
        summary.getTalkMs() / 1_000.0,
        summary.getNonTalkMs() / 1_000.0,
        summary.getOverlapMs() / 1_000.0,
        modelsBefore(summary));
    for (ChannelSummary channel : summary.getChannels()) {
      out.println("    " + line(channel));
      out.printf(
          Locale.ROOT,
          "      talks %.1f s%s%n",
          channel.getTalkMs() / 1_000.0,
          channel.getMeanValence() == null
              ? ""
              : String.format(
                  Locale.ROOT,
                  "; valence %+.2f, arousal %+.2f",
                  channel.getMeanValence(),
                  channel.getMeanArousal()));
      if (!channel.getTimeline().isEmpty()) {
        out.println("      " + timeline(channel.getTimeline()));
      }
    }
  }

  /** The other models that made events. */
  private static String modelsBefore(CallSummary summary) {
    String others =
        summary.getModels().stream()
            .filter(model -> !model.getHash().equals(summary.getModelHash()))
            .map(model -> Colors.harmless(model.getName() + " " + model.getVersion()))
            .collect(Collectors.joining(", "));
    return others.isEmpty() ? "" : "; also model " + others;
  }

  private static String timeline(List<EmotionStretch> stretches) {
    String text =
        stretches.stream()
            .limit(MAX_STRETCHES)
            .map(
                stretch ->
                    String.format(
                        Locale.ROOT,
                        "%.1f-%.1f s %s",
                        stretch.getBeginMs() / 1_000.0,
                        stretch.getEndMs() / 1_000.0,
                        Colors.harmless(stretch.getEmotion())))
            .collect(Collectors.joining(", "));
    int more = stretches.size() - MAX_STRETCHES;
    return more > 0 ? text + ", and " + more + " more" : text;
  }

  private static String line(ChannelSummary channel) {
    String heard =
        String.format(
            Locale.ROOT,
            "%-8s  %.1f s of audio",
            channel.getRole(),
            channel.getAudioMs() / 1_000.0);
    if (channel.getGapMs() > 0) {
      heard += String.format(Locale.ROOT, " and %.1f s missing", channel.getGapMs() / 1_000.0);
    }
    if (!channel.getQuality().isEmpty()) {
      heard += ", " + quality(channel.getQuality()).stripTrailing();
    }
    if (!channel.getAnalyzed()) {
      return heard + ", not analyzed";
    }
    if (channel.getEventCount() == 0) {
      return heard + ", no events";
    }
    return heard
        + String.format(
            Locale.ROOT,
            ", %d events, speech %.0f %%, mostly %s: %s",
            channel.getEventCount(),
            100 * channel.getSpeechShare(),
            Colors.harmless(String.valueOf(channel.getEmotion())),
            shares(channel.getEmotionShares()));
  }

  private static String shares(Map<String, Float> shares) {
    List<Map.Entry<String, Float>> largestFirst =
        shares.entrySet().stream()
            .filter(share -> share.getValue() > 0)
            .sorted(
                Map.Entry.<String, Float>comparingByValue(Comparator.reverseOrder())
                    .thenComparing(Map.Entry.comparingByKey()))
            .toList();
    return largestFirst.stream()
        .map(
            share ->
                String.format(
                    Locale.ROOT,
                    "%s %.0f %%",
                    Colors.harmless(share.getKey()),
                    100 * share.getValue()))
        .collect(Collectors.joining(", "));
  }

  /** The record's fields under their names, and {@code type}, the name of its schema. */
  private static ObjectNode json(SpecificRecord record) {
    ObjectNode node = JSON.createObjectNode();
    node.put("type", record.getSchema().getName());
    putFields(node, record);
    return node;
  }

  private static void putFields(ObjectNode node, IndexedRecord record) {
    for (Schema.Field field : record.getSchema().getFields()) {
      node.set(field.name(), json(record.get(field.pos())));
    }
  }

  private static JsonNode json(Object value) {
    if (value instanceof IndexedRecord nested) {
      ObjectNode object = JSON.createObjectNode();
      putFields(object, nested);
      return object;
    }
    if (value instanceof Map<?, ?> map) {
      ObjectNode object = JSON.createObjectNode();
      map.forEach((key, each) -> object.set(key.toString(), json(each)));
      return object;
    }
    if (value instanceof List<?> list) {
      ArrayNode array = JSON.createArrayNode();
      list.forEach(each -> array.add(json(each)));
      return array;
    }
    boolean asItIs = value == null || value instanceof Number || value instanceof Boolean;
    // Strings, enum constants, and times, which are written as ISO 8601.
    return JSON.valueToTree(asItIs ? value : value.toString());
  }
}
