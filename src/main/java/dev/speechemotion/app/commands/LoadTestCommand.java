package dev.speechemotion.app.commands;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.speechemotion.app.client.CallRecordings;
import dev.speechemotion.app.client.ClusterReadiness;
import dev.speechemotion.app.embedded.DemoCall;
import dev.speechemotion.app.embedded.EmbeddedCluster;
import dev.speechemotion.app.loadtest.BesideCommand;
import dev.speechemotion.app.loadtest.LoadCharts;
import dev.speechemotion.app.loadtest.LoadPlan;
import dev.speechemotion.app.loadtest.LoadReport;
import dev.speechemotion.app.loadtest.LoadResult;
import dev.speechemotion.app.loadtest.LoadRun;
import dev.speechemotion.app.loadtest.LoadSetup;
import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.process.TemporaryFiles;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.app.settings.SettingsOptions;
import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.model.EmotionModel;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Puts many live channels on the application, and says what that costs. */
@Command(
    name = "loadtest",
    description =
        "Plays many live channels of real speech through a broker and the application, each as a"
            + " process of its own; holds every event against what `classify` makes of the same"
            + " audio; and says what it costs. Without --bootstrap-server it starts a broker. Exits"
            + " with 1 if an event is lost, doubled, or different.")
final class LoadTestCommand implements Callable<Integer> {
  /** The container image's, and less memory, so that objects are collected as in a small one. */
  private static final String JVM_OPTIONS =
      "-Xmx1g -XX:+UseParallelGC -XX:+IgnoreUnrecognizedVMOptions -XX:TrimNativeHeapInterval=3000";

  private static final String MODEL = "models/telephone";

  @Spec private CommandSpec spec;

  @Mixin private SettingsOptions options;

