package dev.speechemotion.streams.call;

import dev.speechemotion.audio.EncodingCheck;
import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChannelSummary;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.avro.EmotionAlert;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.emotion.VoiceAdaptation;
import dev.speechemotion.features.window.WindowSink;
import dev.speechemotion.streams.intake.ChunkRules;
import dev.speechemotion.streams.intake.Message;
import dev.speechemotion.streams.media.LineNoise;
import dev.speechemotion.streams.media.MediaPosition;
import dev.speechemotion.streams.media.TalkMeter;
import dev.speechemotion.streams.models.OpenModel;
import dev.speechemotion.streams.quality.ChannelFaults;
import dev.speechemotion.streams.results.AlertingChannel;
import dev.speechemotion.streams.results.ChannelAlerts;
import dev.speechemotion.streams.results.EmotionSmoothing;
import dev.speechemotion.streams.results.EmotionTotals;
import dev.speechemotion.streams.state.StateFields;
import dev.speechemotion.streams.state.StateInput;
import dev.speechemotion.streams.state.StateOutput;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * One channel of a media stream of a call. Places the audio of messages, which come in order here,
 * in media time: goes on with a segment, fills a short gap with the line's background, or begins a
 * segment. Makes an event of each window of its audio, and follows what they come to.
 */
public final class Channel implements AlertingChannel {
  /** The emotion of an event without one. */
  private static final String NO_SPEECH = "none";

  /** A media offset that is later by no more than this, with no number missing, is jitter. */
  private static final long OFFSET_TOLERANCE_MICROS = 20_000;

  /** What is missing where numbers are is a gap from here on; feeds round to milliseconds. */
  private static final long LEAST_GAP_MICROS = 1_000;

  /** Chunks lost in one place that are believed where the feed has no media offsets. */
  private static final long MAX_LOST_CHUNKS = 3_000;

  private final MediaStream stream;
  private final TaskContext task;
  private final long gapToleranceMicros;

  /** The feed's own name, if it has one. */
  private final Optional<String> feedName;

  /** Position in the interleaving when it was first heard. */
  private final int position;

  /** The name in events. */
  private final String id;

  private ChannelRole role;

  private final MediaPosition media = new MediaPosition();
  private final TalkMeter talk = new TalkMeter();
  private final VoiceAdaptation voice = new VoiceAdaptation();
  private final EmotionSmoothing smoothing;
  private final EmotionTotals totals = new EmotionTotals();
  private final ChannelAlerts alerts;
  private final ChannelFaults faults;

  private final HeldBand band = new HeldBand();

  /** Empty outside segments, and on channels that are not analyzed. */
  private Optional<SegmentAnalyzer> analyzer = Optional.empty();

  /** What else may become the analyzer; empty if that is decided. */
  private Optional<BandChoice> choice = Optional.empty();

  /** The model that made the last event with an emotion. */
  private Optional<ModelIdentity> eventModel = Optional.empty();

  private final WindowSink windows =
      new WindowSink() {
        @Override
        public boolean looksAtFeatures(float speechShare) {
          return !faults.isUnintelligible()
              && (hasEnoughSpeech(speechShare)
                  || modelInUse().orElseThrow().population().isPresent());
        }

        @Override
        public void window(long beginMs, long endMs, float speechShare, float[] features) {
          SegmentAnalyzer from = analyzer.orElseThrow();
          task.metrics.features(from.lap());
          Channel.this.window(beginMs, endMs, speechShare, features);
          // What was done with the window is none of its features.
          from.lap();
        }
      };

  Channel(MediaStream stream, Optional<String> feedName, int position, ChannelRole role) {
    this.stream = stream;
    this.task = stream.call().task();
    this.feedName = feedName;
    this.position = position;
    this.role = role;
    id = feedName.orElseGet(() -> role.name().toLowerCase(Locale.ROOT) + "-" + position);
    gapToleranceMicros = task.settings.gapTolerance().toMillis() * 1_000;
    smoothing = new EmotionSmoothing(task.settings.smoothing(), task.settings.labelHysteresis());
    alerts = new ChannelAlerts(task.settings.alertRules(), this);
    faults = new ChannelFaults(stream.call()::note);
  }

  /**
   * Whether it is the one that a message names. A channel is known by the feed's name; without one,
   * by its role and position.
   */
  boolean isNamed(AudioChannel channel, ChannelRole channelRole, int channelPosition) {
    String name = channel.getName();
    return name != null
        ? feedName.isPresent() && feedName.get().equals(name)
        : feedName.isEmpty() && position == channelPosition && role == channelRole;
  }

