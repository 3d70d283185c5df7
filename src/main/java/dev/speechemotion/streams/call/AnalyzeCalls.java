package dev.speechemotion.streams.call;

import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.EmotionAlert;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.streams.deadletters.DeadLetters;
import dev.speechemotion.streams.intake.ChunkRules;
import dev.speechemotion.streams.intake.Message;
import dev.speechemotion.streams.intake.ReceivedChunk;
import dev.speechemotion.streams.intake.Verdict;
import dev.speechemotion.streams.metrics.StreamMetrics;
import dev.speechemotion.streams.models.EmotionModels;
import dev.speechemotion.streams.models.OpenModel;
import dev.speechemotion.streams.models.OpenModels;
import dev.speechemotion.streams.quality.FoundFault;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds each chunk's call, has it take the chunk, and sends on what comes of it. */
public final class AnalyzeCalls implements Processor<Object, Object, Object, Object> {
  /** Name of the node. */
  public static final String NAME = "analyze-calls";

  /** The state store of calls in progress. */
  public static final String CALLS = "calls";

  /** Names of the sinks. */
  public static final String EVENTS = "write-emotion-events";

  public static final String SUMMARIES = "write-call-summaries";
  public static final String ALERTS = "write-emotion-alerts";

  private static final Logger LOG = LoggerFactory.getLogger(AnalyzeCalls.class);

  private final CallSettings settings;
  private final EmotionModels offers;
  private final StreamMetrics metrics;

  private ProcessorContext<Object, Object> context;
  private CallStore store;
  private CallsInProgress calls;
  private OpenModels models;
  private TaskContext task;
  private DeadLetters deadLetters;
  private StreamMetrics.Open open;
  private final List<Long> eventTimesMs = new ArrayList<>();

  /**
   * Timestamp of what is sent on: that of the record being processed, or of the newest one; brokers
   * would not take that of a clock that is wrong.
   */
  private long timestampMs;

  public AnalyzeCalls(CallSettings settings, EmotionModels offers, StreamMetrics metrics) {
    this.settings = settings;
    this.offers = offers;
    this.metrics = metrics;
  }

  @Override
  public void init(ProcessorContext<Object, Object> context) {
    this.context = context;
    models = new OpenModels(settings.alertRules(), offers, ChunkRules.MIN_RATE_HZ);
    deadLetters = new DeadLetters(context, metrics);
    open = metrics.new Open();
    task = new TaskContext(settings, models, context::currentSystemTimeMs, metrics, new Sinks());
    store = context.getStateStore(CALLS);
    store.load(new CallCodec(task));
    store.onCommit(this::committing);
    calls = new CallsInProgress(task, store);
    context.schedule(calls.period(), PunctuationType.WALL_CLOCK_TIME, this::endQuietCalls);
  }

  @Override
  public void process(Record<Object, Object> record) {
    ReceivedChunk received = (ReceivedChunk) record.value();
    Message message = received.message();
    Optional<Call> call = calls.callOf(message, record.timestamp());
    if (call.isEmpty()) {
      return;
    }
    Verdict verdict = calls.decide(call.get(), message);
    if (verdict instanceof Verdict.Rejected rejected) {
      deadLetters.reject(rejected.rejection(), record, received.key(), received.value());
      return;
    }
    timestampMs = record.timestamp();
    followLag(record.timestamp());
    metrics.chunk(message.payloadBytes());
    calls.take(call.get(), message, (Verdict.Taken) verdict);
  }

  /** Passes audio over while records are too old, until they are half as old as they may be. */
  private void followLag(long recordTimeMs) {
    long maxMs = settings.maxLag().toMillis();
    if (maxMs == 0) {
      return;
    }
    long lagMs = context.currentSystemTimeMs() - recordTimeMs;
    boolean tooFar = task.isShedding() ? lagMs >= maxMs / 2 : lagMs > maxMs;
    if (tooFar != task.isShedding()) {
      task.setShedding(tooFar);
      LOG.warn(
          "task {} {}: its records are {} ms old",
          context.taskId(),
          tooFar ? "passes audio over" : "analyzes audio again",
          lagMs);
    }
  }

  private void endQuietCalls(long nowMs) {
    timestampMs = context.currentStreamTimeMs() < 0 ? nowMs : context.currentStreamTimeMs();
    calls.endQuiet(nowMs);
    tellWhatIsOpen();
    if (models.hasOutdated()) {
      models.closeOutdated(modelsInUse());
    }
  }

  private void committing() {
    long nowMs = context.currentSystemTimeMs();
    eventTimesMs.forEach(madeMs -> metrics.committed(nowMs - madeMs));
    eventTimesMs.clear();
  }

  private void tellWhatIsOpen() {
    long calls = 0;
    long channels = 0;
    for (Call call : store.all()) {
      if (!call.isEnded()) {
        calls++;
        for (MediaStream stream : call.streams()) {
          channels += stream.channels().size();
        }
      }
    }
    open.set(calls, channels);
  }

  /** Those that channels in a segment have features of. */
  private Set<OpenModel> modelsInUse() {
    Set<OpenModel> inUse = new HashSet<>();
    for (Call call : store.all()) {
      for (MediaStream stream : call.streams()) {
        stream.channels().forEach(channel -> channel.modelsInUse().forEach(inUse::add));
      }
    }
    return inUse;
  }

  @Override
  public void close() {
    models.close();
    open.set(0, 0);
  }

  private final class Sinks implements TaskContext.Output {
    @Override
    public void event(EmotionEvent event) {
      eventTimesMs.add(event.getCreatedAt().toEpochMilli());
      forward(event.getCallId(), event, EVENTS);
    }

    @Override
    public void alert(EmotionAlert alert) {
      metrics.alert(alert.getState().name().toLowerCase(Locale.ROOT));
      forward(alert.getCallId(), alert, ALERTS);
    }

    @Override
    public void summary(CallSummary summary) {
      forward(summary.getCallId(), summary, SUMMARIES);
    }

    @Override
    public void wrong(FoundFault found) {
      metrics.wrongAudio(found.fault().name().toLowerCase(Locale.ROOT));
      Optional<RecordMetadata> at = context.recordMetadata();
      LOG.warn(
          "Wrong audio of a call: {}: {} (found at topic {}, partition {}, offset {})",
          found.fault(),
          found.advice(),
          at.map(RecordMetadata::topic).orElse(""),
          at.map(RecordMetadata::partition).orElse(-1),
          at.map(RecordMetadata::offset).orElse(-1L));
    }

    private void forward(String callId, Object value, String sink) {
      context.forward(new Record<>(callId, value, timestampMs), sink);
    }
  }
}
