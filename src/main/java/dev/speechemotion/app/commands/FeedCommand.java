package dev.speechemotion.app.commands;

import dev.speechemotion.app.client.CallPlayer;
import dev.speechemotion.app.client.CallRecordings;
import dev.speechemotion.app.client.ChunkProducer;
import dev.speechemotion.app.client.ClusterReadiness;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.app.settings.SettingsOptions;
import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.SchemaRegistry;
import dev.speechemotion.training.corpus.Progress;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Plays recordings into the input topic as a call. */
@Command(
    name = "feed",
    description =
        "Plays recordings into the input topic as one call: the channels of a single file are the"
            + " call's channels, several files are a channel each.")
final class FeedCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private SettingsOptions options;

  @Parameters(arity = "1..*", paramLabel = "WAV", description = "WAV or AIFF files.")
  private List<Path> files;

  @Option(
      names = "--call-id",
      paramLabel = "ID",
      description = "The call's id; without it a new one is made up.")
  private Optional<String> callId;

  @Option(
      names = "--roles",
      split = ",",
      paramLabel = "ROLE",
      description =
          "Who is heard on each channel: customer, agent or unknown. Default: customer, agent, then"
              + " unknown.")
  private List<ChannelRole> roles = new ArrayList<>();

  @Option(
      names = "--chunk-ms",
      defaultValue = "20",
      paramLabel = "MS",
      description = "Audio per message, milliseconds (default ${DEFAULT-VALUE}).")
  private int chunkMs;

  @Option(
      names = "--encoding",
      defaultValue = "mulaw",
      paramLabel = "ENCODING",
      description = "One of ${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
  private AudioEncoding encoding;

  @Option(
      names = "--rate",
      defaultValue = "8000",
      paramLabel = "HZ",
      description = "Sampling rate of the audio sent (default ${DEFAULT-VALUE}).")
  private int sampleRateHz;

  @Option(
      names = "--speed",
      defaultValue = "1",
      paramLabel = "N|max",
      converter = SpeedConverter.class,
      description = "How many times as fast as it was spoken (default ${DEFAULT-VALUE}).")
  private double speed;

  @Option(
      names = "--interleave",
      description = "Send all channels in one message, not a message for each.")
  private boolean interleaved;

  @Override
  public Integer call() throws Exception {
    Settings settings = options.load();
    CallPlayer.Format format = format();
    AudioClip clip = CallRecordings.readCall(files);
    List<ChannelRole> channelRoles = CallRecordings.roles(roles, clip.channelCount());
    return StopRequest.onSignal(stop -> feed(settings, format, clip, channelRoles, stop));
  }

  private CallPlayer.Format format() {
    try {
      return new CallPlayer.Format(chunkMs, encoding, sampleRateHz, speed, interleaved);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private int feed(
      Settings settings,
      CallPlayer.Format format,
      AudioClip clip,
      List<ChannelRole> channelRoles,
      StopRequest stop)
      throws Exception {
    String topic = settings.text(Property.TOPIC_CHUNKS);
    ClusterReadiness cluster = new ClusterReadiness(settings);
    cluster.requireTopics(List.of(topic), false, stop);
    String id = callId.orElseGet(() -> UUID.randomUUID().toString());
    PrintWriter out = spec.commandLine().getOut();
    try (SchemaRegistry registry = cluster.requireRegistry(stop);
        var producer = ChunkProducer.create(settings, EmotionSerdes.of(registry))) {
      CallPlayer.Sent sent;
      try (Progress progress = Progress.ofShares("playing")) {
        sent =
            new CallPlayer(producer, topic, format)
                .play(id, clip, channelRoles, stop, progress::reach);
      }
      out.printf(
          Locale.ROOT,
          "call %s: %d chunks, %d channel%s, %.1f s of audio, %d bytes%n",
          sent.callId(),
          sent.chunks(),
          clip.channelCount(),
          clip.channelCount() == 1 ? "" : "s",
          sent.audio().toMillis() / 1_000.0,
          sent.bytes());
      return sent.complete() ? 0 : StopRequest.INTERRUPTED_EXIT_CODE;
    }
  }
}