  @Override
  public ChannelRole role() {
    return role;
  }

  /** Where it stands in media time. */
  MediaPosition media() {
    return media;
  }

  /** Whether its media offsets say where its audio is, as far as is known. */
  boolean hasOffsets() {
    return faults.offsets().finding().isEmpty();
  }

  /**
   * How long it is, from media time 0 to the end of its last finished segment, microseconds. Where
   * its offsets were wrong, all of its audio: they say neither where it begins nor what is missing.
   */
  long lengthMicros() {
    return faults.hadWrongOffsets() ? media.audioMicros() : media.endMicros();
  }

  /** What its events come to. */
  EmotionTotals totals() {
    return totals;
  }

  /** What its voice is like. */
  VoiceAdaptation voice() {
    return voice;
  }

  /** The model whose features it has, if it is in a segment. */
  Optional<OpenModel> modelInUse() {
    return analyzer.map(SegmentAnalyzer::model);
  }

  /** That model, and the one that may take its place. */
  Stream<OpenModel> modelsInUse() {
    return Stream.concat(
        modelInUse().stream(),
        choice.map(BandChoice::telephone).map(SegmentAnalyzer::model).stream());
  }

  /** Places the audio of a MEDIA message, which {@link #hear} takes then. */
  void place(Message message, ChannelRole messageRole) {
    long lost = lostBefore(message);
    long beginMicros = beginMicros(message, lost);
    faults.setFormat(message.encoding(), message.sampleRateHz());
    stream.beginAt(message, beginMicros);
    boolean sameFormat =
        media.isInSegmentOf(message.encoding(), message.sampleRateHz()) && messageRole == role;
    long jumpMicros = beginMicros - media.untilMicros();
    long jitterMicros =
        lost > 0 || message.gapEndMicros().isPresent() ? LEAST_GAP_MICROS : OFFSET_TOLERANCE_MICROS;
    if (!sameFormat || Math.abs(jumpMicros) > gapToleranceMicros) {
      // Within the tolerance of jitter, whatever the tolerance of gaps.
      if (!sameFormat || Math.abs(jumpMicros) > jitterMicros) {
        finishSegment();
        beginSegment(message, messageRole, beginMicros);
      }
    } else if (jumpMicros > jitterMicros) {
      fill(jumpMicros);
    }
    if (analyzer.isPresent() && !followModels()) {
      finishSegment();
      beginSegment(message, messageRole, media.untilMicros());
    }
    if (message.capturedAtMs().isPresent()) {
      media.captured(message.capturedAtMs().getAsLong());
    }
    media.takeNumber(message.number(), message.ingestedAtMs());
  }

  /** Takes the audio of a MEDIA message that has been placed. */
  void hear(Message message, int channelPosition) {
    EncodingCheck check = faults.payload();
    int count;
    for (int done = 0; done < message.frames(); done += count) {
      count = Math.min(TaskContext.BLOCK_SAMPLES, message.frames() - done);
      count = Math.min(count, check.samplesLeft());
      message.decode(channelPosition, done, count, task.samples);
      take(count);
      // After its windows, which so know as much of what is wrong in chunks of any size.
      message.show(channelPosition, done, count, check);
      faults.note();
    }
  }

  /** Passes over the audio of a MEDIA message: what it holds is missing. */
  void skip(Message message) {
    long beginMicros = beginMicros(message, lostBefore(message));
    finishSegment();
    long missing = media.gapMicros();
    media.skip(beginMicros, message.durationMicros());
    countMissing(media.gapMicros() - missing);
    media.takeNumber(message.number(), message.ingestedAtMs());
  }

  /** No window spans a pause: ends the segment, unless the message tells of a short gap. */
  void interrupt(Message message) {
    OptionalLong gapEndMicros = message.gapEndMicros();
    if (message.kind() == ChunkKind.DISCARDED && gapEndMicros.isPresent() && media.inSegment()) {
      long jumpMicros = gapEndMicros.getAsLong() - media.untilMicros();
      if (jumpMicros <= gapToleranceMicros) {
        if (jumpMicros > LEAST_GAP_MICROS) {
          fill(jumpMicros);
        }
        return;
      }
    }
    finishSegment();
    media.waitUntil(gapEndMicros.orElse(0));
  }

