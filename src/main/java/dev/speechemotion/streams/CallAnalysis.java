package dev.speechemotion.streams;

import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.CallEnd;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.avro.EmotionAlert;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.emotion.Circumplex;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.emotion.Population;
import dev.speechemotion.emotion.RunningNormalization;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * What chunks do to a call: puts them in order, has their audio heard, and makes events of windows.
 * Knows nothing of Kafka. Holds scratch space, so it serves one thread; what must survive is in
 * {@link CallState}.
 */
final class CallAnalysis {

  /** Receives what the analysis finds. */
  interface Output {
    void event(EmotionEvent event);

    void alert(EmotionAlert alert);

    void summary(CallSummary summary);

    /** A message came that had come before. */
    void duplicate();

    /** Audio was passed over. */
    void shed();
  }

  static final int MAX_CHANNELS_PER_CALL = 64;
  static final int MAX_STREAMS_PER_CALL = 64;

  /** Audio of a call that may wait for its turn: its state is one record of the changelog. */
  static final int MAX_HELD_BYTES = 256 << 10;

  /** The emotion of an event without one. */
  static final String NO_SPEECH = "none";

  private final StreamSettings settings;
  private final CallSettings callSettings;
  private final OpenModels models;
  private final LongSupplier clockMs;
  private final Output output;

  private final List<String> labels;
  private final ChannelRoles roles;
  private final ChannelAudio audio;
  private final Smoothing smoothing;
  private final Alerts alerts;
  private final Summaries summaries;

  /** Null where the model has labels that are not on the circle. */
  private final Circumplex circumplex;

  private final float[] probabilities;
  private final float[] smoothed;

  /** Whether audio is passed over, to catch up. */
  private boolean shedding;

  /**
   * @param clockMs wall-clock time, milliseconds
   * @throws IllegalArgumentException if models, features and rules do not fit one another
   */
  CallAnalysis(StreamSettings settings, OpenModels models, LongSupplier clockMs, Output output) {
    this.settings = settings;
    this.callSettings = settings.call();
    this.models = models;
    this.clockMs = clockMs;
    this.output = output;
    this.labels = models.labels();
    this.roles = new ChannelRoles(callSettings.channelRoles());
    this.audio = new ChannelAudio(settings, roles, models, this::window);
    this.smoothing =
        new Smoothing(callSettings.smoothing(), callSettings.labelHysteresis(), labels);
    this.alerts = new Alerts(settings.alertRules(), this::eventModel, clockMs, output::alert);
    this.circumplex = Circumplex.of(labels).orElse(null);
    this.summaries = new Summaries(audio::isAnalyzed, labels, circumplex, this::eventModel);
    this.probabilities = new float[labels.size()];
    this.smoothed = new float[labels.size()];
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
    if (call.ended && isHeard(kind)) {
      return stream != null && stream.hasCome(chunk)
          ? null
          : new Rejection(RejectReason.LATE, "the call has ended");
    }
    if (stream == null) {
      return createsStream(kind) && call.streams.size() >= MAX_STREAMS_PER_CALL
          ? new Rejection(
              RejectReason.TOO_MANY_CHANNELS,
              "the call has " + MAX_STREAMS_PER_CALL + " streams already")
          : null;
    }
    if (!isHeard(kind)) {
      return null;
    }
    if (stream.stopped) {
      return stream.hasCome(chunk)
          ? null
          : new Rejection(RejectReason.LATE, "the stream has stopped");
    }
    return switch (stream.arrival(chunk, roles)) {
      case LATE ->
          new Rejection(
              RejectReason.LATE,
              "sequenceNumber "
                  + chunk.getSequenceNumber()
                  + " has been passed; next is "
                  + stream.order.next);
      case NUMBER_TAKEN ->
          new Rejection(
              RejectReason.BAD_SEQUENCE_NUMBER,
              "sequenceNumber " + chunk.getSequenceNumber() + " is another message's");
      default -> kind == ChunkKind.MEDIA ? checkChannels(call, stream, chunk) : null;
    };
  }

  /** Whether messages of that kind are audio or the lack of it. */
  private static boolean isHeard(ChunkKind kind) {
    return switch (kind) {
      case MEDIA, PAUSED, RESUMED, DISCARDED -> true;
      case START, STOP, DTMF, MARK, UNKNOWN -> false;
    };
  }

