package dev.speechemotion.streams;

import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.emotion.RunningNormalization;
import dev.speechemotion.features.ChannelAnalyzer;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * One channel of a stream. Its audio comes in segments: stretches without a pause, a change of
 * format, or a gap that is too long to be filled.
 */
final class ChannelState {
  static final long NONE = Long.MIN_VALUE;

  /** The feed's own name; null where it has none. */
  final String feedName;

  /** Position in the interleaving when it was first heard. */
  final int position;

  /** The name in events. */
  final String id;

  ChannelRole role;

  /** Number of the last chunk heard. */
  boolean hasSequence;

  long lastSequence;

  /** Outside segments: media time at which the next audio is expected, microseconds. */
  long nextMicros;

  /** Media time of the end of the last finished segment, microseconds. */
  long endMicros;

  /** Whether any audio has come. */
  boolean heard;

  /** Audio of finished segments, microseconds; without what gaps were filled with. */
  long audioMicros;

  /** Audio missing between segments and within them, microseconds, and in how many places. */
  long gapMicros;

  long gapCount;

  /** Of that, what was skipped since the last segment, before {@link #endMicros}. */
  long skippedMicros;

  long lastIngestedAtMs;

  boolean inSegment;
  AudioEncoding encoding;

  /** Of the segment, or of the last one; 0 before the first. */
  int sampleRateHz;

  long segmentBeginMicros;

  /** Of the segment so far; {@link #filledSamples} of them fill gaps. */
  long segmentSamples;

  long filledSamples;
  final Fills fills = new Fills();

  /** What was missing directly before the segment, microseconds. */
  long gapBeforeMicros;

  /** Wall-clock time of media time 0 by the segment's chunks; null where they do not say. */
  Long originAtMs;

  /** Null outside segments and on channels that are not analysed. */
  ChannelAnalyzer analyzer;

  /** The model whose features the analyzer computes; null where there is none. Not stored. */
  OpenModels.OpenModel model;

  /** The model that made the last event with an emotion; null before the first. */
  ModelIdentity eventModel;

  /** Null until the first window, and where the classifier does not want it. */
  RunningNormalization normalization;

  final TalkMeter talk = new TalkMeter();

  /** Number of the next event. */
  long nextEvent;

  /** Events with an emotion. */
  long eventCount;

  /** Windows with too little speech for an emotion. */
  long silentCount;

  double voicedShareSum;
  final Map<String, LabelTally> tallies = new TreeMap<>();

  /** The emotion that the smoothed probabilities stand at; null before the first. */
  String label;

  /** End of the last event with an emotion, media time, or {@link #NONE}. */
  long labelEndMs = NONE;

  final Timeline timeline = new Timeline();

  /** By the rule's text. */
  final Map<String, AlertProgress> alerts = new TreeMap<>();

  /** What the channel's events say of one label. */
  static final class LabelTally {
    /** Media time of the events with that label. */
    long timeMs;

    double probabilitySum;
    float smoothed;
  }

  ChannelState(String feedName, int position, ChannelRole role) {
    this.feedName = feedName;
    this.position = position;
    this.role = role;
    this.id = feedName != null ? feedName : role.name().toLowerCase(Locale.ROOT) + "-" + position;
  }

  /** Media time of the end of what was heard, microseconds. */
  long heardUntilMicros() {
    return inSegment ? segmentBeginMicros + segmentMicros() : endMicros;
  }

  /** Length of the segment so far, microseconds. */
  long segmentMicros() {
    return micros(segmentSamples);
  }

  long micros(long samples) {
    return samples * 1_000_000 / sampleRateHz;
  }

  /** Ends the segment, whatever the analyser still holds. */
  void closeSegment() {
    audioMicros += micros(segmentSamples - filledSamples);
    endMicros = heardUntilMicros();
    nextMicros = endMicros;
    inSegment = false;
    analyzer = null;
    model = null;
    fills.clear();
    talk.cut();
  }
}
