package dev.speechemotion.streams.call;

import dev.speechemotion.avro.CallEnd;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.EmotionAlert;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.streams.deadletters.Rejection;
import dev.speechemotion.streams.intake.ChunkRules;
import dev.speechemotion.streams.intake.Message;
import dev.speechemotion.streams.intake.Verdict;
import dev.speechemotion.streams.metrics.StreamMetrics;
import dev.speechemotion.streams.models.EmotionModels;
import dev.speechemotion.streams.models.OpenModels;
import dev.speechemotion.streams.quality.FoundFault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The calls of a partition, for the features of their windows with speech alone: the stream's own
 * calls and channels, with whoever asked in the place of the classifier. Time goes by as the
 * records say, so it serves to read what was written earlier, as fast as that can be. It holds what
 * a task of the stream would, the state of each call, and no audio but that of messages that wait
 * for their turn. Serves one thread.
 */
public final class CallWindows implements AutoCloseable {
  private static final List<String> LABELS = List.of("speech", "other");

  /** Receives what was heard. */
  public interface Listener {
    /**
     * A window with enough speech, of any call.
     *
     * @param place the event that the stream would make of it, of which call, channel, times and
     *     share of speech count; its emotion means nothing
     * @param features {@code [featureCount]}, valid during the call only
     */
    void window(EmotionEvent place, float[] features);

    /** A call that is over, or has come as far as it was read. */
    void call(CallSummary summary);
  }

  private static final long NOT_BEGUN = -1;

  private final Listener listener;
  private final TaskContext task;
  private final Kept kept = new Kept();
  private final CallsInProgress calls;
  private long tickedMs = NOT_BEGUN;

  /** Of the window whose event comes next. */
  private float[] asked;

  /**
   * @param settings of the stream; alerts, smoothing and lag have no meaning here
   * @param speechMinShare windows with a smaller share of speech don't count, 0 to 1
   * @param spec the features
   * @param windows how channels are cut
   */
  public CallWindows(
      CallSettings settings,
      float speechMinShare,
      FeatureSpec spec,
      WindowSettings windows,
      Listener listener) {
    this.listener = listener;
    EmotionModels asker = EmotionModels.fixed(spec, windows, () -> new Asker(spec));
    task =
        new TaskContext(
            listening(settings, speechMinShare),
            new OpenModels(List.of(), asker, ChunkRules.MIN_RATE_HZ),
            () -> tickedMs,
            StreamMetrics.unseen(),
            new Output());
    calls = new CallsInProgress(task, kept);
  }

  private static CallSettings listening(CallSettings settings, float speechMinShare) {
    return new CallSettings(
        settings.analyzedRoles(),
        settings.channelRoles(),
        settings.reorderWindow(),
        settings.reorderMaxChunks(),
        settings.gapTolerance(),
        speechMinShare,
        false,
        settings.smoothing(),
        settings.labelHysteresis(),
        List.of(),
        settings.inactivity(),
        settings.endedCallMemory(),
        Duration.ZERO);
  }

  /**
   * Takes a message.
   *
   * @param timestampMs the record's
   * @return why it cannot be used; empty if it can
   */
  public Optional<Rejection> take(Message message, long timestampMs) {
    passTime(timestampMs);
    Optional<Call> call = calls.callOf(message, timestampMs);
    if (call.isEmpty()) {
      return Optional.empty();
    }
    Verdict verdict = calls.decide(call.get(), message);
    if (verdict instanceof Verdict.Rejected rejected) {
      return Optional.of(rejected.rejection());
    }
    calls.take(call.get(), message, (Verdict.Taken) verdict);
    return Optional.empty();
  }

  /** Does all that the stream would have done by then. */
  private void passTime(long untilMs) {
    if (tickedMs == NOT_BEGUN) {
      tickedMs = untilMs;
      calls.endQuiet(tickedMs);
    }
    long periodMs = calls.period().toMillis();
    while (tickedMs + periodMs <= untilMs) {
      tickedMs += periodMs;
      calls.endQuiet(tickedMs);
    }
  }

  /**
   * Nothing more is read: hands out the calls that are still going on. What they have of a window
   * that is not complete yet is left out, as the stream would not have made it so far.
   *
   * @param nowMs when the last record could have been written
   */
  public void finish(long nowMs) {
    passTime(nowMs);
    for (Call call : kept.all()) {
      if (!call.isEnded()) {
        call.streams().forEach(stream -> stream.channels().forEach(Channel::cutOffSegment));
        listener.call(call.summary(CallEnd.INACTIVITY));
      }
    }
  }

  @Override
  public void close() {
    task.models.close();
  }

  /** On the heap alone, for nothing of it is to survive. */
  private static final class Kept implements CallsInProgress.Calls {
    private final Map<String, Call> byId = new HashMap<>();

    @Override
    public Optional<Call> get(String callId) {
      return Optional.ofNullable(byId.get(callId));
    }

    @Override
    public void add(Call call) {
      byId.put(call.callId(), call);
    }

    @Override
    public void markChanged(Call call) {
      // It is the same object.
    }

    @Override
    public void remove(Call call) {
      byId.remove(call.callId());
    }

    @Override
    public List<Call> all() {
      return new ArrayList<>(byId.values());
    }
  }

  /** Gets the windows that a classifier would. */
  private final class Asker implements EmotionClassifier {
    private final int featureCount;

    Asker(FeatureSpec spec) {
      featureCount = FeatureLayout.of(spec).windowFeatureCount();
    }

    @Override
    public List<String> labels() {
      return LABELS;
    }

    @Override
    public int featureCount() {
      return featureCount;
    }

    @Override
    public ModelIdentity model() {
      return new ModelIdentity("none", "0", "0");
    }

    @Override
    public void classify(float[] features, int windowCount, float[] probabilities) {
      asked = features;
      Arrays.fill(probabilities, 0, LABELS.size(), 1f / LABELS.size());
    }

    @Override
    public void close() {
      // It has nothing.
    }
  }

  private final class Output implements TaskContext.Output {
    @Override
    public void event(EmotionEvent event) {
      listener.window(event, asked);
    }

    @Override
    public void alert(EmotionAlert alert) {
      // There are no rules.
    }

    @Override
    public void summary(CallSummary summary) {
      listener.call(summary);
    }

    @Override
    public void wrong(FoundFault found) {
      // Its windows are left out; the stream has said why.
    }
  }
}