  private Rejection checkChannels(CallState call, StreamState stream, AudioChunk chunk) {
    if (stream.tracks.size() >= StreamState.MAX_TRACKS && stream.isNewTrack(chunk)) {
      return new Rejection(
          RejectReason.TOO_MANY_CHANNELS,
          "the stream has " + StreamState.MAX_TRACKS + " sets of channels already");
    }
    // First as if all that is held were new: that is enough nearly always.
    int known = call.channelCount();
    int most = known + chunk.getChannels().size();
    for (int i = 0; i < call.streams.size(); i++) {
      most += call.streams.get(i).heldChannels();
    }
    if (most <= MAX_CHANNELS_PER_CALL || known + unknown(call, chunk) <= MAX_CHANNELS_PER_CALL) {
      return null;
    }
    return new Rejection(
        RejectReason.TOO_MANY_CHANNELS,
        "the call would have more than " + MAX_CHANNELS_PER_CALL + " channels");
  }

  private record Unknown(String streamId, AudioChannel channel, int position) {}

  /** Number of channels that are new with a chunk or with those that wait. */
  private int unknown(CallState call, AudioChunk chunk) {
    Set<Unknown> unknown = new HashSet<>();
    for (StreamState stream : call.streams) {
      for (MessageOrder order : stream.orders()) {
        for (AudioChunk held : order.held) {
          addUnknown(stream, held, unknown);
        }
      }
      if (stream.streamId.equals(chunk.getStreamId())) {
        addUnknown(stream, chunk, unknown);
      }
    }
    return unknown.size();
  }

  private void addUnknown(StreamState stream, AudioChunk chunk, Set<Unknown> unknown) {
    List<AudioChannel> channels = chunk.getChannels();
    for (int i = 0; chunk.getKind() == ChunkKind.MEDIA && i < channels.size(); i++) {
      AudioChannel named = channels.get(i);
      if (stream.channel(named, roles.of(named, i), i) == null) {
        unknown.add(new Unknown(stream.streamId, named, named.getName() == null ? i : -1));
      }
    }
  }

  /** Whether a message of that kind makes a call or a stream known; the others need one. */
  static boolean createsStream(ChunkKind kind) {
    return kind == ChunkKind.START || kind == ChunkKind.MEDIA;
  }

  /** Whether audio is passed over from now on: not analyzed, and counted as missing. */
  void setShedding(boolean shedding) {
    this.shedding = shedding;
  }

  /** Takes a chunk that {@link #check} has passed; the call may have ended then. */
  void accept(CallState call, AudioChunk chunk) {
    StreamState stream = call.stream(chunk.getStreamId());
    if (stream == null) {
      if (call.ended || !createsStream(chunk.getKind())) {
        return;
      }
      stream = new StreamState(chunk.getStreamId());
      call.streams.add(stream);
    }
    if (stream.stopped) {
      if (chunk.getKind() == ChunkKind.START && !call.ended && stream.isNewest(chunk)) {
        beginAnew(call, stream, chunk);
      } else {
        output.duplicate();
      }
      return;
    }
    if (restarts(stream, chunk)) {
      beginAnew(call, stream, chunk);
      return;
    }
    StreamState.Arrival arrival = stream.arrival(chunk, roles);
    if (arrival == StreamState.Arrival.NUMBERED_BY_TRACK) {
      stream.numberByTrack(roles);
      arrival = stream.arrival(chunk, roles);
    }
    MessageOrder order = stream.orderOf(chunk, roles);
    switch (arrival) {
      case IN_TURN -> {
        note(call, stream, chunk);
        if (order.begun && order.next == chunk.getSequenceNumber()) {
          order.pass(chunk);
        }
        act(call, stream, chunk);
        releaseInTurn(call, stream, order);
      }
      case EARLY -> {
        note(call, stream, chunk);
        order.hold(chunk);
        if (chunk.getKind() == ChunkKind.START && !order.begun) {
          order.giveUp();
        }
        releaseInTurn(call, stream, order);
        while (!order.held.isEmpty() && holdsTooMuch(call, order, chunk)) {
          order.giveUp();
          releaseInTurn(call, stream, order);
        }
      }
      case COUNTED_ANEW -> beginAnew(call, stream, chunk);
      case UNNUMBERED, LATE -> {
        // Some feeds number only media; and a STOP counts however late.
        note(call, stream, chunk);
        if (!stream.isEarlier(chunk)) {
          act(call, stream, chunk);
        }
      }
      default -> output.duplicate();
    }
    if (call.allStopped() && !call.ended) {
      end(call, CallEnd.STOP);
    }
  }

  /** Whether it is a START that comes later than all of its stream: the feed counts anew. */
  private static boolean restarts(StreamState stream, AudioChunk chunk) {
    return chunk.getKind() == ChunkKind.START
        && stream.order.begun
        && chunk.getSequenceNumber() < stream.order.next
        && stream.isNewest(chunk);
  }