  /** How many messages of the stream are lost between the last one and this one. */
  private long lostBefore(Message message) {
    return media.lastNumber() == MediaPosition.NONE
        ? 0
        : stream.order().givenUpBetween(media.lastNumber(), message);
  }

  /** Follows the feed's count of messages and of time; gives the media time of the next one. */
  private long beginMicros(Message message, long lost) {
    faults.setNumbers(stream.order().unit(message));
    boolean saysWhere =
        faults
            .offsets()
            .accept(
                message.offsetMicros(),
                message.capturedAtMs(),
                message.ingestedAtMs(),
                message.durationMicros(),
                lost == 0);
    faults.note();
    if (saysWhere) {
      return message.offsetMicros().getAsLong();
    }
    long expected = media.expectedMicros();
    if (message.gapEndMicros().isPresent()) {
      return Math.max(expected, message.gapEndMicros().getAsLong());
    }
    // What is lost is taken for chunks like this one, of all tracks alike.
    long lostOfTrack =
        stream.order().isByTrack()
            ? lost
            : lost * message.channels().size() / stream.channels().size();
    return expected + Math.min(lostOfTrack, MAX_LOST_CHUNKS) * message.durationMicros();
  }

  /** Goes over to the models on offer, if those take the same features. */
  private boolean followModels() {
    return analyzer.get().follow(offeredModel())
        && (choice.isEmpty() || choice.get().follow(task.models));
  }

  private void beginSegment(Message message, ChannelRole messageRole, long beginMicros) {
    long missing = media.gapMicros();
    media.beginSegment(message.encoding(), message.sampleRateHz(), beginMicros);
    countMissing(media.gapMicros() - missing);
    role = messageRole;
    if (task.isAnalyzed(role)) {
      OpenModel model = offeredModel();
      analyzer = Optional.of(new SegmentAnalyzer(model, media.sampleRateHz()));
      if (!band.isKnownOf(media.sampleRateHz())) {
        choice = BandChoice.of(task.models, model, media.sampleRateHz());
      }
    }
  }

  private void countMissing(long micros) {
    if (micros > 0) {
      task.metrics.gap(micros);
    }
  }

  /** Ends the segment, if it is in one, and hands out the windows that are still due. */
  void finishSegment() {
    if (media.inSegment()) {
      if (analyzer.isPresent()) {
        decideBand();
        analyzer.get().finish(windows);
      }
      closeSegment();
    }
  }

  /** Ends the segment, if it is in one, without the windows that are still due. */
  void cutOffSegment() {
    if (media.inSegment()) {
      closeSegment();
    }
  }

  /** Ends the segment, whatever the analyzer still holds. */
  private void closeSegment() {
    media.endSegment();
    analyzer = Optional.empty();
    choice = Optional.empty();
    talk.cut();
  }

  /** Fills a gap with noise as loud as the line's background. */
  private void fill(long gapMicros) {
    float power = talk.backgroundPower();
    int total = media.fill(gapMicros);
    task.metrics.gap(gapMicros);
    for (int done = 0; done < total; done += TaskContext.BLOCK_SAMPLES) {
      int count = Math.min(TaskContext.BLOCK_SAMPLES, total - done);
      LineNoise.fill(task.samples, count, power, media.segmentSamples());
      take(count);
    }
  }

  /** Takes the next samples of the segment from the task's scratch space. */
  private void take(int count) {
    talk.accept(
        task.samples,
        count,
        media.sampleRateHz(),
        stream.originMicros() + media.segmentBeginMicros(),
        media.segmentSamples(),
        stream.call().details().talk());
    media.advance(count);
    if (analyzer.isPresent()) {
      analyze(count);
    }
  }

  private void analyze(int count) {
    int done = 0;
    while (choice.isPresent() && done < count) {
      int length = Math.min(count - done, choice.get().samplesLeft());
      choice.get().accept(task.samples, done, length);
      analyzer.get().accept(task.samples, done, length, windows);
      done += length;
      if (choice.get().isDue()) {
        decideBand();
      }
    }
    if (done < count) {
      analyzer.get().accept(task.samples, done, count - done, windows);
    }
  }

