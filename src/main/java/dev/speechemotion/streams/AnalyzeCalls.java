package dev.speechemotion.streams;

import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.CallEnd;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.EmotionAlert;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.features.FeatureExtractor;
import dev.speechemotion.features.FeatureSpec;
import java.time.Duration;
import java.util.function.Supplier;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** Finds each chunk's call, has it analysed, and sends on what comes of it. */
final class AnalyzeCalls implements Processor<Object, Object, Object, Object> {
  private static final Duration MAX_INACTIVITY_CHECK = Duration.ofSeconds(10);

  private final StreamSettings settings;
  private final FeatureSpec spec;
  private final Supplier<EmotionClassifier> classifiers;

  private ProcessorContext<Object, Object> context;
  private CallStore calls;
  private EmotionClassifier classifier;
  private CallAnalysis analysis;
  private DeadLetters deadLetters;

  /** Timestamp of what is sent on: that of the record being processed, or the clock's. */
  private long timestampMs;

  AnalyzeCalls(StreamSettings settings, FeatureSpec spec, Supplier<EmotionClassifier> classifiers) {
    this.settings = settings;
    this.spec = spec;
    this.classifiers = classifiers;
  }

  @Override
  public void init(ProcessorContext<Object, Object> context) {
    this.context = context;
    deadLetters = new DeadLetters(context, EmotionTopology.ANALYZE);
    FeatureExtractor extractor = new FeatureExtractor(spec);
    classifier = classifiers.get();
    try {
      analysis =
          new CallAnalysis(
              settings, extractor, classifier, context::currentSystemTimeMs, new Sinks());
    } catch (IllegalArgumentException e) {
      close(); // Kafka Streams does not close what did not come up.
      throw e;
    }
    calls = context.getStateStore(EmotionTopology.CALLS);
    calls.load(new CallCodec(settings, extractor, classifier.population().orElse(null)));

    Duration check = settings.callInactivity().dividedBy(5);
    context.schedule(
        check.compareTo(MAX_INACTIVITY_CHECK) < 0 ? check : MAX_INACTIVITY_CHECK,
        PunctuationType.WALL_CLOCK_TIME,
        this::endInactiveCalls);
  }

  @Override
  public void process(Record<Object, Object> record) {
    ReceivedChunk received = (ReceivedChunk) record.value();
    AudioChunk chunk = received.chunk();
    CallState call = calls.get(chunk.getCallId());
    if (call == null && !CallAnalysis.createsStream(chunk.getKind())) {
      return;
    }
    Rejection rejection = analysis.check(call, chunk);
    if (rejection != null) {
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
    if (analysis.accept(call, chunk)) {
      calls.remove(call);
    } else {
      calls.markChanged(call);
    }
  }

  private void endInactiveCalls(long nowMs) {
    timestampMs = nowMs;
    long inactivityMs = settings.callInactivity().toMillis();
    for (CallState call : calls.all()) {
      if (call.lastSeenMs == CallState.NOT_SEEN) {
        call.lastSeenMs = nowMs;
      } else if (nowMs - call.lastSeenMs >= inactivityMs) {
        analysis.end(call, CallEnd.INACTIVITY);
        calls.remove(call);
      }
    }
  }

  @Override
  public void close() {
    if (classifier != null) {
      classifier.close();
      classifier = null;
    }
    deadLetters.close();
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

    private void forward(String callId, Object value, String sink) {
      context.forward(new Record<>(callId, value, timestampMs), sink);
    }
  }
}
