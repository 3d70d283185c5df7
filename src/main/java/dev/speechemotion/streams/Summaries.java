package dev.speechemotion.streams;

import dev.speechemotion.avro.AlertTally;
import dev.speechemotion.avro.CallEnd;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.ChannelSummary;
import dev.speechemotion.avro.EmotionStretch;
import dev.speechemotion.avro.ModelUsed;
import dev.speechemotion.emotion.Circumplex;
import dev.speechemotion.emotion.ModelIdentity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/** Makes the summary of a call that ends. */
final class Summaries {
  static final int MAX_MODELS = 8;

  private final Predicate<ChannelState> analyzed;
  private final List<String> labels;
  private final Circumplex circumplex;
  private final Function<ChannelState, ModelIdentity> models;

  /**
   * @param circumplex of these labels; null if there is none
   * @param models the model that made a channel's last event, or would have
   */
  Summaries(
      Predicate<ChannelState> analyzed,
      List<String> labels,
      Circumplex circumplex,
      Function<ChannelState, ModelIdentity> models) {
    this.analyzed = analyzed;
    this.labels = labels;
    this.circumplex = circumplex;
    this.models = models;
  }

  CallSummary of(CallState call, CallEnd endedBy, long nowMs) {
    List<ChannelSummary> channels = new ArrayList<>();
    long endMicros = 0;
    // Streams come in any order; their times do not depend on it.
    List<StreamState> streams = new ArrayList<>(call.streams);
    streams.sort(
        Comparator.comparingLong((StreamState stream) -> stream.firstIngestedAtMs)
            .thenComparing(stream -> stream.streamId));
    for (StreamState stream : streams) {
      for (ChannelState channel : stream.channels) {
        channels.add(of(stream, channel));
        endMicros = Math.max(endMicros, channel.endMicros);
      }
    }
    CallSummary summary = new CallSummary();
    summary.setCallId(call.callId());
    summary.setAccount(call.account);
    summary.setSource(call.source);
    summary.setEndedBy(endedBy);
    summary.setEndReason(call.endReason);
    summary.setFirstChunkIngestedAt(Instant.ofEpochMilli(call.firstIngestedAtMs));
    summary.setLastChunkIngestedAt(Instant.ofEpochMilli(call.lastIngestedAtMs));
    summary.setDurationMs(endMicros / 1_000);
    summary.setTalkMs(call.talk.talkMs());
    summary.setNonTalkMs(Math.max(0, endMicros / 1_000 - call.talk.talkMs()));
    summary.setOverlapMs(call.talk.overlapMs());
    summary.setChannels(channels);
    ModelIdentity model = models.apply(channelOfTheLastEvent(call));
    summary.setModelName(model.name());
    summary.setModelVersion(model.version());
    summary.setModelHash(model.hash());
    summary.setModels(
        call.models.stream()
            .map(used -> new ModelUsed(used.name(), used.version(), used.hash()))
            .toList());
    summary.setCreatedAt(Instant.ofEpochMilli(nowMs));
    return summary;
  }

  /** By media time; null if the call has no channel. */
  private static ChannelState channelOfTheLastEvent(CallState call) {
    ChannelState last = null;
    for (StreamState stream : call.streams) {
      for (ChannelState channel : stream.channels) {
        if (last == null || channel.labelEndMs > last.labelEndMs) {
          last = channel;
        }
      }
    }
    return last;
  }

  private ChannelSummary of(StreamState stream, ChannelState channel) {
    long timeMs = channel.tallies.values().stream().mapToLong(tally -> tally.timeMs).sum();
    Map<String, Float> shares = new HashMap<>();
    Map<String, Float> means = new HashMap<>();
    String emotion = null;
    ChannelState.LabelTally most = null;
    for (Map.Entry<String, ChannelState.LabelTally> entry : channel.tallies.entrySet()) {
      ChannelState.LabelTally tally = entry.getValue();
      shares.put(entry.getKey(), timeMs == 0 ? 0 : (float) ((double) tally.timeMs / timeMs));
      means.put(entry.getKey(), (float) (tally.probabilitySum / channel.eventCount));
      if (most == null
          || tally.timeMs > most.timeMs
          || tally.timeMs == most.timeMs && tally.probabilitySum > most.probabilitySum) {
        most = tally;
        emotion = entry.getKey();
      }
    }
    ChannelSummary summary = new ChannelSummary();
    summary.setStreamId(stream.streamId);
    summary.setChannel(channel.id);
    summary.setRole(channel.role);
    summary.setAnalyzed(analyzed.test(channel));
    summary.setAudioMs(channel.audioMicros / 1_000);
    summary.setGapMs(channel.gapMicros / 1_000);
    summary.setGapCount(channel.gapCount);
    summary.setTalkMs(channel.talk.talkMicros / 1_000);
    summary.setNonTalkMs(Math.max(0, channel.audioMicros - channel.talk.talkMicros) / 1_000);
    summary.setEventCount(channel.eventCount);
    summary.setNoSpeechCount(channel.silentCount);
    summary.setVoicedShare(
        channel.eventCount == 0 ? 0 : (float) (channel.voicedShareSum / channel.eventCount));
    summary.setEmotion(emotion);
    summary.setEmotionShares(shares);
    summary.setMeanProbabilities(means);
    if (circumplex != null && channel.eventCount > 0) {
      float[] mean = new float[labels.size()];
      for (int i = 0; i < mean.length; i++) {
        mean[i] = means.getOrDefault(labels.get(i), 0f);
      }
      summary.setMeanValence(circumplex.valence(mean));
      summary.setMeanArousal(circumplex.arousal(mean));
    }
    summary.setTimeline(
        channel.timeline.stretches.stream()
            .map(
                stretch ->
                    new EmotionStretch(stretch.emotion(), stretch.beginMs(), stretch.endMs()))
            .toList());
    summary.setAlerts(alerts(channel));
    return summary;
  }

  private static List<AlertTally> alerts(ChannelState channel) {
    List<AlertTally> tallies = new ArrayList<>();
    channel.alerts.forEach(
        (rule, progress) -> {
          if (progress.raisedCount > 0) {
            tallies.add(
                new AlertTally(
                    rule, progress.raisedCount, progress.firstRaisedMs, progress.heldMs));
          }
        });
    return tallies;
  }
}
