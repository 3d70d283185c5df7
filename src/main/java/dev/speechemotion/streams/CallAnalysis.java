package dev.speechemotion.streams;

import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.avro.AlertState;
import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.CallEnd;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.ChannelSummary;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.avro.EmotionAlert;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.avro.MediaGap;
import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.EmotionScores;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.emotion.Population;
import dev.speechemotion.emotion.RunningNormalization;
import dev.speechemotion.features.ChannelAnalyzer;
import dev.speechemotion.features.FeatureExtractor;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What chunks do to a call: media time, segments, windows, events, alerts, the summary. Knows
 * nothing of Kafka. Holds scratch space, so it serves one thread; what must survive is in {@link
 * CallState}.
 */
final class CallAnalysis {

  /** Receives what the analysis finds. */
  interface Output {
    void event(EmotionEvent event);

    void alert(EmotionAlert alert);

    void summary(CallSummary summary);
  }

  /** A media offset that differs by no more than this from the one expected is jitter. */
  static final long OFFSET_TOLERANCE_MICROS = 20_000;

  static final int MAX_CHANNELS_PER_CALL = 64;
  static final int MAX_STREAMS_PER_CALL = 64;
  static final int MAX_EVIDENCE = 64;

  /** Samples decoded at a time; bounds the scratch space whatever the chunk. */
  private static final int BLOCK_SAMPLES = 4_096;

  private final StreamSettings settings;
  private final FeatureExtractor extractor;
  private final EmotionClassifier classifier;
  private final LongSupplier clockMs;
  private final Output output;

  private final List<String> labels;
  private final float[] samples = new float[BLOCK_SAMPLES];
  private final float[] probabilities;

  /** Null where vectors are classified as they are. */
  private final Population population;

  private final float[] adapted;
  private final ChannelState[] chunkChannels = new ChannelState[ChunkRules.MAX_CHANNELS];
  private final ChannelAnalyzer.WindowSink windowSink = this::window;

  /** Whose windows are being handed out. */
  private CallState sinkCall;

  private StreamState sinkStream;
  private ChannelState sinkChannel;

  /**
   * @param clockMs wall-clock time, milliseconds
   * @throws IllegalArgumentException if classifier, features and rules do not fit one another
   */
  CallAnalysis(
      StreamSettings settings,
      FeatureExtractor extractor,
      EmotionClassifier classifier,
      LongSupplier clockMs,
      Output output) {
    this.settings = settings;
    this.extractor = extractor;
    this.classifier = classifier;
    this.clockMs = clockMs;
    this.output = output;
    EmotionTopology.requireFit(settings, extractor.spec(), classifier);
    this.labels = List.copyOf(classifier.labels());
    this.probabilities = new float[labels.size()];
    this.population = classifier.population().orElse(null);
    this.adapted = new float[classifier.featureCount()];
  }

  /**
   * Whether the chunk can be used in the call as it stands; null if so. Changes nothing.
   *
   * @param call null if the call is not known yet
   */
  Rejection check(CallState call, AudioChunk chunk) {
    if (call == null) {
      return null;
    }
    StreamState stream = call.stream(chunk.getStreamId());
    ChunkKind kind = chunk.getKind();
    if (stream == null) {
      return createsStream(kind) && call.streams.size() >= MAX_STREAMS_PER_CALL
          ? new Rejection(
              RejectReason.TOO_MANY_CHANNELS,
              "the call has " + MAX_STREAMS_PER_CALL + " streams already")
          : null;
    }
    if (kind != ChunkKind.MEDIA) {
      return null;
    }
    if (stream.stopped) {
      return new Rejection(RejectReason.LATE, "the stream has stopped");
    }
    List<AudioChannel> channels = chunk.getChannels();
    int unknown = 0;
    for (int i = 0; i < channels.size(); i++) {
      ChannelState channel = stream.channel(channels.get(i), i);
      if (channel == null) {
        unknown++;
      } else if (channel.hasSequence && chunk.getSequenceNumber() <= channel.lastSequence) {
        return new Rejection(
            RejectReason.OUT_OF_ORDER,
            "sequenceNumber "
                + chunk.getSequenceNumber()
                + " is not above the last one of its channels, "
                + channel.lastSequence);
      }
    }
    if (unknown > 0 && call.channelCount() + unknown > MAX_CHANNELS_PER_CALL) {
      return new Rejection(
          RejectReason.TOO_MANY_CHANNELS,
          "the call would have more than " + MAX_CHANNELS_PER_CALL + " channels");
    }
    return null;
  }

