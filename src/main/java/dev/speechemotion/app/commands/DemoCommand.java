package dev.speechemotion.app.commands;

import dev.speechemotion.app.client.CallPlayer;
import dev.speechemotion.app.client.CallRecordings;
import dev.speechemotion.app.client.ChunkProducer;
import dev.speechemotion.app.client.ClusterReadiness;
import dev.speechemotion.app.client.ResultReader;
import dev.speechemotion.app.embedded.DemoCall;
import dev.speechemotion.app.embedded.EmbeddedBroker;
import dev.speechemotion.app.embedded.RegistryAnswers;
import dev.speechemotion.app.embedded.RegistryRoutes;
import dev.speechemotion.app.embedded.StartingBroker;
import dev.speechemotion.app.http.HealthRoutes;
import dev.speechemotion.app.http.HttpRoutes;
import dev.speechemotion.app.http.HttpServer;
import dev.speechemotion.app.http.MetricsRoutes;
import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.process.TemporaryFiles;
import dev.speechemotion.app.running.StreamApp;
import dev.speechemotion.app.serving.ServedModels;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.app.terminal.ResultPrinter;
import dev.speechemotion.app.wallboard.Wallboard;
import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.audio.content.Bandwidth;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChannelSummary;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.streams.registry.EmotionSerdes;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The whole pipeline in one process, on a call that comes with it or on one's own recordings. */
@Command(
    name = "demo",
    description =
        "Runs broker, registry and stream application in one process, plays a call of two actors"
            + " (or one's own recordings), and prints the events as they come.")
final class DemoCommand implements Callable<Integer> {
  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration PATIENCE_AFTER_THE_CALL = Duration.ofSeconds(30);

  /** How a telephone line carries audio, and the call that comes with the program is played. */
  private static final Sound TELEPHONE = new Sound(8_000, AudioEncoding.MULAW, "8 kHz mu-law");

  /** How recordings are played that hold more. */
  private static final Sound WIDE_BAND =
      new Sound(Bandwidth.LEAST_RATE_HZ, AudioEncoding.PCM_S16LE, "16 kHz PCM");

  private static final int CHUNK_MS = 20;

  /** The name, in manifests, of the corpus that the bundled call is from. */
  private static final String CORPUS = "EmoDB";

  private static final String CALL_ID = "demo-call";

