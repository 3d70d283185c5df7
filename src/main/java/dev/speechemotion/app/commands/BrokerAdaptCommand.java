package dev.speechemotion.app.commands;

import dev.speechemotion.app.client.ClusterReadiness;
import dev.speechemotion.app.client.CorrectionReader;
import dev.speechemotion.app.client.TopicWindows;
import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.PseudonymizeOption;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.app.settings.SettingsOptions;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.ChannelSummary;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.emotion.SpeechDetector;
import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.EncoderPooling;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.streams.call.CallWindows;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.SchemaRegistry;
import dev.speechemotion.training.AdaptCommand;
import dev.speechemotion.training.SiteMeasurement;
import dev.speechemotion.training.SiteSource;
import dev.speechemotion.training.corpus.Progress;
import dev.speechemotion.training.corpus.WindowEncoder;
import dev.speechemotion.training.evaluation.SiteAccumulator;
import dev.speechemotion.training.labeling.CallLabels;
import dev.speechemotion.training.linear.WindowReservoir;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** {@code adapt}, which here can also hear what is in the input topic. */
@Command(name = "adapt")
final class BrokerAdaptCommand extends AdaptCommand {
  /** A year. */
  private static final double MOST_HOURS = 366 * 24;

  @Spec private CommandSpec spec;

  @Mixin private SettingsOptions options;

  @Mixin private PseudonymizeOption pseudonyms;

  @Option(
      names = "--hours",
      paramLabel = "N",
      description =
          "In place of --recordings: the calls in the input topic (topic.chunks) of the last N hours,"
              + " heard as the stream hears them.")
  private Optional<Double> hours = Optional.empty();

  @Option(
      names = "--corrections",
      description =
          "With --hours: the head is fitted again with what was corrected on the wallboard"
              + " (topic.corrections) in those hours, as with --labels.")
  private boolean corrections;

  /** What the calls come to. */
  private static final class CallMeasurement implements CallWindows.Listener {
    private final SiteAccumulator sums;
    private final WindowReservoir windows = new WindowReservoir();

    /** Empty where windows enter the network as they are. */
    private final Optional<EncoderPooling> pooling;

    /** Of the model: music on hold is no part of how callers sound. */
    private final Optional<SpeechDetector> speech;

    /** Empty if there are none. */
    private Optional<CallLabels> labels = Optional.empty();

    /** Of calls that go on, by call: with speech so far. */
    private final Map<String, Set<String>> channelsWithSpeech = new HashMap<>();

    private long audioMs;
    private int calls;
    private int channels;

    CallMeasurement(ModelManifest manifest, Optional<EncoderPooling> pooling) {
      sums = new SiteAccumulator(manifest.normalization().mean().size());
      this.pooling = pooling;
      speech = manifest.detector();
    }

    @Override
    public void window(EmotionEvent place, float[] features) {
      float[] window = pooling.isPresent() ? pooling.get().pool(features) : features.clone();
      if (speech.isPresent() && !speech.get().hears(window, 0)) {
        return;
      }
      channelsWithSpeech
          .computeIfAbsent(place.getCallId(), call -> new HashSet<>())
          .add(channel(place.getStreamId(), place.getChannel()));
      sums.add(window);
      windows.add(window);
      labels.ifPresent(
          each ->
              each.hear(
                  place.getCallId(),
                  channel(place.getStreamId(), place.getChannel()),
                  place.getBeginMs(),
                  place.getEndMs(),
                  place.getSpeechShare(),
                  window));
    }

    @Override
    public void call(CallSummary call) {
      Set<String> withSpeech = channelsWithSpeech.remove(call.getCallId());
      if (withSpeech != null) {
        channels += withSpeech.size();
        calls++;
      }
      // Legs are as long as the call, as the channels of a recording are.
      audioMs +=
          call.getChannels().stream()
              .filter(ChannelSummary::getAnalyzed)
              .mapToLong(ChannelSummary::getAudioMs)
              .max()
              .orElse(0);
    }
  }

  @Override
  protected Optional<SiteSource> elsewhere() {
    ParseResult given = spec.commandLine().getParseResult();
    Optional<String> ofBroker =
        Stream.of(
                "--hours",
                "--corrections",
                "--pseudonymize",
                "--bootstrap-server",
                "--registry",
                "--config",
                "--set")
            .filter(given::hasMatchedOption)
            .findFirst();
    if (given.hasMatchedOption("--recordings")) {
      if (ofBroker.isPresent()) {
        throw wrongUsage("--recordings and " + ofBroker.get() + " exclude each other");
      }
      return Optional.empty();
    }
    if (corrections && given.hasMatchedOption("--labels")) {
      throw wrongUsage("--corrections and --labels exclude each other");
    }
    if (ofBroker.isEmpty() && given.hasMatchedOption("--labels")) {
      return Optional.empty();
    }
    if (ofBroker.isEmpty()) {
      throw wrongUsage(
          "name where the audio of the place is: --recordings FOLDER, or --bootstrap-server"
              + " HOST:PORT and --hours N");
    }
    if (given.hasMatchedOption("--suggest")) {
      throw wrongUsage("--suggest needs --recordings: what is to be labeled must be a file");
    }
    if (taughtByAnother()) {
      throw wrongUsage("--teacher DIR needs --recordings: the teacher hears them too");
    }
    if (hours.isEmpty()) {
      throw wrongUsage(ofBroker.get() + " needs --hours N: how much of the topic counts");
    }
    if (!(hours.get() > 0 && hours.get() <= MOST_HOURS)) {
      throw wrongUsage("--hours must be above 0 and at most a year, got " + hours.get());
    }
    Settings settings = options.load(pseudonyms.properties());
    pseudonyms.requireKey(settings);
    return Optional.of((model, log) -> hear(settings, model, log));
  }

