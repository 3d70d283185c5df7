package dev.speechemotion.streams.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/**
 * What the stream counts and times, over all tasks of an application, in a registry of Micrometer.
 * Serves all threads. Counts go on when a task moves to another thread; what a crash takes back is
 * counted again, so they may exceed what was committed.
 */
public final class StreamMetrics {
  /** Of all names, as Micrometer writes them. */
  public static final String PREFIX = "speech.emotion.";

  private static final Duration[] WAITS =
      millis(50, 100, 250, 500, 750, 1_000, 1_500, 2_000, 3_000, 5_000, 10_000, 30_000, 60_000);

  private static final Duration[] EFFORTS =
      micros(
          50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 20_000, 50_000, 100_000, 250_000,
          500_000);

  private final MeterRegistry registry;
  private final Counter chunks;
  private final Counter audioBytes;
  private final Counter duplicates;
  private final Counter reordered;
  private final Counter shed;
  private final Counter gaps;
  private final Counter gapSeconds;
  private final Counter windowsWithEmotion;
  private final Counter windowsWithoutSpeech;
  private final Timer features;
  private final Timer inference;
  private final Timer ingestToEvent;
  private final Timer eventToCommit;
  private final Map<String, Counter> byTag = new ConcurrentHashMap<>();
  private final LongAdder openCalls = new LongAdder();
  private final LongAdder openChannels = new LongAdder();

  /** Registers what it counts; one for an application. */
  public StreamMetrics(MeterRegistry registry) {
    this.registry = registry;
    chunks = counter("chunks", "Messages of calls that were taken");
    audioBytes = counter("audio.bytes", "Bytes of audio in them");
    duplicates = counter("duplicate.chunks", "Messages that had come before");
    reordered = counter("reordered.chunks", "Messages that waited for an earlier one");
    shed = counter("shed.chunks", "Messages whose audio was passed over to catch up");
    gaps = counter("gaps", "Places in which audio of a channel is missing");
    gapSeconds = counter("gap.seconds", "Audio that is missing there, seconds");
    String windows = "Windows of the channels that are analyzed, by what came of them";
    windowsWithEmotion = counter("windows", windows, "outcome", "emotion");
    windowsWithoutSpeech = counter("windows", windows, "outcome", "no_speech");
    features = timer("features", "Time to make the features of a window of audio", EFFORTS);
    inference = timer("inference", "Time to classify a window", EFFORTS);
    ingestToEvent =
        timer(
            "ingest.to.event",
            "From ingestedAt of the message that completed a window to its event",
            WAITS);
    eventToCommit =
        timer("event.to.commit", "From an event to the commit that makes it readable", WAITS);
    gauge("open.calls", "Calls in progress", openCalls);
    gauge("open.channels", "Channels of them", openChannels);
  }

  /** One that nobody looks at. */
  public static StreamMetrics unseen() {
    return new StreamMetrics(new CompositeMeterRegistry());
  }

  private static Duration[] millis(int... values) {
    return IntStream.of(values).mapToObj(Duration::ofMillis).toArray(Duration[]::new);
  }

  private static Duration[] micros(int... values) {
    return IntStream.of(values)
        .mapToObj(value -> Duration.ofNanos(value * 1_000L))
        .toArray(Duration[]::new);
  }

  private Counter counter(String name, String meaning, String... tags) {
    return Counter.builder(PREFIX + name).description(meaning).tags(tags).register(registry);
  }

  private Timer timer(String name, String meaning, Duration[] buckets) {
    return Timer.builder(PREFIX + name)
        .description(meaning)
        .serviceLevelObjectives(buckets)
        .register(registry);
  }

  private void gauge(String name, String meaning, LongAdder value) {
    Gauge.builder(PREFIX + name, value, LongAdder::sum).description(meaning).register(registry);
  }

  /** A message was taken. */
  public void chunk(int payloadBytes) {
    chunks.increment();
    audioBytes.increment(payloadBytes);
  }

  /** A message came that had come before. */
  public void duplicate() {
    duplicates.increment();
  }

  /** A message waits for an earlier one. */
  public void reordered() {
    reordered.increment();
  }

  /** Audio was passed over. */
  public void shed() {
    shed.increment();
  }

  /** Audio of a channel is missing. */
  public void gap(long micros) {
    gaps.increment();
    gapSeconds.increment(micros / 1e6);
  }

  /** Has a reason for which records may go to the dead letters be shown from the start, with 0. */
  public void mayReject(String reason) {
    rejections(reason);
  }

  /** A record went to the dead letters. */
  public void rejected(String reason) {
    rejections(reason).increment();
  }

  private Counter rejections(String reason) {
    return byTag.computeIfAbsent(
        "rejected " + reason,
        unused ->
            counter(
                "rejected.records",
                "Records that went to the dead letters, by reason; late is audio whose time"
                    + " was over",
                "reason",
                reason));
  }

  /** Audio of a call was found to be wrong. */
  public void wrongAudio(String kind) {
    byTag
        .computeIfAbsent(
            "wrong audio " + kind,
            unused ->
                counter(
                    "wrong.audio",
                    "Calls whose audio is not what the feed says, by what is wrong",
                    "kind",
                    kind))
        .increment();
  }

  /** A window had too little speech for an emotion, or was none by what the model heard. */
  public void windowWithoutSpeech() {
    windowsWithoutSpeech.increment();
  }

  /** A window was given to the model; whatever event comes of it. */
  public void inference(long nanos) {
    inference.record(Duration.ofNanos(nanos));
  }

  /** A window has an emotion. */
  public void windowWithEmotion() {
    windowsWithEmotion.increment();
  }

  /** A window's features were made. */
  public void features(long nanos) {
    features.record(Duration.ofNanos(nanos));
  }

  /**
   * An event with an emotion was made.
   *
   * @param waitMs since the last message that it needed was ingested; a clock that differs may make
   *     it negative, which counts as 0
   */
  public void event(String emotion, String role, long waitMs) {
    byTag
        .computeIfAbsent(
            "event " + emotion + " " + role,
            unused ->
                counter(
                    "events",
                    "Events by smoothed emotion and role of the channel",
                    "emotion",
                    emotion,
                    "role",
                    role))
        .increment();
    ingestToEvent.record(Duration.ofMillis(Math.max(0, waitMs)));
  }

  /** An event is being committed. */
  public void committed(long waitMs) {
    eventToCommit.record(Duration.ofMillis(Math.max(0, waitMs)));
  }

  /** An alert was raised or cleared. */
  public void alert(String state) {
    byTag
        .computeIfAbsent(
            "alert " + state,
            unused -> counter("alerts", "Alerts, by what they say", "state", state))
        .increment();
  }

  /** What one task has open; the sum over all tasks is shown. Serves the task's thread. */
  public final class Open {
    private long calls;
    private long channels;

    public void set(long newCalls, long newChannels) {
      openCalls.add(newCalls - calls);
      openChannels.add(newChannels - channels);
      calls = newCalls;
      channels = newChannels;
    }
  }
}