  /** Ends what was counted so far: what may be missing between it and this message is not known. */
  private void beginAnew(CallState call, StreamState stream, AudioChunk chunk) {
    flush(call, stream);
    finishSegments(call, stream);
    stream.beginAnew(chunk);
    note(call, stream, chunk);
  }

  private static void note(CallState call, StreamState stream, AudioChunk chunk) {
    long ingestedAtMs = chunk.getIngestedAt().toEpochMilli();
    if (call.source == null) {
      call.firstIngestedAtMs = ingestedAtMs;
      call.source = chunk.getSource();
    }
    call.firstIngestedAtMs = Math.min(call.firstIngestedAtMs, ingestedAtMs);
    call.lastIngestedAtMs = Math.max(call.lastIngestedAtMs, ingestedAtMs);
    stream.firstIngestedAtMs = Math.min(stream.firstIngestedAtMs, ingestedAtMs);
    stream.lastIngestedAtMs = Math.max(stream.lastIngestedAtMs, ingestedAtMs);
    if (chunk.getAccount() != null) {
      call.account = chunk.getAccount();
    }
  }

  private boolean holdsTooMuch(CallState call, MessageOrder order, AudioChunk latest) {
    // A STOP may stand at the end of a stream that began without START: nothing more will come.
    boolean complete = !order.begun && order.holdsStop();
    return complete
        || order.held.size() > callSettings.reorderMaxChunks()
        || call.heldBytes() > MAX_HELD_BYTES
        || latest.getKind() == ChunkKind.MEDIA
            && order.heldMicros(latest) >= callSettings.reorderWindow().toMillis() * 1_000;
  }

  private void releaseInTurn(CallState call, StreamState stream, MessageOrder order) {
    if (order.held.isEmpty()) {
      return;
    }
    for (AudioChunk next = order.poll(); next != null; next = order.poll()) {
      act(call, stream, next);
    }
  }

  /** Waits for nothing any more: takes what is held, in order. */
  private void flush(CallState call, StreamState stream) {
    for (MessageOrder order : stream.orders()) {
      while (!order.held.isEmpty()) {
        order.giveUp();
        releaseInTurn(call, stream, order);
      }
    }
  }

  /**
   * Takes a STOP that waits for messages before it, since they have not come for long enough.
   *
   * @param stream of the call
   */
  void stopWaiting(CallState call, StreamState stream) {
    flush(call, stream);
    if (call.allStopped()) {
      end(call, CallEnd.STOP);
    }
  }

  /** Does what a message says, in its turn. */
  private void act(CallState call, StreamState stream, AudioChunk chunk) {
    switch (chunk.getKind()) {
      case MEDIA -> {
        if (shedding) {
          audio.skip(call, stream, chunk);
          output.shed();
        } else {
          audio.hear(call, stream, chunk);
        }
      }
      case PAUSED, RESUMED, DISCARDED -> audio.interrupt(call, stream, chunk);
      case STOP -> stop(call, stream, chunk);
      case START, DTMF, MARK, UNKNOWN -> {
        // Nothing to be heard.
      }
    }
  }

  private void stop(CallState call, StreamState stream, AudioChunk chunk) {
    if (stream.stopped) {
      return;
    }
    stream.stopped = true;
    if (chunk.getEndReason() != null) {
      call.endReason = chunk.getEndReason();
    }
    flush(call, stream);
    finishSegments(call, stream);
  }

  private void finishSegments(CallState call, StreamState stream) {
    for (ChannelState channel : stream.channels) {
      audio.finishSegment(call, stream, channel);
    }
  }

  /** Ends a call: hands out what is still due and the summary; remembers only that it has ended. */
  void end(CallState call, CallEnd endedBy) {
    for (StreamState stream : call.streams) {
      flush(call, stream);
      finishSegments(call, stream);
      for (ChannelState channel : stream.channels) {
        alerts.end(call, stream, channel);
      }
    }
    output.summary(summaries.of(call, endedBy, clockMs.getAsLong()));
    call.bury();
  }

  private void window(
      CallState call,
      StreamState stream,
      ChannelState channel,
      long beginMs,
      long endMs,
      float voicedShare,
      float[] features) {
    count(channel, voicedShare, features);
    EmotionEvent event = new EmotionEvent();
    describe(event, call, stream, channel, beginMs, endMs);
    event.setVoicedShare(voicedShare);
    if (voicedShare < callSettings.speechMinShare()) {
      channel.silentCount++;
      if (callSettings.noSpeechEvents()) {
        channel.nextEvent++;
        output.event(withoutSpeech(event));
      }
      alerts.pass(call, stream, channel, event.getBeginMs(), event.getEndMs());
      return;
    }
    classify(channel, features);
    int label = smoothing.follow(channel, probabilities, event.getEndMs(), smoothed);
    event.setEmotion(labels.get(label));
    event.setConfidence(smoothed[label]);
    event.setUncertain(smoothed[label] < channel.model.classifier.uncertainBelow());
    event.setProbabilities(byLabel(probabilities));
    event.setSmoothedProbabilities(byLabel(smoothed));
    if (circumplex != null) {
      event.setValence(circumplex.valence(smoothed));
      event.setArousal(circumplex.arousal(smoothed));
    }
    tally(call, channel, event);
    output.event(event);
    alerts.follow(call, stream, channel, event);
  }

