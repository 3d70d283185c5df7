package dev.speechemotion.streams;

import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.emotion.RunningNormalization;
import dev.speechemotion.features.ChannelAnalyzer;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * One channel of a stream. Its audio comes in segments: stretches without a gap, a pause, or a
 * change of format.
 */
final class ChannelState {
  /** The feed's own name; null where it has none. */
  final String feedName;

  /** Position in the interleaving when it was first heard. */
  final int position;

  /** The name in events. */
  final String id;

  ChannelRole role;
  boolean hasSequence;
  long lastSequence;

  /** Media time at which the next audio is expected, microseconds. */
  long nextMicros;

  /** Media time of the end of the last finished segment, microseconds. */
  long endMicros;

  /** Whether any audio has come. */
  boolean heard;

  /** Audio of finished segments, microseconds. */
  long audioMicros;

  /** Audio missing between segments, microseconds. */
  long gapMicros;

  long lastIngestedAtMs;

  boolean inSegment;
  AudioEncoding encoding;
  int sampleRateHz;
  long segmentBeginMicros;
  long segmentSamples;

  /** Wall-clock time of media time 0 by the segment's chunks; null where they do not say. */
  Long originAtMs;

  /** Null outside segments and on channels that are not analysed. */
  ChannelAnalyzer analyzer;

  /** Null until the first window, and where the classifier does not want it. */
  RunningNormalization normalization;

  long eventCount;
  double voicedShareSum;
  final Map<String, LabelTally> tallies = new TreeMap<>();

  /** By the rule's text. */
  final Map<String, AlertState> alerts = new TreeMap<>();

  /** What the channel's events say of one label. */
  static final class LabelTally {
    long count;
    double probabilitySum;
  }

  /** Where an alert rule stands on the channel. */
  static final class AlertState {
    boolean holds;
    boolean raised;
    long sinceMs;
    long untilMs;
    long firstSequence;
    long lastSequence;
    float probability;
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
    return segmentSamples * 1_000_000 / sampleRateHz;
  }
}
