package dev.speechemotion.streams;

import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.CallEnd;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.EmotionAlert;
import dev.speechemotion.avro.EmotionEvent;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.metrics.Sensor;
import org.apache.kafka.common.metrics.stats.Value;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds each chunk's call, has it analysed, and sends on what comes of it. */
final class AnalyzeCalls implements Processor<Object, Object, Object, Object> {
  private static final Logger LOG = LoggerFactory.getLogger(AnalyzeCalls.class);
  private static final Duration MAX_CHECK_PERIOD = Duration.ofSeconds(1);

  private final StreamSettings settings;
  private final EmotionModels offers;

  private ProcessorContext<Object, Object> context;
  private CallStore calls;
  private OpenModels models;
  private CallAnalysis analysis;
  private DeadLetters deadLetters;
  private CallClock clock;
  private Sensor duplicates;
  private Sensor shed;
  private Sensor openCalls;

  /** Whether audio is passed over, since the records lag behind too far. */
  private boolean shedding;

  /**
   * Timestamp of what is sent on: that of the record being processed, or of the newest one; brokers
   * would not take that of a clock that is wrong.
   */
  private long timestampMs;

  AnalyzeCalls(StreamSettings settings, EmotionModels offers) {
    this.settings = settings;
    this.offers = offers;
  }

  @Override
  public void init(ProcessorContext<Object, Object> context) {
    this.context = context;
    deadLetters = new DeadLetters(context, EmotionTopology.ANALYZE);
    duplicates = count("duplicate-chunks");
    shed = count("shed-chunks");
    openCalls =
        context.metrics().addSensor(context.taskId() + "-open-calls", Sensor.RecordingLevel.INFO);
    openCalls.add(
        new MetricName(
            "open-calls",
            "stream-speech-emotion-metrics",
            "calls in progress",
            Map.of("task-id", context.taskId().toString())),
        new Value());
    models = new OpenModels(settings, offers);
    try {
      analysis = new CallAnalysis(settings, models, context::currentSystemTimeMs, new Sinks());
    } catch (IllegalArgumentException e) {
      close(); // Kafka Streams does not close what did not come up.
      throw e;
    }
    calls = context.getStateStore(EmotionTopology.CALLS);
    calls.load(new CallCodec(settings, models));

    Duration period = settings.callInactivity().dividedBy(5);
    if (period.compareTo(MAX_CHECK_PERIOD) > 0) {
      period = MAX_CHECK_PERIOD;
    }
    clock = new CallClock(period);
    context.schedule(period, PunctuationType.WALL_CLOCK_TIME, this::endQuietCalls);
  }

  private Sensor count(String operation) {
    return context
        .metrics()
        .addRateTotalSensor(
            "speech-emotion",
            context.taskId() + "-" + EmotionTopology.ANALYZE,
            operation,
            Sensor.RecordingLevel.INFO);
  }

  @Override
  public void process(Record<Object, Object> record) {
    ReceivedChunk received = (ReceivedChunk) record.value();
    AudioChunk chunk = received.chunk();
    clock.record(record.timestamp());
    CallState call = calls.get(chunk.getCallId());
    if (call == null && !CallAnalysis.createsStream(chunk.getKind())) {
      return;
    }
    if (call != null && call.isBegunAnewBy(chunk)) {
      call = null;
    }
    Rejection rejection = analysis.check(call, chunk);
    if (rejection != null) {
      if (call != null) {
        clock.see(call);
      }
      Record<byte[], byte[]> deadLetter =
          deadLetters.reject(
              rejection,
              received.key(),
              received.value(),
              record.timestamp(),
              record.headers(),
              null);
      context.forward(
          deadLetter.<Object>withKey(deadLetter.key()).<Object>withValue(deadLetter.value()),
          EmotionTopology.DEAD_LETTERS);
      return;
    }
    timestampMs = record.timestamp();
    if (call == null) {
      call = new CallState(chunk.getCallId());
      calls.add(call);
    }
    followLag(record.timestamp());
    analysis.accept(call, chunk);
    clock.see(call);
    StreamState stream = call.stream(chunk.getStreamId());
    if (stream != null) {
      clock.see(stream);
    }
    keepOrForget(call);
  }