  /** The model that made a channel's last event; if there is none, that which would make one. */
  private ModelIdentity eventModel(ChannelState channel) {
    if (channel != null && channel.eventModel != null) {
      return channel.eventModel;
    }
    boolean unknown = channel == null || channel.sampleRateHz == 0;
    return models.offered(unknown ? ChunkRules.MIN_RATE_HZ : channel.sampleRateHz).identity();
  }

  /** Counts a window towards what the channel's voice is like. */
  private void count(ChannelState channel, float voicedShare, float[] features) {
    Population population = channel.model.population;
    if (population != null) {
      if (channel.normalization == null || !channel.normalization.isAgainst(population)) {
        channel.normalization = new RunningNormalization(population);
      }
      channel.normalization.count(features, voicedShare);
    }
  }

  /** Classifies a window, adapted to what the channel has said so far; fills probabilities. */
  private void classify(ChannelState channel, float[] features) {
    float[] vector = features;
    if (channel.model.population != null) {
      vector = channel.model.adapted;
      channel.normalization.apply(features, vector);
    }
    channel.model.classifier.classify(vector, 1, probabilities);
  }

  private void describe(
      EmotionEvent event,
      CallState call,
      StreamState stream,
      ChannelState channel,
      long beginMs,
      long endMs) {
    ModelIdentity model = channel.model.identity();
    long segmentBeginMs = channel.segmentBeginMicros / 1_000;
    event.setCallId(call.callId());
    event.setStreamId(stream.streamId);
    event.setChannel(channel.id);
    event.setRole(channel.role);
    event.setSequenceNumber(channel.nextEvent);
    event.setSpeech(true);
    event.setBeginMs(segmentBeginMs + beginMs);
    event.setEndMs(segmentBeginMs + endMs);
    if (channel.originAtMs != null) {
      event.setBeginAt(Instant.ofEpochMilli(channel.originAtMs + event.getBeginMs()));
      event.setEndAt(Instant.ofEpochMilli(channel.originAtMs + event.getEndMs()));
    }
    event.setGapMs(channel.fills.within(beginMs * 1_000, endMs * 1_000) / 1_000);
    event.setGapBeforeMs(beginMs == 0 ? channel.gapBeforeMicros / 1_000 : 0);
    channel.fills.forgetBefore((beginMs + settings.windows().hopMs()) * 1_000);
    event.setModelName(model.name());
    event.setModelVersion(model.version());
    event.setModelHash(model.hash());
    event.setLastChunkIngestedAt(Instant.ofEpochMilli(channel.lastIngestedAtMs));
    event.setCreatedAt(Instant.ofEpochMilli(clockMs.getAsLong()));
  }

  private static EmotionEvent withoutSpeech(EmotionEvent event) {
    event.setSpeech(false);
    event.setEmotion(NO_SPEECH);
    event.setUncertain(true);
    event.setProbabilities(Map.of());
    event.setSmoothedProbabilities(Map.of());
    return event;
  }

  private Map<String, Float> byLabel(float[] values) {
    Map<String, Float> map = new LinkedHashMap<>();
    for (int i = 0; i < values.length; i++) {
      map.put(labels.get(i), values[i]);
    }
    return map;
  }

  private void tally(CallState call, ChannelState channel, EmotionEvent event) {
    ModelIdentity model = channel.model.identity();
    channel.eventModel = model;
    if (!call.models.contains(model) && call.models.size() < Summaries.MAX_MODELS) {
      call.models.add(model);
    }
    channel.nextEvent++;
    channel.eventCount++;
    channel.voicedShareSum += event.getVoicedShare();
    for (int i = 0; i < probabilities.length; i++) {
      channel.tallies.get(labels.get(i)).probabilitySum += probabilities[i];
    }
    // An event stands for the time that no event before it has had.
    long fromMs = Math.max(event.getBeginMs(), channel.labelEndMs);
    if (event.getEndMs() > fromMs) {
      channel.tallies.get(event.getEmotion()).timeMs += event.getEndMs() - fromMs;
      channel.timeline.add(event.getEmotion(), fromMs, event.getEndMs());
      channel.labelEndMs = event.getEndMs();
    }
  }
}
