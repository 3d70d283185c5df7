package dev.speechemotion.app.wallboard;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.speechemotion.avro.AudioFault;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChannelSummary;
import dev.speechemotion.avro.EmotionAlert;
import dev.speechemotion.avro.EmotionEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One channel of a call, as far as its events tell. */
final class LiveChannel {
  private static final int MOST_GAPS = 64;

  /** A rule that holds, or held. */
  private static final int MOST_RULES = 32;

  private final String streamId;
  private final String name;
  private ChannelRole role;

  private String emotion = "";
  private float confidence;
  private boolean uncertain;
  private boolean speech;
  private float speechShare;
  private long untilMs;
  private long atMs;

  /** With those between them, each window covers the media time that none before it reached. */
  private final EmotionStrip strip = new EmotionStrip();

  private final EmotionTrack track = new EmotionTrack();

  /** Begin, end, and whether it was filled, media time in milliseconds. */
  private final List<long[]> gaps = new ArrayList<>();

  /** Rules that hold, by their text. */
  private final Map<String, EmotionAlert> alerts = new LinkedHashMap<>();

  private String modelName = "";
  private String modelVersion = "";
  private String modelHash = "";

  /** What is known to be wrong with its audio. */
  private List<AudioFault> faults = List.of();

  private ChannelSummary summary;

  LiveChannel(String streamId, String name, ChannelRole role) {
    this.streamId = streamId;
    this.name = name;
    this.role = role;
  }

  boolean isNamed(String streamId, String name) {
    return this.streamId.equals(streamId) && this.name.equals(name);
  }

  ChannelRole role() {
    return role;
  }

  /** Of the last event, epoch milliseconds; 0 without one. */
  long atMs() {
    return atMs;
  }

  /** End of the last window, media time, milliseconds. */
  long untilMs() {
    return untilMs;
  }

  /** What was heard in a window of those times; empty if none is remembered. */
  Optional<HeardWindow> window(long beginMs, long endMs, List<String> labels) {
    return track
        .emotion(beginMs, endMs, labels)
        .map(said -> new HeardWindow(role, said, modelName, modelVersion, modelHash));
  }

  void take(EmotionEvent event, List<String> labels, long version) {
    role = event.getRole();
    if (event.getGapBeforeMs() > 0) {
      gap(event.getBeginMs() - event.getGapBeforeMs(), event.getBeginMs());
    }
    strip.add(event.getEmotion(), Math.max(untilMs, event.getBeginMs()), event.getEndMs(), version);
    track.add(
        event.getBeginMs(),
        event.getEndMs(),
        event.getSpeechShare(),
        event.getEmotion(),
        event.getSmoothedProbabilities(),
        labels);
    untilMs = Math.max(untilMs, event.getEndMs());
    emotion = event.getEmotion();
    confidence = event.getConfidence();
    uncertain = event.getUncertain();
    speech = event.getSpeech();
    speechShare = event.getSpeechShare();
    atMs = event.getCreatedAt().toEpochMilli();
    modelName = event.getModelName();
    modelVersion = event.getModelVersion();
    modelHash = event.getModelHash();
    faults = event.getQuality();
  }

  private void gap(long beginMs, long endMs) {
    gaps.add(new long[] {Math.max(0, beginMs), endMs});
    if (gaps.size() > MOST_GAPS) {
      gaps.remove(0);
    }
  }

  void raise(EmotionAlert alert) {
    if (alerts.size() < MOST_RULES) {
      alerts.put(alert.getRule(), alert);
    }
  }

  void clear(EmotionAlert alert) {
    alerts.remove(alert.getRule());
  }

  void end(ChannelSummary summary) {
    this.summary = summary;
    faults = summary.getQuality();
    role = summary.getRole();
    alerts.clear();
  }

  /** What a row shows, with what changed of the strip after a version. */
  void writeRow(ObjectNode channel, long since) {
    channel.put("stream", streamId);
    channel.put("channel", name);
    channel.put("role", role.name());
    if (!emotion.isEmpty()) {
      channel.put("emotion", emotion);
      channel.put("confidence", rounded(confidence));
      channel.put("uncertain", uncertain);
      channel.put("speech", speech);
      channel.put("talking", rounded(speechShare));
      channel.put("sinceMs", strip.sinceMs());
      channel.put("untilMs", untilMs);
      channel.put("at", atMs);
    }
    if (summary != null) {
      channel.put("analyzed", summary.getAnalyzed());
    }
    if (!faults.isEmpty()) {
      ArrayNode quality = channel.putArray("quality");
      faults.forEach(fault -> quality.add(fault.name()));
    }
    strip.write(channel, since);
  }

  void writeAlerts(ArrayNode all) {
    for (EmotionAlert alert : alerts.values()) {
      ObjectNode node = all.addObject();
      node.put("channel", name);
      node.put("role", role.name());
      node.put("rule", alert.getRule());
      node.put("emotion", alert.getEmotion());
      node.put("raisedAt", alert.getCreatedAt().toEpochMilli());
    }
  }

  /** All that is known, for the page of one call. */
  void writeDetail(ObjectNode channel, List<String> labels) {
    writeRow(channel, 0);
    channel.put("model", modelName + " " + modelVersion);
    track.write(channel, labels);
    ArrayNode missing = channel.putArray("gaps");
    gaps.forEach(gap -> missing.addArray().add(gap[0]).add(gap[1]));
    if (summary != null) {
      channel.put("audioMs", summary.getAudioMs());
      channel.put("talkMs", summary.getTalkMs());
      channel.put("gapMs", summary.getGapMs());
      channel.put("gapCount", summary.getGapCount());
    }
  }

  private static double rounded(float share) {
    return Math.round(share * 1_000) / 1_000.0;
  }
}