  /** Whether a message of that kind makes a call or a stream known; the others need one. */
  static boolean createsStream(ChunkKind kind) {
    return kind == ChunkKind.START || kind == ChunkKind.MEDIA;
  }

  /**
   * Takes a chunk that {@link #check} has passed.
   *
   * @return whether the call has ended
   */
  boolean accept(CallState call, AudioChunk chunk) {
    long ingestedAtMs = chunk.getIngestedAt().toEpochMilli();
    if (call.streams.isEmpty()) {
      call.firstIngestedAtMs = ingestedAtMs;
      call.source = chunk.getSource();
    }
    call.lastIngestedAtMs = Math.max(call.lastIngestedAtMs, ingestedAtMs);
    call.lastSeenMs = clockMs.getAsLong();
    if (chunk.getAccount() != null) {
      call.account = chunk.getAccount();
    }

    StreamState stream = call.stream(chunk.getStreamId());
    if (stream == null) {
      if (!createsStream(chunk.getKind())) {
        return false;
      }
      stream = new StreamState(chunk.getStreamId());
      call.streams.add(stream);
    }
    switch (chunk.getKind()) {
      case MEDIA -> media(call, stream, chunk, ingestedAtMs);
      case START -> start(stream);
      case PAUSED, RESUMED, DISCARDED -> interrupt(call, stream, chunk);
      case STOP -> {
        stop(call, stream, chunk);
        if (call.allStopped()) {
          end(call, CallEnd.STOP);
          return true;
        }
      }
      case DTMF, MARK, UNKNOWN -> {
        // Nothing to be heard.
      }
    }
    return false;
  }

  /** Ends a call: hands out what is still due and the summary. The call is not used again. */
  void end(CallState call, CallEnd endedBy) {
    for (StreamState stream : call.streams) {
      for (ChannelState channel : stream.channels) {
        finishSegment(call, stream, channel);
        for (AlertRule rule : settings.alertRules()) {
          ChannelState.AlertState alert = channel.alerts.get(rule.text());
          if (alert != null && alert.raised) {
            output.alert(alert(call, stream, channel, rule, alert, AlertState.CLEARED));
          }
        }
      }
    }
    output.summary(summary(call, endedBy));
  }

  private static void start(StreamState stream) {
    if (stream.stopped) {
      stream.stopped = false;
      for (ChannelState channel : stream.channels) {
        channel.hasSequence = false;
      }
    }
  }

  private void stop(CallState call, StreamState stream, AudioChunk chunk) {
    stream.stopped = true;
    if (chunk.getEndReason() != null) {
      call.endReason = chunk.getEndReason();
    }
    for (ChannelState channel : stream.channels) {
      finishSegment(call, stream, channel);
    }
  }

  /** No window spans a pause: ends the segments of the channels named, or of all. */
  private void interrupt(CallState call, StreamState stream, AudioChunk chunk) {
    List<AudioChannel> named = chunk.getChannels();
    if (named.isEmpty()) {
      for (ChannelState channel : stream.channels) {
        interrupt(call, stream, channel, chunk);
      }
      return;
    }
    for (int i = 0; i < named.size(); i++) {
      ChannelState channel = stream.channel(named.get(i), i);
      if (channel != null) {
        interrupt(call, stream, channel, chunk);
      }
    }
  }

  private void interrupt(
      CallState call, StreamState stream, ChannelState channel, AudioChunk chunk) {
    finishSegment(call, stream, channel);
    MediaGap gap = chunk.getGap();
    if (gap != null) {
      channel.nextMicros =
          Math.max(channel.nextMicros, gap.getOffsetMicros() + gap.getDurationMicros());
    }
  }