  /** Decides which analyzer goes on, if there is still a choice, and enough has been heard. */
  private void decideBand() {
    if (choice.isEmpty() || !choice.get().isPlace()) {
      return;
    }
    Optional<Boolean> isTelephone = choice.get().isTelephone();
    if (isTelephone.isPresent()) {
      band.know(media.sampleRateHz(), isTelephone.get());
      if (isTelephone.get()) {
        analyzer = Optional.of(choice.get().telephone());
      }
    }
    if (isTelephone.isPresent() || choice.get().isLastPlace()) {
      choice = Optional.empty();
    }
  }

  /** Makes an event of a window; see {@link WindowSink}. */
  private void window(long beginMs, long endMs, float speechShare, float[] features) {
    OpenModel model = modelInUse().orElseThrow();
    boolean intelligible = !faults.isUnintelligible();
    if (intelligible) {
      voice.hear(model.population(), features, speechShare);
    }
    EmotionEvent event = newEvent(model, beginMs, endMs);
    event.setSpeechShare(speechShare);
    media.forgetFilledBefore(beginMs + model.windows().hopMs());
    boolean isSpeech = intelligible && hasEnoughSpeech(speechShare);
    if (isSpeech) {
      long begin = System.nanoTime();
      isSpeech = model.classify(features, speechShare, voice, task.probabilities);
      task.metrics.inference(System.nanoTime() - begin);
    }
    if (!isSpeech) {
      // Of audio that is wrong there is an event in any case, for it says so.
      boolean sent = !intelligible || task.settings.noSpeechEvents();
      task.metrics.windowWithoutSpeech();
      totals.countNoSpeech(sent);
      if (sent) {
        task.output.event(withoutSpeech(event));
      }
      alerts.pass(event.getBeginMs(), event.getEndMs());
      return;
    }
    task.metrics.windowWithEmotion();
    int label =
        smoothing.follow(task.labels(), task.probabilities, event.getEndMs(), task.smoothed);
    event.setEmotion(task.labels().get(label));
    event.setConfidence(task.smoothed[label]);
    event.setUncertain(model.isUncertain(task.smoothed[label]));
    event.setProbabilities(byLabel(task.probabilities));
    event.setSmoothedProbabilities(byLabel(task.smoothed));
    task.circumplex.ifPresent(
        circumplex -> {
          event.setValence(circumplex.valence(task.smoothed));
          event.setArousal(circumplex.arousal(task.smoothed));
        });
    eventModel = Optional.of(model.identity());
    stream.call().details().use(model.identity());
    totals.count(event, task.labels(), task.probabilities);
    task.metrics.event(
        event.getEmotion(),
        role.name().toLowerCase(Locale.ROOT),
        event.getCreatedAt().toEpochMilli() - event.getLastChunkIngestedAt().toEpochMilli());
    task.output.event(event);
    alerts.follow(event);
  }

  private boolean hasEnoughSpeech(float speechShare) {
    return speechShare >= task.settings.speechMinShare();
  }

