package dev.speechemotion.app.loadtest;

import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import dev.speechemotion.streams.registry.SchemaRegistry;
import dev.speechemotion.training.corpus.Progress;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;

/** Puts one load on the application, and measures what comes of it. */
public final class LoadRun {
  private static final long DRAIN_TIMEOUT_NANOS = 600_000_000_000L;
  private static final long SUMMARIES_TIMEOUT_MS = 120_000;
  private static final Duration BETWEEN_SAMPLES = Duration.ofMillis(500);

  /** Of a backlog: what is left then is done in less than a moment. */
  private static final double NEARLY_ALL = 0.99;

  /** Topics are fetched one by one: events that are committed may still be on their way. */
  private static final long FOR_THE_REST_MS = 2_000;

  private final LoadPlan plan;
  private final LoadSetup setup;
  private final LoadAudio audio;
  private final ExpectedResults expected;
  private final LoadTopics topics;
  private final ResultCheck check;
  private final List<Instance> instances = new ArrayList<>();
  private final List<LoadResult.Moment> course = new ArrayList<>();

  /** With no channel live. */
  private long idleHeapBytes;

  private long idleNativeBytes;

  private Admin admin;
  private LoadFeed feed;
  private EventReader reader;
  private Progress playing;
  private int started;
  private boolean oneLeft;
  private double longestCommitMs = Double.NaN;

  private LoadRun(LoadPlan plan, LoadSetup setup, LoadAudio audio) {
    this.plan = plan;
    this.setup = setup;
    this.audio = audio;
    try (Progress preparing = Progress.ofShares("preparing")) {
      expected = ExpectedResults.of(plan, audio, setup.model(), preparing::reach);
    }
    check = new ResultCheck(plan, expected, setup.noSpeechEvents());
    topics = new LoadTopics(setup);
  }

  /**
   * A load that was put on, whose topics are still there.
   *
   * @param chunksTopic what was played
   * @param besideTopic of nothing so far
   * @param deleteTopics deletes what the load has left with the broker
   */
  public record Done(
      LoadResult result, String chunksTopic, String besideTopic, Runnable deleteTopics) {}

  /**
   * Runs it.
   *
   * @throws CommandFailure if the application fails, or it is stopped
   */
  public static Done run(LoadPlan plan, LoadSetup setup, AudioClip recording, StopRequest stop)
      throws IOException, InterruptedException {
    LoadRun run = new LoadRun(plan, setup, new LoadAudio(recording, plan));
    boolean complete = false;
    try {
      LoadResult result = run.run(stop);
      complete = true;
      return new Done(result, run.topics.chunks(), run.topics.beside(), run.topics::delete);
    } finally {
      // One's own broker may have ended by the same signal, and its topics end with it.
      if (!complete && !setup.ownCluster()) {
        run.topics.delete();
      }
    }
  }

  private LoadResult run(StopRequest stop) throws IOException, InterruptedException {
    topics.create();
    try (SchemaRegistry registry =
            RegistryClients.connect(setup.registryUrl(), setup.registryClient());
        Admin ownAdmin = Admin.create(setup.client())) {
      admin = ownAdmin;
      EmotionSerdes serdes = EmotionSerdes.of(registry);
      try (LoadFeed ownFeed =
              new LoadFeed(plan, audio, check, topics.chunks(), setup.client(), serdes);
          EventReader ownReader = new EventReader(topics, serdes, check);
          Progress ownPlaying = Progress.ofShares("playing")) {
        feed = ownFeed;
        reader = ownReader;
        playing = ownPlaying;
        return plan.isBacklog() ? workOff(stop) : live(stop);
      } finally {
        instances.forEach(Instance::close);
      }
    }
  }

  private void startInstance() throws IOException {
    started++;
    String name = "instance-" + started;
    List<String> arguments = new ArrayList<>();
    arguments.add("stream");
    arguments.addAll(setup.arguments());
    arguments.addAll(topics.arguments());
    arguments.addAll(
        List.of(
            "--set",
                Property.STATE_DIR + "=" + setup.folder().resolve(topics.applicationId() + name),
            "--set", Property.HTTP_PORT + "=-1"));
    instances.add(
        Instance.start(
            setup.folder().resolve(name + ".log"),
            setup.jvmOptions(),
            arguments,
            topics.changelog()));
  }

  private Sample sample() {
    Sample all = Sample.NONE;
    for (Instance instance : instances) {
      instance.requireAlive();
      all = all.plus(instance.sample());
    }
    reader.requireReading();
    return all;
  }

  private LoadResult.Moment look(long beganNanos) throws InterruptedException {
    Sample used = sample();
    LoadResult.Moment moment =
        new LoadResult.Moment(
            (System.nanoTime() - beganNanos) / 1e9,
            feed.appended() - topics.committed(admin),
            used);
    course.add(moment);
    return moment;
  }