  @Override
  protected boolean isLabeledElsewhere() {
    return corrections;
  }

  /** Unique within a call. */
  private static String channel(String streamId, String channel) {
    return streamId + " " + channel;
  }

  private ParameterException wrongUsage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private SiteMeasurement hear(Settings settings, EmotionModel model, PrintWriter log)
      throws Exception {
    Optional<EncoderPooling> pooling =
        WindowEncoder.of(model).map(encoder -> encoder.poolings().get());
    CallMeasurement heard = new CallMeasurement(model.manifest(), pooling);
    SiteMeasurement.Period[] period = new SiteMeasurement.Period[1];
    try {
      StopRequest.onSignal(
          stop -> {
            Optional<SiteMeasurement.Period> read = read(settings, model, heard, log, stop);
            read.ifPresent(each -> period[0] = each);
            return read.isPresent() ? 0 : StopRequest.INTERRUPTED_EXIT_CODE;
          });
    } finally {
      pooling.ifPresent(EncoderPooling::close);
    }
    return new SiteMeasurement(
        heard.audioMs / 1_000.0,
        "calls",
        heard.calls,
        heard.channels,
        heard.sums,
        heard.windows,
        period[0],
        heard.labels.isPresent() ? Optional.of(heard.labels.get().clips()) : Optional.empty());
  }

  /** When what was heard was written; empty if it was asked to stop. */
  private Optional<SiteMeasurement.Period> read(
      Settings settings,
      EmotionModel model,
      CallMeasurement heard,
      PrintWriter log,
      StopRequest stop)
      throws InterruptedException {
    String topic = settings.text(Property.TOPIC_CHUNKS);
    ModelManifest manifest = model.manifest();
    ClusterReadiness cluster = new ClusterReadiness(settings);
    List<String> topics = new ArrayList<>(List.of(topic));
    if (corrections) {
      topics.add(settings.text(Property.TOPIC_CORRECTIONS));
    }
    cluster.requireTopics(topics, false, stop);
    Duration time = Duration.ofMillis(Math.round(hours.orElseThrow() * 3_600_000));
    try (SchemaRegistry registry = cluster.requireRegistry(stop)) {
      EmotionSerdes serdes = EmotionSerdes.of(registry);
      if (corrections) {
        heard.labels = Optional.of(labels(settings, serdes, time, manifest.labels()));
      }
      Supplier<CallWindows> calls =
          () ->
              new CallWindows(
                  settings.streamSettings().call(),
                  manifest.normalization().minSpeechShare(),
                  manifest.featureSpec(),
                  manifest.windows(),
                  heard);
      try (TopicWindows windows = new TopicWindows(settings, serdes, time, calls)) {
        return read(windows, topic, log, stop, heard);
      }
    }
  }

  private static CallLabels labels(
      Settings settings, EmotionSerdes serdes, Duration time, List<String> emotions) {
    return new CallLabels(
        "topic " + settings.text(Property.TOPIC_CORRECTIONS),
        CorrectionReader.read(settings, serdes, time).stream()
            .map(
                each ->
                    new CallLabels.Label(
                        each.getCallId(),
                        channel(each.getStreamId(), each.getChannel()),
                        each.getBeginMs(),
                        each.getEndMs(),
                        each.getEmotion()))
            .toList(),
        emotions);
  }

  private Optional<SiteMeasurement.Period> read(
      TopicWindows windows,
      String topic,
      PrintWriter log,
      StopRequest stop,
      CallMeasurement heard) {
    try (Progress progress = new Progress("reading " + topic, windows.mostRecords(), log)) {
      if (!windows.run(progress::step, stop)) {
        return Optional.empty();
      }
    }
    heard.labels.ifPresent(each -> log.println(each.report()));
    if (!windows.rejected().isEmpty()) {
      log.println(skipped(windows));
    }
    log.flush();
    if (windows.first().isEmpty()) {
      throw new CommandFailure(
          "topic %s has nothing of the last %s hours that can be heard"
              .formatted(topic, hours.get()));
    }
    return Optional.of(
        SiteMeasurement.Period.of(windows.first().get(), windows.last().orElseThrow()));
  }

  private static String skipped(TopicWindows windows) {
    return "skipped %d of %d records: %s"
        .formatted(
            windows.rejected().values().stream().mapToLong(Long::longValue).sum(),
            windows.records(),
            windows.rejected().entrySet().stream()
                .map(each -> each.getKey() + " " + each.getValue())
                .collect(Collectors.joining(", ")));
  }
}