  @Parameters(
      arity = "0..*",
      paramLabel = "WAV",
      description = "Recordings to play over and over (default: those of the demo).")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--channels",
      split = ",",
      defaultValue = "100",
      paramLabel = "N",
      description = "Live channels; several numbers: one load after the other (default 100).")
  private List<Integer> channels;

  @Option(
      names = "--seconds",
      defaultValue = "60",
      paramLabel = "N",
      description = "Audio of each channel, seconds (default ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--warm-up",
      defaultValue = "20",
      paramLabel = "N",
      description =
          "Calls begin evenly over so many seconds, in which nothing is measured; it is while all are"
              + " live (default ${DEFAULT-VALUE}).")
  private int warmUpSeconds;

  @Option(
      names = "--chunk-ms",
      defaultValue = "20",
      paramLabel = "MS",
      description = "Audio per message, milliseconds (default ${DEFAULT-VALUE}).")
  private int chunkMs;

  @Option(
      names = "--speed",
      defaultValue = "1",
      paramLabel = "N|max",
      converter = SpeedConverter.class,
      description =
          "How many times as fast as it was spoken; max: all of it is there before the application"
              + " starts, which works it off (default ${DEFAULT-VALUE}).")
  private double speed;

  @Option(
      names = "--turns",
      defaultValue = "0",
      paramLabel = "SECONDS",
      description =
          "A caller talks for so long, then is silent for as long; 0: talks all the time (default"
              + " ${DEFAULT-VALUE}).")
  private int turnSeconds;

  @Option(
      names = "--model",
      defaultValue = MODEL,
      paramLabel = "DIR",
      description = "Model directory (default ${DEFAULT-VALUE}).")
  private String model;

  @Option(
      names = "--partitions",
      defaultValue = "4",
      paramLabel = "N",
      description = "Of the topics (default ${DEFAULT-VALUE}).")
  private int partitions;

  @Option(
      names = "--instances",
      defaultValue = "1",
      paramLabel = "N",
      description = "Of the application (default ${DEFAULT-VALUE}).")
  private int instanceCount;

  @Option(
      names = "--join-after",
      defaultValue = "0",
      paramLabel = "SECONDS",
      description = "The last instance starts so long after the first chunk; 0: at once.")
  private int joinAfterSeconds;

  @Option(
      names = "--leave-after",
      defaultValue = "0",
      paramLabel = "SECONDS",
      description = "The first instance ends so long after the first chunk; 0: with the others.")
  private int leaveAfterSeconds;

  @Option(names = "--kill", description = "It ends by SIGKILL, not by SIGTERM.")
  private boolean kill;

  @Option(
      names = "--jvm",
      defaultValue = JVM_OPTIONS,
      split = " ",
      paramLabel = "OPTIONS",
      description =
          "Options of the application's JVM, in place of '" + JVM_OPTIONS + "'; may be repeated.")
  private List<String> jvmOptions;

  @Option(
      names = "--beside",
      paramLabel = "COMMAND",
      description =
          "Another consumer, which gets the same chunks after the last load for comparison, such as"
              + " `python3 src/test/python/librosa_consumer.py`.")
  private Optional<String> beside;

  @Option(
      names = "--beside-seconds",
      defaultValue = "60",
      paramLabel = "N",
      description = "How long that runs (default ${DEFAULT-VALUE}).")
  private int besideSeconds;

  @Option(names = "--plot", paramLabel = "FILE", description = "Draws the loads, as a PNG.")
  private Optional<Path> plot;

  @Option(
      names = "--format",
      defaultValue = "table",
      paramLabel = "FORMAT",
      description = "One of ${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
  private OutputFormat format;

  private LoadSetup.Instances instances;

  @Override
  public Integer call() throws Exception {
    List<LoadPlan> plans;
    try {
      plans =
          channels.stream()
              .map(
                  count -> new LoadPlan(count, seconds, warmUpSeconds, chunkMs, speed, turnSeconds))
              .toList();
      instances = new LoadSetup.Instances(instanceCount, joinAfterSeconds, leaveAfterSeconds, kill);
      plans.forEach(instances::requireWithin);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    if (partitions < 1) {
      throw new ParameterException(
          spec.commandLine(), "the partitions must be 1 or more, got " + partitions);
    }
    plot.ifPresent(LoadTestCommand::requireFolder);
    AudioClip recording = files.isEmpty() ? DemoCall.load().clip() : CallRecordings.readCall(files);
    return StopRequest.onSignal(stop -> run(plans, recording, stop));
  }

  /** Before a load of half an hour. */
  private static void requireFolder(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
      throw new CommandFailure(
          "cannot write %s: %s is no folder to write to".formatted(file, folder));
    }
  }

  private int run(List<LoadPlan> plans, AudioClip recording, StopRequest stop) throws Exception {
    Path folder = TemporaryFiles.createDirectory("speech-emotion-load-");
    try (EmotionModel loaded = EmotionModel.load(EmotionModel.find(Path.of(model)))) {
      if (options.namesCluster()) {
        Settings settings = options.load(Map.of(Property.MODEL_DIR, model));
        new ClusterReadiness(settings).requireTopics(List.of(), false, stop);
        return run(
            plans, recording, setup(settings, options.arguments(), loaded, false, folder), stop);
      }
      try (EmbeddedCluster cluster = EmbeddedCluster.start(folder.resolve("broker.log"))) {
        Map<String, String> of =
            Map.of(
                Property.BOOTSTRAP_SERVERS, cluster.bootstrapServers(),
                Property.REGISTRY_URL, cluster.registryUrl(),
                Property.MODEL_DIR, model);
        List<String> arguments = new ArrayList<>(options.arguments());
        of.forEach((name, value) -> arguments.addAll(List.of("--set", name + "=" + value)));
        return run(
            plans, recording, setup(options.load(of), arguments, loaded, true, folder), stop);
      }
    } finally {
      TemporaryFiles.delete(folder);
    }
  }

  private LoadSetup setup(
      Settings settings,
      List<String> arguments,
      EmotionModel loaded,
      boolean ownCluster,
      Path folder) {
    List<String> all = new ArrayList<>(arguments);
    all.addAll(
        List.of(
            "--set", Property.MODEL_DIR + "=" + model,
            "--set", Property.MODEL_WIDEBAND_DIR + "="));
    // One map for all kinds of clients: each takes what it knows.
    Map<String, Object> client = settings.kafkaClient(AdminClientConfig.configNames());
    client.putAll(settings.kafkaClient(ConsumerConfig.configNames()));
    client.putAll(settings.kafkaClient(ProducerConfig.configNames()));
    return new LoadSetup(
        client,
        settings.text(Property.REGISTRY_URL),
        settings.registryClient(),
        all,
        jvmOptions,
        loaded,
        settings.streamSettings().call().noSpeechEvents(),
        partitions,
        (short) settings.integer(Property.TOPIC_REPLICATION_FACTOR),
        ownCluster,
        instances,
        folder);
  }

  private int run(List<LoadPlan> plans, AudioClip recording, LoadSetup setup, StopRequest stop)
      throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    List<LoadResult> results = new ArrayList<>();
    double besideChannels = Double.NaN;
    for (int i = 0; i < plans.size(); i++) {
      err.printf(
          "%d channels, %d s: preparing, then playing%n",
          plans.get(i).channels(), plans.get(i).seconds());
      LoadRun.Done done = LoadRun.run(plans.get(i), setup, recording, stop);
      results.add(done.result());
      try {
        if (beside.isPresent() && i == plans.size() - 1) {
          err.println("running beside: " + beside.get());
          besideChannels =
              BesideCommand.channelsPerCore(
                  List.of(beside.get().split(" ")),
                  setup,
                  done,
                  EmotionModel.find(Path.of("schemas")).resolve("AudioChunk.avsc"),
                  Duration.ofSeconds(besideSeconds),
                  stop);
        }
      } finally {
        done.deleteTopics().run();
      }
    }
    if (format == OutputFormat.JSON) {
      printJson(results, besideChannels, out);
    } else {
      LoadReport.print(results, out);
      if (!Double.isNaN(besideChannels)) {
        double ours = results.get(results.size() - 1).channelsPerCore();
        out.printf(
            Locale.ROOT,
            "beside: %.1f channels a core, so this application does %.0f times as many%n",
            besideChannels,
            ours / besideChannels);
      }
    }
    if (plot.isPresent()) {
      LoadCharts.write(results, plot.get());
    }
    return results.stream().allMatch(LoadResult::isExact) ? 0 : 1;
  }

  /** One document; of several loads, an array. */
  private static void printJson(List<LoadResult> results, double besideChannels, PrintWriter out)
      throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    ArrayNode all = mapper.createArrayNode();
    results.forEach(result -> all.add(LoadReport.json(result)));
    if (!Double.isNaN(besideChannels)) {
      ((ObjectNode) all.get(all.size() - 1)).put("besideChannelsPerCore", besideChannels);
    }
    out.println(
        mapper
            .writerWithDefaultPrettyPrinter()
            .writeValueAsString(all.size() == 1 ? all.get(0) : all));
  }
}