  /** How audio is sent. */
  private record Sound(int rateHz, AudioEncoding encoding, String name) {}

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..*",
      paramLabel = "WAV",
      description =
          "Recordings to play instead: the channels of a single file are the call's channels,"
              + " several files are a channel each.")
  private List<Path> files = new ArrayList<>();

  @Mixin private ModelOptions modelOptions;

  @Option(
      names = "--speed",
      defaultValue = "4",
      paramLabel = "N|max",
      converter = SpeedConverter.class,
      description = "How many times as fast as it was spoken (default ${DEFAULT-VALUE}).")
  private double speed;

  @Option(
      names = "--serve",
      description =
          "Keep all of it up after the call, until Ctrl-C, the schema registry for other programs too.")
  private boolean serve;

  @Override
  public Integer call() throws Exception {
    return StopRequest.onSignal(this::run);
  }

  private int run(StopRequest stop) throws Exception {
    Instant begin = Instant.now();
    PrintWriter out = spec.commandLine().getOut();
    AudioClip clip;
    Function<EmotionEvent, String> note = event -> "";
    if (files.isEmpty()) {
      DemoCall call = DemoCall.load();
      clip = call.clip();
      note = event -> acted(call, event);
    } else {
      clip = CallRecordings.readCall(files);
    }
    List<ChannelRole> roles =
        files.isEmpty() ? DemoCall.ROLES : CallRecordings.roles(List.of(), clip.channelCount());

    Path stateDirectory = TemporaryFiles.createDirectory("speech-emotion-state-");
    try (StartingBroker broker = new StartingBroker();
        ServedModels models = modelOptions.load();
        RegistryAnswers registry = new RegistryAnswers()) {
      // As `classify` chooses, so that both use the same model.
      Sound sound =
          files.isEmpty() || models.rateFor(clip) < Bandwidth.LEAST_RATE_HZ ? TELEPHONE : WIDE_BAND;
      Settings settings = settings(broker.await(), stateDirectory);
      new ClusterReadiness(settings).requireTopics(settings.streamSettings().topics(), true, stop);
      EmotionSerdes serdes = EmotionSerdes.of(registry);
      try (StreamApp app = new StreamApp(settings, models, registry);
          ResultReader reader = new ResultReader(settings, serdes, true)) {
        app.start();
        app.awaitRunning(START_TIMEOUT);
        Optional<Wallboard> wallboard = Wallboard.of(settings, serdes);
        List<HttpRoutes> routes = new ArrayList<>();
        routes.add(new HealthRoutes(app::state, app::notReadyBecause));
        routes.add(new MetricsRoutes(app.meters()::page));
        routes.add(new RegistryRoutes(registry));
        wallboard.map(Wallboard::routes).ifPresent(routes::add);
        Optional<HttpServer> http = Optional.empty();
        try {
          http = HttpServer.start(settings, routes);
          introduce(
              out,
              settings,
              models.model(sound.rateHz),
              clip,
              sound,
              Duration.between(begin, Instant.now()));
          http.ifPresent(server -> tellWallboard(out, server));
          ResultPrinter printer =
              new ResultPrinter(out, ResultPrinter.Format.TEXT, note, Ansi.AUTO);
          int exitCode;
          try (PlayedCall call = new PlayedCall(settings, serdes, clip, sound, roles)) {
            exitCode = follow(call, app, reader, printer, stop);
          }
          if (http.isPresent() && !stop.requested()) {
            serve(out, settings, http.get(), app, reader, printer, stop);
            return 0;
          }
          return exitCode;
        } finally {
          // First, so that no page waits for what does not come any more.
          wallboard.ifPresent(Wallboard::close);
          http.ifPresent(HttpServer::close);
        }
      }
    } finally {
      TemporaryFiles.delete(stateDirectory);
    }
  }

  private Settings settings(EmbeddedBroker broker, Path stateDirectory) {
    return Settings.of(
        Map.of(
            Property.BOOTSTRAP_SERVERS,
            broker.bootstrapServers(),
            Property.STATE_DIR,
            stateDirectory.toString(),
            Property.ANALYZED_ROLES,
            "CUSTOMER,AGENT,UNKNOWN",
            Property.TOPIC_PARTITIONS,
            "1",
            Property.TOPIC_REPLICATION_FACTOR,
            "1",
            Property.HTTP_PORT,
            serve ? "0" : "-1",
            Property.HTTP_WALLBOARD,
            String.valueOf(serve),
            Property.COMMIT_INTERVAL_MS,
            "100"));
  }

  private void introduce(
      PrintWriter out,
      Settings settings,
      EmotionModel loaded,
      AudioClip clip,
      Sound sound,
      Duration startUp) {
    out.printf(
        Locale.ROOT,
        "Kafka broker at %s, schema registry in memory, stream application: up in %.1f s.%n",
        settings.text(Property.BOOTSTRAP_SERVERS),
        startUp.toMillis() / 1_000.0);
    out.printf("Model: %s %s.", loaded.identity().name(), loaded.identity().version());
    if (files.isEmpty()) {
      boolean heard =
          loaded.manifest().training().corpora().stream()
              .anyMatch(corpus -> corpus.name().startsWith(CORPUS));
      out.print(
          heard
              ? " It has heard these recordings in training, so this shows what the stream does, not"
                  + " how good the model is: models/README.md says how it does on voices it never heard."
              : " It has never heard these German actors.");
    }
    out.println();
    out.println(
        files.isEmpty()
            ? "Both channels are analyzed, as both speakers are actors; `stream` analyzes customers only."
            : "All channels are analyzed; `stream` analyzes customers (and unknown roles) only.");
    out.printf(
        Locale.ROOT,
        "Playing %.1f s, %d channel%s, as %d ms chunks of %s, %s.%n%n",
        clip.durationSeconds(),
        clip.channelCount(),
        clip.channelCount() == 1 ? "" : "s",
        CHUNK_MS,
        sound.name,
        Double.isInfinite(speed)
            ? "as fast as it goes"
            : String.format(Locale.ROOT, "%s times as fast as spoken", number(speed)));
  }

  private static String number(double value) {
    return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
  }

  private static String acted(DemoCall call, EmotionEvent event) {
    if (!event.getCallId().equals(CALL_ID)) {
      return "";
    }
    return call.acted(event.getRole(), event.getBeginMs(), event.getEndMs())
        .map(acted -> "acted " + acted)
        .orElse("silent");
  }

  /** The call, being played in a thread of its own. */
  private final class PlayedCall implements AutoCloseable {
    private final CompletableFuture<CallPlayer.Sent> sent = new CompletableFuture<>();
    private final StopRequest ended = new StopRequest();
    private final Thread thread;

    PlayedCall(
        Settings settings,
        EmotionSerdes serdes,
        AudioClip clip,
        Sound sound,
        List<ChannelRole> roles) {
      CallPlayer.Format format =
          new CallPlayer.Format(CHUNK_MS, sound.encoding, sound.rateHz, speed, false);
      thread =
          new Thread(
              () -> {
                try (var producer = ChunkProducer.create(settings, serdes)) {
                  CallPlayer feed =
                      new CallPlayer(producer, settings.text(Property.TOPIC_CHUNKS), format);
                  sent.complete(feed.play(CALL_ID, clip, roles, ended));
                } catch (Exception e) {
                  sent.completeExceptionally(e);
                }
              },
              "feed");
      thread.start();
    }

    boolean isOver() {
      return sent.isDone();
    }

    /** Throws the very exception that the feed threw, if it did. */
    void requireSent() throws Exception {
      try {
        sent.join();
      } catch (CompletionException e) {
        throw e.getCause() instanceof Exception cause ? cause : e;
      }
    }

    /** Ends the call early, if it still goes on. */
    @Override
    public void close() {
      ended.request();
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Prints what comes until the summary and all the events that it counts are there. */
  private int follow(
      PlayedCall call, StreamApp app, ResultReader reader, ResultPrinter printer, StopRequest stop)
      throws Exception {
    long events = 0;
    Optional<CallSummary> summary = Optional.empty();
    Instant deadline = Instant.MAX;
    while (summary.isEmpty() || events < eventCount(summary.get())) {
      for (SpecificRecord record : reader.poll(POLL)) {
        if (record instanceof CallSummary last) {
          summary = Optional.of(last);
        } else {
          events += record instanceof EmotionEvent ? 1 : 0;
          printer.print(record);
        }
      }
      app.requireHealthy();
      if (stop.requested()) {
        return StopRequest.INTERRUPTED_EXIT_CODE;
      }
      if (deadline.equals(Instant.MAX) && call.isOver()) {
        deadline = Instant.now().plus(PATIENCE_AFTER_THE_CALL);
        call.requireSent();
      }
      if (Instant.now().isAfter(deadline)) {
        throw new CommandFailure(
            "the call was played, but within "
                + PATIENCE_AFTER_THE_CALL.toSeconds()
                + " s only "
                + events
                + " events came and "
                + (summary.isEmpty() ? "no" : "the")
                + " summary");
      }
    }
    printer.print(summary.get());
    if (events == 0) {
      throw new CommandFailure("no events came: the recording is too short, or the model is idle");
    }
    return 0;
  }

  private static long eventCount(CallSummary summary) {
    return summary.getChannels().stream().mapToLong(ChannelSummary::getEventCount).sum();
  }

  private static void tellWallboard(PrintWriter out, HttpServer http) {
    out.println("Wallboard: " + http.address() + Wallboard.PATH);
    out.flush();
  }

  private static void serve(
      PrintWriter out,
      Settings settings,
      HttpServer http,
      StreamApp app,
      ResultReader reader,
      ResultPrinter printer,
      StopRequest stop) {
    out.printf(
        "%nServing until Ctrl-C, at %s and, with health and metrics, at %s%nTopics: %s%n",
        settings.text(Property.BOOTSTRAP_SERVERS),
        http.address(),
        String.join(", ", settings.streamSettings().topics()));
    tellWallboard(out, http);
    String registryUrl = http.address() + RegistryRoutes.PATH;
    // Of the scripts and what they need, README tells; kcat of Debian cannot read Avro.
    out.printf(
        """
        To play a recording of yours as another call, in another terminal:
          java -jar target/speech-emotion-streams.jar feed my-call.wav --bootstrap-server %1$s --registry %2$s
        To see the calls as a table, or to take some by RTP (Gateways in deploy/README.md):
          java -jar target/speech-emotion-streams.jar watch --bootstrap-server %1$s --registry %2$s
          java -jar target/speech-emotion-streams.jar gateway rtp --set http.port=8443 --bootstrap-server %1$s --registry %2$s
        To read the events in another program, here in the repository's folder:
          export BOOTSTRAP_SERVERS=%1$s REGISTRY_URL=%2$s
          python3 src/test/python/read_events.py
          node src/test/javascript/read_events.mjs
          kcat -C -b $BOOTSTRAP_SERVERS -t emotion-events -o beginning -f '%%T %%k, %%S bytes\\n'
        """,
        settings.text(Property.BOOTSTRAP_SERVERS), registryUrl);
    out.flush();
    while (!stop.requested()) {
      reader.poll(POLL).forEach(printer::print);
      app.requireHealthy();
    }
  }
}
