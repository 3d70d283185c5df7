package dev.speechemotion.streams.results;

import dev.speechemotion.avro.ChannelSummary;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.avro.EmotionStretch;
import dev.speechemotion.emotion.Circumplex;
import dev.speechemotion.streams.state.StateFields;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a channel's events come to over the call, for its summary. */
public final class EmotionTotals {
  /** Stands for "before any time". */
  public static final long NONE = Long.MIN_VALUE;

  /** What the channel's events say of one label. */
  private static final class LabelTotal {
    /** Media time of the events with that label. */
    private long timeMs;

    private double probabilitySum;
  }

  /** Number of the next event. */
  private long nextEvent;

  /** Events with an emotion. */
  private long eventCount;

  /** Windows with too little speech for an emotion. */
  private long noSpeechCount;

  private double speechShareSum;
  private final Map<String, LabelTotal> byLabel = new TreeMap<>();

  /** End of the last event with an emotion, media time, or {@link #NONE}. */
  private long lastEndMs = NONE;

  private final EmotionTimeline timeline = new EmotionTimeline();

  /** Number of the next event. */
  public long nextEvent() {
    return nextEvent;
  }

  /** End of the last event with an emotion, media time, or {@link #NONE}. */
  public long lastEndMs() {
    return lastEndMs;
  }

  /**
   * Counts a window with too little speech for an emotion.
   *
   * @param sent whether there is an event of it
   */
  public void countNoSpeech(boolean sent) {
    noSpeechCount++;
    if (sent) {
      nextEvent++;
    }
  }

  /**
   * Counts an event with an emotion.
   *
   * @param labels of the model
   * @param probabilities {@code [labels]}, as in the event
   */
  public void count(EmotionEvent event, List<String> labels, float[] probabilities) {
    nextEvent++;
    eventCount++;
    speechShareSum += event.getSpeechShare();
    for (int i = 0; i < probabilities.length; i++) {
      byLabel.computeIfAbsent(labels.get(i), label -> new LabelTotal()).probabilitySum +=
          probabilities[i];
    }
    // An event stands for the time that no event before it has had.
    long fromMs = Math.max(event.getBeginMs(), lastEndMs);
    if (event.getEndMs() > fromMs) {
      byLabel.get(event.getEmotion()).timeMs += event.getEndMs() - fromMs;
      timeline.add(event.getEmotion(), fromMs, event.getEndMs());
      lastEndMs = event.getEndMs();
    }
  }

  /**
   * Fills in what the totals have to say.
   *
   * @param labels of the models
   * @param circumplex of these labels; empty where they are not on it
   */
  public void summarize(
      ChannelSummary summary, List<String> labels, Optional<Circumplex> circumplex) {
    long timeMs = byLabel.values().stream().mapToLong(total -> total.timeMs).sum();
    Map<String, Float> shares = new HashMap<>();
    Map<String, Float> means = new HashMap<>();
    byLabel.forEach(
        (label, total) -> {
          shares.put(label, timeMs == 0 ? 0 : (float) ((double) total.timeMs / timeMs));
          means.put(label, (float) (total.probabilitySum / eventCount));
        });
    summary.setEventCount(eventCount);
    summary.setNoSpeechCount(noSpeechCount);
    summary.setSpeechShare(eventCount == 0 ? 0 : (float) (speechShareSum / eventCount));
    summary.setEmotion(emotionOfMostTime());
    summary.setEmotionShares(shares);
    summary.setMeanProbabilities(means);
    if (circumplex.isPresent() && eventCount > 0) {
      float[] mean = new float[labels.size()];
      for (int i = 0; i < mean.length; i++) {
        mean[i] = means.getOrDefault(labels.get(i), 0f);
      }
      summary.setMeanValence(circumplex.get().valence(mean));
      summary.setMeanArousal(circumplex.get().arousal(mean));
    }
    summary.setTimeline(
        timeline.stretches().stream()
            .map(
                stretch ->
                    new EmotionStretch(stretch.emotion(), stretch.beginMs(), stretch.endMs()))
            .toList());
  }

  /** The more probable one where two have the same time; null before the first event. */
  private String emotionOfMostTime() {
    String emotion = null;
    LabelTotal most = null;
    for (Map.Entry<String, LabelTotal> entry : byLabel.entrySet()) {
      LabelTotal total = entry.getValue();
      if (most == null
          || total.timeMs > most.timeMs
          || total.timeMs == most.timeMs && total.probabilitySum > most.probabilitySum) {
        most = total;
        emotion = entry.getKey();
      }
    }
    return emotion;
  }

  public void writeState(DataOutput out) throws IOException {
    StateFields.writeCount(out, nextEvent);
    StateFields.writeCount(out, eventCount);
    StateFields.writeCount(out, noSpeechCount);
    out.writeDouble(speechShareSum);
    StateFields.writeCount(out, byLabel.size());
    for (Map.Entry<String, LabelTotal> entry : byLabel.entrySet()) {
      out.writeUTF(entry.getKey());
      StateFields.writeCount(out, entry.getValue().timeMs);
      out.writeDouble(entry.getValue().probabilitySum);
    }
    out.writeLong(lastEndMs);
    timeline.writeState(out, new ArrayList<>(byLabel.keySet()));
  }

  /** Reads what {@link #writeState} wrote. */
  public void readState(DataInput in) throws IOException {
    nextEvent = StateFields.readCount(in);
    eventCount = StateFields.readCount(in);
    noSpeechCount = StateFields.readCount(in);
    speechShareSum = in.readDouble();
    int labelCount = StateFields.readCount(in, "labels", EmotionSmoothing.MAX_LABELS);
    for (int i = 0; i < labelCount; i++) {
      String label = in.readUTF();
      LabelTotal total = new LabelTotal();
      total.timeMs = StateFields.readCount(in);
      total.probabilitySum = in.readDouble();
      byLabel.put(label, total);
    }
    lastEndMs = in.readLong();
    timeline.readState(in, new ArrayList<>(byLabel.keySet()));
  }
}