  private void media(CallState call, StreamState stream, AudioChunk chunk, long ingestedAtMs) {
    List<AudioChannel> channels = chunk.getChannels();
    int channelCount = channels.size();
    AudioEncoding encoding = ChunkRules.encoding(chunk.getEncoding());
    for (int i = 0; i < channelCount; i++) {
      AudioChannel named = channels.get(i);
      ChannelState channel = stream.channel(named, i);
      if (channel == null) {
        channel = new ChannelState(named.getName(), i, named.getRole());
        stream.channels.add(channel);
      }
      channel.hasSequence = true;
      channel.lastSequence = chunk.getSequenceNumber();
      placeInTime(call, stream, channel, named, chunk, encoding);
      channel.lastIngestedAtMs = ingestedAtMs;
      chunkChannels[i] = channel;
    }

    ByteBuffer payload = chunk.getPayload();
    int frameBytes = channelCount * encoding.bytesPerSample();
    int frames = payload.remaining() / frameBytes;
    for (int i = 0; i < channelCount; i++) {
      hear(
          call,
          stream,
          chunkChannels[i],
          payload.array(),
          payload.arrayOffset() + payload.position() + i * encoding.bytesPerSample(),
          channelCount,
          frames);
      chunkChannels[i] = null;
    }
  }

  /** Goes on with the channel's segment, or begins a new one where the chunk does not follow on. */
  private void placeInTime(
      CallState call,
      StreamState stream,
      ChannelState channel,
      AudioChannel named,
      AudioChunk chunk,
      AudioEncoding encoding) {
    MediaGap gap = chunk.getGap();
    boolean follows =
        channel.inSegment
            && gap == null
            && encoding == channel.encoding
            && chunk.getSampleRateHz() == channel.sampleRateHz
            && named.getRole() == channel.role;
    Long offsetMicros = chunk.getMediaOffsetMicros();
    if (follows && offsetMicros != null) {
      long jumpMicros = offsetMicros - channel.heardUntilMicros();
      follows = Math.abs(jumpMicros) <= OFFSET_TOLERANCE_MICROS;
    }
    if (!follows) {
      interrupt(call, stream, channel, chunk);
      long beginMicros = offsetMicros != null ? offsetMicros : channel.nextMicros;
      beginSegment(channel, named, encoding, chunk.getSampleRateHz(), beginMicros);
    }
    if (channel.originAtMs == null && chunk.getCapturedAt() != null) {
      channel.originAtMs =
          chunk.getCapturedAt().toEpochMilli() - channel.heardUntilMicros() / 1_000;
    }
  }

  private void beginSegment(
      ChannelState channel,
      AudioChannel named,
      AudioEncoding encoding,
      int sampleRateHz,
      long beginMicros) {
    if (channel.heard && beginMicros > channel.endMicros) {
      channel.gapMicros += beginMicros - channel.endMicros;
    }
    channel.heard = true;
    channel.role = named.getRole();
    channel.inSegment = true;
    channel.encoding = encoding;
    channel.sampleRateHz = sampleRateHz;
    channel.segmentBeginMicros = beginMicros;
    channel.segmentSamples = 0;
    channel.originAtMs = null;
    channel.analyzer =
        isAnalyzed(channel)
            ? new ChannelAnalyzer(extractor, settings.windows(), sampleRateHz)
            : null;
  }

  private void finishSegment(CallState call, StreamState stream, ChannelState channel) {
    if (!channel.inSegment) {
      return;
    }
    if (channel.analyzer != null) {
      aim(call, stream, channel);
      channel.analyzer.finish(windowSink);
      channel.analyzer = null;
    }
    channel.audioMicros += channel.segmentMicros();
    channel.endMicros = channel.heardUntilMicros();
    channel.nextMicros = channel.endMicros;
    channel.inSegment = false;
  }

  private boolean isAnalyzed(ChannelState channel) {
    return settings.analyzedRoles().contains(channel.role);
  }

  private void hear(
      CallState call,
      StreamState stream,
      ChannelState channel,
      byte[] payload,
      int offset,
      int stride,
      int frames) {
    channel.segmentSamples += frames;
    if (channel.analyzer == null) {
      return;
    }
    aim(call, stream, channel);
    int frameBytes = stride * channel.encoding.bytesPerSample();
    for (int done = 0; done < frames; done += BLOCK_SAMPLES) {
      int count = Math.min(BLOCK_SAMPLES, frames - done);
      channel.encoding.decode(payload, offset + done * frameBytes, stride, count, samples, 0);
      channel.analyzer.accept(samples, 0, count, windowSink);
    }
  }