  private EmotionEvent newEvent(OpenModel model, long beginMs, long endMs) {
    long segmentBeginMs = media.segmentBeginMicros() / 1_000;
    EmotionEvent event = new EmotionEvent();
    event.setCallId(stream.call().callId());
    event.setStreamId(stream.streamId());
    event.setChannel(id);
    event.setRole(role);
    event.setSequenceNumber(totals.nextEvent());
    event.setSpeech(true);
    event.setBeginMs(segmentBeginMs + beginMs);
    event.setEndMs(segmentBeginMs + endMs);
    if (media.originAtMs().isPresent()) {
      long originAtMs = media.originAtMs().getAsLong();
      event.setBeginAt(Instant.ofEpochMilli(originAtMs + event.getBeginMs()));
      event.setEndAt(Instant.ofEpochMilli(originAtMs + event.getEndMs()));
    }
    event.setGapMs(media.filledMs(beginMs, endMs));
    event.setGapBeforeMs(beginMs == 0 ? media.gapBeforeMs() : 0);
    event.setQuality(faults.now());
    event.setModelName(model.identity().name());
    event.setModelVersion(model.identity().version());
    event.setModelHash(model.identity().hash());
    event.setLastChunkIngestedAt(Instant.ofEpochMilli(media.lastIngestedAtMs()));
    event.setCreatedAt(task.now());
    return event;
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
      map.put(task.labels().get(i), values[i]);
    }
    return map;
  }

  private OpenModel offeredModel() {
    return task.models.offered(Math.max(band.rateOf(media.sampleRateHz()), ChunkRules.MIN_RATE_HZ));
  }

  /** The model that made the last event; if there is none, that which would make one. */
  ModelIdentity eventModel() {
    return eventModel.orElseGet(() -> offeredModel().identity());
  }

  @Override
  public EmotionAlert newAlert() {
    EmotionAlert alert = new EmotionAlert();
    alert.setCallId(stream.call().callId());
    alert.setStreamId(stream.streamId());
    alert.setChannel(id);
    alert.setRole(role);
    alert.setModelName(eventModel().name());
    alert.setModelVersion(eventModel().version());
    alert.setModelHash(eventModel().hash());
    alert.setCreatedAt(task.now());
    return alert;
  }

  @Override
  public void send(EmotionAlert alert) {
    task.output.alert(alert);
  }

  /** Clears what is raised, for the call ends. */
  void endAlerts() {
    alerts.end();
  }

  /** What the summary says of the channel. */
  ChannelSummary summary() {
    ChannelSummary summary = new ChannelSummary();
    summary.setStreamId(stream.streamId());
    summary.setChannel(id);
    summary.setRole(role);
    summary.setAnalyzed(task.isAnalyzed(role));
    summary.setAudioMs(media.audioMicros() / 1_000);
    summary.setGapMs(media.gapMicros() / 1_000);
    summary.setGapCount(media.gapCount());
    summary.setTalkMs(talk.talkMicros() / 1_000);
    summary.setNonTalkMs(Math.max(0, media.audioMicros() - talk.talkMicros()) / 1_000);
    totals.summarize(summary, task.labels(), task.circumplex);
    summary.setAlerts(alerts.tallies());
    summary.setQuality(faults.ever());
    return summary;
  }

  void writeState(StateOutput out, CallRecords records) throws IOException {
    StateFields.writeText(out, feedName.orElse(null));
    out.writeByte(position);
    out.writeUTF(role.name());
    media.writeState(out);
    talk.writeState(out);
    stream.call().details().writeModel(out, eventModel);
    band.writeState(out);
    if (media.inSegment()) {
      SegmentAnalyzer.writeState(out, records, task.scratch, analyzer);
      BandChoice.writeState(out, records, task.scratch, choice);
    }
    voice.writeState(out);
    smoothing.writeState(out);
    totals.writeState(out);
    alerts.writeState(out);
    faults.writeState(out);
  }

  /**
   * Reads what {@link #writeState} wrote.
   *
   * @throws IOException if it is cut off or holds what was never written
   */
  static Channel readState(StateInput in, CallRecords records, MediaStream stream)
      throws IOException {
    Channel channel =
        new Channel(
            stream,
            Optional.ofNullable(StateFields.readText(in)),
            in.readUnsignedByte(),
            ChannelRole.valueOf(in.readUTF()));
    channel.readParts(in, records);
    return channel;
  }

  private void readParts(StateInput in, CallRecords records) throws IOException {
    media.readState(in, ChunkRules.MIN_RATE_HZ, ChunkRules.MAX_RATE_HZ);
    talk.readState(in);
    eventModel = stream.call().details().readModel(in);
    band.readState(in);
    if (media.inSegment()) {
      readAnalyzer(in, records);
    }
    voice.readState(in, () -> offeredModel().population());
    smoothing.readState(in);
    totals.readState(in);
    alerts.readState(in, CallSettings.MAX_ALERT_RULES);
    faults.readState(in, ChunkRules.MIN_RATE_HZ, ChunkRules.MAX_RATE_HZ);
  }

  /** Reads the segment's analyzer; closes the segment if it cannot go on. */
  private void readAnalyzer(StateInput in, CallRecords records) throws IOException {
    SegmentAnalyzer.Stored stored = SegmentAnalyzer.Stored.read(in);
    Optional<BandChoice.Stored> storedChoice = BandChoice.Stored.read(in, media.sampleRateHz());
    boolean analyzed = task.isAnalyzed(role);
    if (analyzed) {
      analyzer = stored.open(offeredModel(), media.sampleRateHz(), records);
      if (storedChoice.isPresent()) {
        choice = storedChoice.get().open(task.models, records);
        if (choice.isEmpty()) {
          analyzer = Optional.empty();
        }
      }
    }
    if (analyzer.isEmpty() && (analyzed || !stored.isEmpty())) {
      // What the analyzer had heard is lost; the next message begins a segment where this ended.
      closeSegment();
    }
  }
}
