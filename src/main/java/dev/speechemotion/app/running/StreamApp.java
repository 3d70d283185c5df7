package dev.speechemotion.app.running;

import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.serving.ServedModels;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.streams.EmotionTopology;
import dev.speechemotion.streams.StreamSettings;
import dev.speechemotion.streams.models.EmotionModels;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.PatientRegistry;
import dev.speechemotion.streams.registry.SchemaRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running Kafka Streams application: the production topology with the settings it is given. The
 * command {@code stream}, the demo and the tests all run this.
 */
public final class StreamApp implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StreamApp.class);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);

  /** A step back of the clock that is waited out; that of a leap second and of most corrections. */
  private static final Duration MAX_STEP_BACK = Duration.ofSeconds(10);

  /** A loss of schemas is to be noticed within a minute. */
  private static final Duration BETWEEN_SCHEMA_CHECKS = Duration.ofSeconds(5);

  private static final Duration SHORT_WAIT = Duration.ofMinutes(1);

  private final Settings settings;
  private final KafkaStreams streams;
  private final ApplicationMeters meters;
  private final PatientRegistry patientRegistry;
  private final ScheduledExecutorService schemaChecks =
      Executors.newSingleThreadScheduledExecutor(StreamApp::daemon);
  private volatile Optional<String> schemaLoss = Optional.empty();
  private final CountDownLatch running = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private volatile boolean closing;

  /**
   * Says what is wrong with the settings of Kafka Streams, before anything is made at the brokers.
   *
   * @throws org.apache.kafka.common.config.ConfigException if one has a value that Kafka refuses
   * @throws CommandFailure if one cannot be used here
   */
  public static void requireSettings(Settings settings) {
    try {
      new StreamsConfig(StreamsProperties.of(settings));
    } catch (IllegalArgumentException e) {
      // Of values that do not go together. What it proposes are names without our prefix.
      throw new CommandFailure(
          "configuration: %s; see commit.interval.ms and kafka.producer.transaction.timeout.ms"
              .formatted(e.getMessage().split("\\. ", 2)[0]),
          e);
    }
  }

  /**
   * Builds the application.
   *
   * @param registry where the schemas are; registers them
   * @throws SchemaRegistry.RegistryException if the registry is away or refuses a schema
   * @throws CommandFailure if an alert rule names an emotion that the model does not know
   */
  public StreamApp(Settings settings, EmotionModels models, SchemaRegistry registry) {
    this.settings = settings;
    StreamSettings streamSettings = settings.streamSettings();
    requireFit(streamSettings, models);
    BoundedRocksDb.loadLibrary();
    // What is wrong with the registry at the start is an error; what happens later is waited out.
    register(EmotionSerdes.of(registry), streamSettings);
    patientRegistry = new PatientRegistry(registry);
    EmotionSerdes serdes = EmotionSerdes.of(patientRegistry);
    register(serdes, streamSettings);
    Properties properties = RebalanceProtocol.decide(settings);
    ChangelogTopic.require(settings, properties);
    meters = new ApplicationMeters();
    try {
      streams =
          new KafkaStreams(
              EmotionTopology.build(streamSettings, models, serdes, meters.registry()),
              new StreamsConfig(properties));
    } catch (StreamsException e) {
      meters.close();
      throw cannotStart(e);
    }
    meters.bind(streams, streamSettings.chunksTopic());
    meters.showReady(() -> notReadyBecause().isEmpty());
    streams.setStateListener((now, before) -> stateChanged(now));
    streams.setUncaughtExceptionHandler(this::failed);
    schemaChecks.scheduleWithFixedDelay(
        () -> checkSchemas(serdes, registry),
        BETWEEN_SCHEMA_CHECKS.toMillis(),
        BETWEEN_SCHEMA_CHECKS.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "schema-checks");
    thread.setDaemon(true);
    return thread;
  }

  private void checkSchemas(EmotionSerdes serdes, SchemaRegistry registry) {
    try {
      serdes.restoreLost(registry);
      schemaLoss = Optional.empty();
    } catch (SchemaRegistry.RegistryException e) {
      // One that is away may come back with all it had; what is known serves as long.
      if (!e.passing()) {
        if (schemaLoss.isEmpty()) {
          LOG.warn("{}", e.getMessage());
        }
        schemaLoss = Optional.of(e.getMessage());
      }
    } catch (RuntimeException e) {
      // The next look would not come.
      LOG.warn("the schemas could not be checked", e);
    }
  }

  private static void register(EmotionSerdes serdes, StreamSettings settings) {
    serdes.register(
        settings.chunksTopic(),
        settings.eventsTopic(),
        settings.summariesTopic(),
        settings.alertsTopic());
  }

  /** A rule or a model that does not fit is known here, before any task starts. */
  private static void requireFit(StreamSettings settings, EmotionModels models) {
    EmotionModels.Offer offer = models.offered(ServedModels.WIDEBAND_FROM_HZ);
    try (EmotionClassifier classifier = offer.classifiers().get()) {
      EmotionTopology.requireFit(settings, offer.spec(), classifier);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure("configuration: " + e.getMessage(), e);
    }
  }

  /** What is opened before the threads run is the state directory. */
  private CommandFailure cannotStart(StreamsException cause) {
    return new CommandFailure(
        "the stream application cannot start: "
            + new StreamFailure(cause).describeStateDirectory(settings),
        cause);
  }

  /**
   * Begins to process; returns at once.
   *
   * @throws CommandFailure if what is in the state directory cannot be opened
   */
  public void start() {
    try {
      streams.start();
    } catch (StreamsException e) {
      throw cannotStart(e);
    }
  }

  /**
   * Waits until every partition is assigned and restored.
   *
   * @throws CommandFailure if that does not come to be in time, or the application fails
   */
  public void awaitRunning(Duration timeout) throws InterruptedException {
    boolean reached = running.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
    requireHealthy();
    if (!reached) {
      throw new CommandFailure(
          "the stream application did not start within " + timeout.toSeconds() + " s");
    }
  }

  /**
   * Waits until the application has ended, or is wished to.
   *
   * @throws CommandFailure if it ended because it failed, or the clock was set back
   */
  public void awaitEnd(StopRequest stop) throws InterruptedException {
    long clockMs = Time.SYSTEM.milliseconds();
    long nanos = System.nanoTime();
    while (ended.getCount() > 0 && !stop.await(BETWEEN_LOOKS)) {
      long nowMs = Time.SYSTEM.milliseconds();
      long nowNanos = System.nanoTime();
      requireNoStepBack(Duration.ofMillis(clockMs - nowMs).plusNanos(nowNanos - nanos));
      clockMs = nowMs;
      nanos = nowNanos;
    }
    requireHealthy();
  }

  /**
   * Kafka's clients and Kafka Streams count time by the clock: they would stand still for as long.
   */
  private static void requireNoStepBack(Duration step) {
    if (step.compareTo(MAX_STEP_BACK) > 0) {
      throw new CommandFailure(
          "the machine's clock was set back by "
              + step.plusMillis(500).toSeconds()
              + " s, for which nothing would be committed; nothing is lost, start again");
    }
  }

  /**
   * Returns if nothing has gone wrong.
   *
   * @throws CommandFailure with the reason otherwise
   */
  public void requireHealthy() {
    Throwable cause = failure.get();
    if (cause != null) {
      throw new CommandFailure(
          "the stream application stopped: " + new StreamFailure(cause).describe(settings), cause);
    }
  }

  /** What Kafka Streams measures, and what the topology adds to it. */
  public Map<MetricName, ? extends Metric> metrics() {
    return streams.metrics();
  }

  /** What Kafka Streams is at; for the health check. */
  public KafkaStreams.State state() {
    return streams.state();
  }

  /**
   * Why results do not come, or cannot be read by whoever asks the registry for their schemas;
   * empty if all is well.
   */
  public Optional<String> notReadyBecause() {
    KafkaStreams.State state = streams.state();
    if (state != KafkaStreams.State.RUNNING) {
      return Optional.of(state.toString());
    }
    return patientRegistry
        .waitingLongerThan(SHORT_WAIT)
        .map(wait -> "the stream " + wait)
        .or(() -> schemaLoss);
  }

  /** All that can be seen of it, for Prometheus. */
  public ApplicationMeters meters() {
    return meters;
  }

  private void stateChanged(KafkaStreams.State state) {
    LOG.debug("state {}", state);
    switch (state) {
      case RUNNING -> running.countDown();
      case ERROR, NOT_RUNNING -> {
        running.countDown();
        ended.countDown();
      }
      default -> {}
    }
  }

  private StreamThreadExceptionResponse failed(Throwable cause) {
    if (closing) {
      // What a thread was waiting for when it was told to stop is no failure; nothing is committed.
      LOG.debug("ended while closing", cause);
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }
    StreamFailure told = new StreamFailure(cause);
    if (told.isEndedTransaction()) {
      LOG.warn(
          "the broker had ended a transaction, which took too long: if not because this process"
              + " stood still, raise kafka.producer.transaction.timeout.ms; the thread begins anew"
              + " from the last commit, and nothing is lost: {}",
          told.rootMessage());
      return StreamThreadExceptionResponse.REPLACE_THREAD;
    }
    failure.compareAndSet(null, cause);
    LOG.error("the stream application stops: {}", told.describe(settings), cause);
    return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }

  /** Commits what is processed and stops. */
  @Override
  public void close() {
    // Without leaving, a successor would wait for the session to time out before it gets the work.
    CloseOptions options =
        CloseOptions.timeout(CLOSE_TIMEOUT)
            .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP);
    closing = true;
    schemaChecks.shutdownNow();
    patientRegistry.close();
    if (!streams.close(options)) {
      LOG.warn("the stream application did not stop within {} s", CLOSE_TIMEOUT.toSeconds());
    }
    meters.close();
    ended.countDown();
  }
}