  private void aim(CallState call, StreamState stream, ChannelState channel) {
    sinkCall = call;
    sinkStream = stream;
    sinkChannel = channel;
  }

  private void window(long beginMs, long endMs, float voicedShare, float[] features) {
    CallState call = sinkCall;
    StreamState stream = sinkStream;
    ChannelState channel = sinkChannel;
    classifier.classify(adapt(channel, voicedShare, features), 1, probabilities);
    int best = EmotionScores.indexOfMax(probabilities, 0, probabilities.length);

    long segmentBeginMs = channel.segmentBeginMicros / 1_000;
    ModelIdentity model = classifier.model();
    EmotionEvent event = new EmotionEvent();
    event.setCallId(call.callId());
    event.setStreamId(stream.streamId);
    event.setChannel(channel.id);
    event.setRole(channel.role);
    event.setSequenceNumber(channel.eventCount);
    event.setBeginMs(segmentBeginMs + beginMs);
    event.setEndMs(segmentBeginMs + endMs);
    if (channel.originAtMs != null) {
      event.setBeginAt(Instant.ofEpochMilli(channel.originAtMs + event.getBeginMs()));
      event.setEndAt(Instant.ofEpochMilli(channel.originAtMs + event.getEndMs()));
    }
    event.setEmotion(labels.get(best));
    event.setConfidence(probabilities[best]);
    event.setUncertain(probabilities[best] < classifier.uncertainBelow());
    Map<String, Float> byLabel = new LinkedHashMap<>();
    for (int i = 0; i < probabilities.length; i++) {
      byLabel.put(labels.get(i), probabilities[i]);
    }
    event.setProbabilities(byLabel);
    event.setVoicedShare(voicedShare);
    event.setModelName(model.name());
    event.setModelVersion(model.version());
    event.setModelHash(model.hash());
    event.setLastChunkIngestedAt(Instant.ofEpochMilli(channel.lastIngestedAtMs));
    event.setCreatedAt(Instant.ofEpochMilli(clockMs.getAsLong()));

    channel.eventCount++;
    channel.voicedShareSum += voicedShare;
    for (int i = 0; i < probabilities.length; i++) {
      ChannelState.LabelTally tally =
          channel.tallies.computeIfAbsent(labels.get(i), label -> new ChannelState.LabelTally());
      tally.probabilitySum += probabilities[i];
      if (i == best) {
        tally.count++;
      }
    }
    output.event(event);
    for (AlertRule rule : settings.alertRules()) {
      follow(call, stream, channel, rule, event);
    }
  }

  /**
   * The vector to classify: the window's own, or as adapted to what the channel has said so far.
   */
  private float[] adapt(ChannelState channel, float voicedShare, float[] features) {
    if (population == null) {
      return features;
    }
    if (channel.normalization == null) {
      channel.normalization = new RunningNormalization(population);
    }
    channel.normalization.count(features, voicedShare);
    channel.normalization.apply(features, adapted);
    return adapted;
  }

  private void follow(
      CallState call,
      StreamState stream,
      ChannelState channel,
      AlertRule rule,
      EmotionEvent event) {
    ChannelState.AlertState alert =
        channel.alerts.computeIfAbsent(rule.text(), text -> new ChannelState.AlertState());
    float probability = event.getProbabilities().get(rule.emotion());
    boolean above = probability >= rule.threshold();
    if (alert.holds && !(above && event.getBeginMs() <= alert.untilMs)) {
      alert.holds = false;
      if (alert.raised) {
        alert.raised = false;
        alert.probability = probability;
        output.alert(alert(call, stream, channel, rule, alert, AlertState.CLEARED));
      }
    }
    if (!above) {
      return;
    }
    if (!alert.holds) {
      alert.holds = true;
      alert.sinceMs = event.getBeginMs();
      alert.firstSequence = event.getSequenceNumber();
    }
    alert.untilMs = event.getEndMs();
    alert.lastSequence = event.getSequenceNumber();
    alert.probability = probability;
    if (!alert.raised && alert.untilMs - alert.sinceMs >= rule.holdMs()) {
      alert.raised = true;
      output.alert(alert(call, stream, channel, rule, alert, AlertState.RAISED));
    }
  }