  private LoadResult live(StopRequest stop) throws IOException, InterruptedException {
    int atOnce = setup.instances().atOnce();
    for (int i = 0; i < atOnce; i++) {
      startInstance();
    }
    for (Instance instance : instances) {
      instance.awaitRunning();
      idleHeapBytes += instance.liveHeapBytes();
      idleNativeBytes += instance.nativeBytes();
    }
    StopRequest enough = new StopRequest();
    List<Exception> failures = new ArrayList<>();
    Thread player =
        new Thread(
            () -> {
              try {
                feed.play(stop);
              } catch (InterruptedException | RuntimeException e) {
                failures.add(e);
              } finally {
                enough.request();
              }
            },
            "play");
    long beganNanos = System.nanoTime();
    player.start();
    LoadResult.Moment from = look(beganNanos);
    boolean warm = false;
    Optional<LoadResult.Moment> to = Optional.empty();
    while (!enough.await(BETWEEN_SAMPLES)) {
      LoadResult.Moment now = look(beganNanos);
      playing.reach(1e3 * now.seconds() * plan.speed() / plan.endMs());
      if (!warm && now.seconds() >= plan.allLiveFrom()) {
        warm = true;
        from = now;
        check.beginToMeasure();
      }
      if (to.isEmpty() && now.seconds() >= plan.allLiveUntil()) {
        to = Optional.of(now);
        longestCommitMs = longestCommit();
        check.endMeasuring();
      }
      joinOrLeave(now.seconds());
    }
    player.join();
    if (stop.requested()) {
      throw new CommandFailure("stopped before the load was complete");
    }
    if (!failures.isEmpty()) {
      throw new CommandFailure("the load could not be sent: " + failures.get(0).getMessage());
    }
    awaitDrained(beganNanos);
    double heap = 0;
    double outside = 0;
    long rocksDb = 0;
    for (Instance instance : instances) {
      if (!oneLeft || instance != instances.get(0)) {
        heap += instance.liveHeapBytes();
        outside += instance.nativeBytes();
        rocksDb += instance.rocksDbBytes();
      }
    }
    feed.end();
    awaitSummaries();
    boolean sameInstances = atOnce == setup.instances().count() && !oneLeft;
    return result(
        from,
        to.orElse(course.get(course.size() - 1)),
        sameInstances ? (heap - idleHeapBytes) / plan.channels() : Double.NaN,
        sameInstances ? (outside - idleNativeBytes) / plan.channels() : Double.NaN,
        rocksDb);
  }

  private void joinOrLeave(double seconds) throws IOException, InterruptedException {
    if (started < setup.instances().count() && seconds >= setup.instances().joinAfterSeconds()) {
      startInstance();
    }
    if (setup.instances().leaveAfterSeconds() > 0
        && !oneLeft
        && seconds >= setup.instances().leaveAfterSeconds()) {
      oneLeft = true;
      instances.get(0).stop(setup.instances().kill());
    }
  }

  /** Waits until all that was sent is processed, and its events have been committed and read. */
  private void awaitDrained(long beganNanos) throws InterruptedException {
    long deadline = System.nanoTime() + DRAIN_TIMEOUT_NANOS;
    while (look(beganNanos).lag() > 0) {
      if (System.nanoTime() > deadline) {
        throw new CommandFailure("the application does not keep up, and did not catch up after");
      }
      Thread.sleep(BETWEEN_SAMPLES.toMillis());
    }
    Thread.sleep(FOR_THE_REST_MS);
  }

  private void awaitSummaries() throws InterruptedException {
    if (!check.awaitSummaries(plan.channels(), SUMMARIES_TIMEOUT_MS)) {
      throw new CommandFailure(
          String.format(
              Locale.ROOT,
              "%d of %d calls have not ended: results were lost, or the stream stands still",
              plan.channels() - check.summaries(),
              plan.channels()));
    }
    Thread.sleep(FOR_THE_REST_MS);
  }

  private double longestCommit() {
    return instances.stream().mapToDouble(Instance::longestCommitMs).max().orElse(Double.NaN);
  }

  private LoadResult workOff(StopRequest stop) throws IOException, InterruptedException {
    if (!feed.play(stop)) {
      throw new CommandFailure("stopped before the load was complete");
    }
    feed.end();
    long all = feed.appended();
    long beganNanos = System.nanoTime();
    for (int i = 0; i < setup.instances().count(); i++) {
      startInstance();
    }
    for (Instance instance : instances) {
      instance.awaitRunning();
    }
    LoadResult.Moment from = look(beganNanos);
    LoadResult.Moment to = from;
    double warm = (double) plan.warmUpSeconds() / plan.seconds();
    while (to.used().processed() < NEARLY_ALL * all) {
      if (stop.await(BETWEEN_SAMPLES)) {
        throw new CommandFailure("stopped before the load was complete");
      }
      to = look(beganNanos);
      playing.reach((double) to.used().processed() / all);
      if (from.used().processed() < warm * all) {
        from = to;
      }
    }
    longestCommitMs = longestCommit();
    awaitSummaries();
    return result(from, to, Double.NaN, Double.NaN, instances.get(0).rocksDbBytes());
  }

  private LoadResult result(
      LoadResult.Moment from, LoadResult.Moment to, double heap, double outside, long rocksDb)
      throws InterruptedException {
    Sample before = from.used();
    Sample after = to.used();
    for (Instance instance : instances) {
      instance.stop(false);
    }
    long records = after.processed() - before.processed();
    double wall = to.seconds() - from.seconds();
    return new LoadResult(
        plan,
        check.events(),
        expected.speechShare(),
        records * plan.chunkMs() / 1e3,
        after.cpuSeconds() - before.cpuSeconds(),
        wall,
        check.latenciesMs(),
        check.lost(),
        check.duplicated(),
        check.different(),
        heap,
        outside,
        rocksDb,
        (double) topics.mostStateBytes() / plan.channels(),
        (double) (after.changelogBytes() - before.changelogBytes())
            / ((double) records * plan.bytesPerChunk()),
        longestCommitMs,
        (after.gcSeconds() - before.gcSeconds()) / wall,
        feed.mostLateMs(),
        List.copyOf(course));
  }
}