  /** Passes audio over while records are too old, until they are half as old as they may be. */
  private void followLag(long recordTimeMs) {
    long maxMs = settings.maxLag().toMillis();
    if (maxMs == 0) {
      return;
    }
    long lagMs = context.currentSystemTimeMs() - recordTimeMs;
    boolean tooFar = shedding ? lagMs >= maxMs / 2 : lagMs > maxMs;
    if (tooFar != shedding) {
      shedding = tooFar;
      analysis.setShedding(shedding);
      LOG.warn(
          "task {} {}: its records are {} ms old",
          context.taskId(),
          shedding ? "passes audio over" : "analyzes audio again",
          lagMs);
    }
  }

  private void endQuietCalls(long nowMs) {
    timestampMs = context.currentStreamTimeMs() < 0 ? nowMs : context.currentStreamTimeMs();
    clock.tick(nowMs);
    long inactivityMs = settings.callInactivity().toMillis();
    for (CallState call : calls.all()) {
      if (call.ended) {
        if (clock.isQuiet(call, settings.call().endedCallMemory().toMillis())) {
          calls.remove(call);
        }
      } else if (clock.isQuiet(call, inactivityMs)) {
        analysis.end(call, CallEnd.INACTIVITY);
        clock.see(call);
        keepOrForget(call);
      } else {
        takeStopsThatWait(call);
      }
    }
    openCalls.record(calls.all().stream().filter(call -> !call.ended).count(), nowMs);
    if (models.hasOutdated()) {
      models.closeOutdated(modelsInUse());
    }
  }

  /** Those that channels in a segment have features of. */
  private Set<OpenModels.OpenModel> modelsInUse() {
    Set<OpenModels.OpenModel> inUse = new HashSet<>();
    for (CallState call : calls.all()) {
      for (StreamState stream : call.streams) {
        for (ChannelState channel : stream.channels) {
          if (channel.model != null) {
            inUse.add(channel.model);
          }
        }
      }
    }
    return inUse;
  }

  /** A STOP that waits for messages before it would wait for ever: nothing comes after it. */
  private void takeStopsThatWait(CallState call) {
    long waitMs = settings.call().reorderWindow().toMillis();
    for (StreamState stream : call.streams) {
      if (!stream.stopped && stream.order.holdsStop() && clock.isQuiet(stream, waitMs)) {
        analysis.stopWaiting(call, stream);
        keepOrForget(call);
      }
    }
  }

  private void keepOrForget(CallState call) {
    if (call.ended && settings.call().endedCallMemory().isZero()) {
      calls.remove(call);
    } else {
      calls.markChanged(call);
    }
  }

  @Override
  public void close() {
    if (models != null) {
      models.close();
    }
    deadLetters.close();
    context.metrics().removeSensor(duplicates);
    context.metrics().removeSensor(shed);
    context.metrics().removeSensor(openCalls);
  }

  private final class Sinks implements CallAnalysis.Output {
    @Override
    public void event(EmotionEvent event) {
      forward(event.getCallId(), event, EmotionTopology.EVENTS);
    }

    @Override
    public void alert(EmotionAlert alert) {
      forward(alert.getCallId(), alert, EmotionTopology.ALERTS);
    }

    @Override
    public void summary(CallSummary summary) {
      forward(summary.getCallId(), summary, EmotionTopology.SUMMARIES);
    }

    @Override
    public void duplicate() {
      duplicates.record(1, context.currentSystemTimeMs());
    }

    @Override
    public void shed() {
      shed.record(1, context.currentSystemTimeMs());
    }

    private void forward(String callId, Object value, String sink) {
      context.forward(new Record<>(callId, value, timestampMs), sink);
    }
  }
}