  private EmotionAlert alert(
      CallState call,
      StreamState stream,
      ChannelState channel,
      AlertRule rule,
      ChannelState.AlertState state,
      AlertState step) {
    List<Long> evidence = new ArrayList<>();
    long first = Math.max(state.firstSequence, state.lastSequence - MAX_EVIDENCE + 1);
    for (long sequence = first; sequence <= state.lastSequence; sequence++) {
      evidence.add(sequence);
    }
    ModelIdentity model = classifier.model();
    EmotionAlert alert = new EmotionAlert();
    alert.setCallId(call.callId());
    alert.setStreamId(stream.streamId);
    alert.setChannel(channel.id);
    alert.setRole(channel.role);
    alert.setRule(rule.text());
    alert.setState(step);
    alert.setEmotion(rule.emotion());
    alert.setProbability(state.probability);
    alert.setThreshold(rule.threshold());
    alert.setSinceMs(state.sinceMs);
    alert.setUntilMs(state.untilMs);
    alert.setEvidence(evidence);
    alert.setModelName(model.name());
    alert.setModelVersion(model.version());
    alert.setModelHash(model.hash());
    alert.setCreatedAt(Instant.ofEpochMilli(clockMs.getAsLong()));
    return alert;
  }

  private CallSummary summary(CallState call, CallEnd endedBy) {
    List<ChannelSummary> channels = new ArrayList<>();
    long endMicros = 0;
    for (StreamState stream : call.streams) {
      for (ChannelState channel : stream.channels) {
        channels.add(summary(stream, channel));
        endMicros = Math.max(endMicros, channel.endMicros);
      }
    }
    ModelIdentity model = classifier.model();
    CallSummary summary = new CallSummary();
    summary.setCallId(call.callId());
    summary.setAccount(call.account);
    summary.setSource(call.source);
    summary.setEndedBy(endedBy);
    summary.setEndReason(call.endReason);
    summary.setFirstChunkIngestedAt(Instant.ofEpochMilli(call.firstIngestedAtMs));
    summary.setLastChunkIngestedAt(Instant.ofEpochMilli(call.lastIngestedAtMs));
    summary.setDurationMs(endMicros / 1_000);
    summary.setChannels(channels);
    summary.setModelName(model.name());
    summary.setModelVersion(model.version());
    summary.setModelHash(model.hash());
    summary.setCreatedAt(Instant.ofEpochMilli(clockMs.getAsLong()));
    return summary;
  }

  private ChannelSummary summary(StreamState stream, ChannelState channel) {
    Map<String, Float> shares = new HashMap<>();
    Map<String, Float> means = new HashMap<>();
    String emotion = null;
    ChannelState.LabelTally most = null;
    for (Map.Entry<String, ChannelState.LabelTally> entry : channel.tallies.entrySet()) {
      ChannelState.LabelTally tally = entry.getValue();
      shares.put(entry.getKey(), (float) ((double) tally.count / channel.eventCount));
      means.put(entry.getKey(), (float) (tally.probabilitySum / channel.eventCount));
      if (most == null
          || tally.count > most.count
          || tally.count == most.count && tally.probabilitySum > most.probabilitySum) {
        most = tally;
        emotion = entry.getKey();
      }
    }
    ChannelSummary summary = new ChannelSummary();
    summary.setStreamId(stream.streamId);
    summary.setChannel(channel.id);
    summary.setRole(channel.role);
    summary.setAnalyzed(isAnalyzed(channel));
    summary.setAudioMs(channel.audioMicros / 1_000);
    summary.setGapMs(channel.gapMicros / 1_000);
    summary.setEventCount(channel.eventCount);
    summary.setVoicedShare(
        channel.eventCount == 0 ? 0 : (float) (channel.voicedShareSum / channel.eventCount));
    summary.setEmotion(emotion);
    summary.setEmotionShares(shares);
    summary.setMeanProbabilities(means);
    return summary;
  }
}
