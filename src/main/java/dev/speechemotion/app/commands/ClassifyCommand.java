package dev.speechemotion.app.commands;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.serving.ChannelClassifier;
import dev.speechemotion.app.serving.ClassifiedWindow;
import dev.speechemotion.app.serving.ServedModels;
import dev.speechemotion.app.terminal.ResultPrinter;
import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.avro.AudioFault;
import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.features.FeatureExtractor;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.streams.quality.RecordingFaults;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.DoubleConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Emotions of recordings, without Kafka: per window and for the whole file. */
@Command(
    name = "classify",
    description =
        "Gives the emotion of recordings, per window and for the whole (the mean of the windows'"
            + " probabilities), per channel, without Kafka.")
final class ClassifyCommand implements Callable<Integer> {
  /** What is classified between two looks at the progress bar, seconds of audio. */
  private static final int PART_SECONDS = 5;

  @Spec private CommandSpec spec;

  @Parameters(arity = "1..*", paramLabel = "WAV", description = "WAV or AIFF files.")
  private List<String> files;

  @Mixin private ModelOptions modelOptions;

  @Option(
      names = "--format",
      defaultValue = "table",
      paramLabel = "FORMAT",
      description = "One of ${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
  private OutputFormat format;

  /** The emotion of what has none, as in events. */
  private static final String NO_SPEECH = "none";

  /** The emotion of a window or of the whole, and how sure it is: for people. */
  private static String told(ClassifiedWindow window, List<String> labels) {
    return window.holdsSpeech()
        ? String.format(
            Locale.ROOT, "%-8s %3.0f %%", labels.get(window.best()), 100 * window.confidence())
        : "no speech     ";
  }

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    try (ServedModels models = modelOptions.load()) {
      FileBatch.JsonDocuments documents = new FileBatch.JsonDocuments(files.size(), out);
      int exitCode =
          FileBatch.process(
              "classifying",
              files,
              spec.commandLine().getErr(),
              (file, done) -> {
                AudioClip clip = FileBatch.read(file, spec.commandLine().getErr());
                EmotionModel loaded = models.model(models.rateFor(clip));
                try (EmotionClassifier classifier = loaded.newClassifier()) {
                  FeatureExtractor extractor = new FeatureExtractor(loaded.featureSpec());
                  List<Channel> channels =
                      classify(
                          file, clip, extractor, loaded.manifest().windows(), classifier, done);
                  if (format == OutputFormat.JSON) {
                    ObjectNode document = json(file, channels, classifier);
                    return () -> documents.add(document);
                  }
                  String table = table(file, channels, classifier);
                  return () -> out.print(table);
                }
              });
      if (format == OutputFormat.JSON) {
        documents.end();
      }
      return exitCode;
    }
  }

  /** Its windows, without emotions where something is wrong with the audio. */
  private record Channel(List<ClassifiedWindow> windows, List<AudioFault> faults) {}

  private static List<Channel> classify(
      Path file,
      AudioClip clip,
      FeatureExtractor extractor,
      WindowSettings windowSettings,
      EmotionClassifier classifier,
      DoubleConsumer done) {
    List<Channel> channels = new ArrayList<>();
    for (int c = 0; c < clip.channelCount(); c++) {
      List<ClassifiedWindow> windows = new ArrayList<>();
      ChannelClassifier channel =
          new ChannelClassifier(
              extractor, windowSettings, classifier, clip.sampleRateHz(), windows::add);
      // In parts, which makes no difference but to who looks on.
      int part = PART_SECONDS * clip.sampleRateHz();
      for (int from = 0; from < clip.sampleCount(); from += part) {
        done.accept((c + (double) from / clip.sampleCount()) / clip.channelCount());
        channel.accept(clip.channel(c), from, Math.min(part, clip.sampleCount() - from));
      }
      channel.finish();
      if (windows.isEmpty()) {
        throw new CommandFailure(
            file + " is too short to be classified (" + clip.sampleCount() + " samples)");
      }
      List<AudioFault> faults = RecordingFaults.of(clip.channel(c), clip.sampleRateHz());
      if (!faults.isEmpty()) {
        windows.replaceAll(ClassifyCommand::withoutEmotion);
      }
      channels.add(new Channel(windows, faults));
    }
    return channels;
  }

  private static ClassifiedWindow withoutEmotion(ClassifiedWindow window) {
    return new ClassifiedWindow(
        window.beginMs(), window.endMs(), window.speechShare(), ClassifiedWindow.NO_PROBABILITIES);
  }

  /** The mean of the windows with speech. */
  private static ClassifiedWindow whole(List<ClassifiedWindow> windows) {
    List<float[]> spoken =
        windows.stream()
            .filter(ClassifiedWindow::holdsSpeech)
            .map(ClassifiedWindow::probabilities)
            .toList();
    float[] mean =
        spoken.isEmpty() ? ClassifiedWindow.NO_PROBABILITIES : new float[spoken.get(0).length];
    for (float[] probabilities : spoken) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += probabilities[i] / spoken.size();
      }
    }
    double speechShare = 0;
    for (ClassifiedWindow window : windows) {
      speechShare += window.speechShare() / windows.size();
    }
    return new ClassifiedWindow(
        windows.get(0).beginMs(), windows.get(windows.size() - 1).endMs(), speechShare, mean);
  }

  private static String table(Path file, List<Channel> channels, EmotionClassifier classifier) {
    StringWriter table = new StringWriter();
    PrintWriter out = new PrintWriter(table);
    List<String> labels = classifier.labels();
    for (int c = 0; c < channels.size(); c++) {
      List<ClassifiedWindow> windows = channels.get(c).windows();
      List<AudioFault> faults = channels.get(c).faults();
      out.printf(
          Locale.ROOT,
          "%s%s: %s%n",
          file,
          channels.size() == 1 ? "" : " channel " + (c + 1),
          faults.isEmpty()
              ? told(whole(windows), labels).trim().replaceAll(" +", " ")
              : ResultPrinter.quality(faults).stripTrailing() + ", so no emotion");
      for (ClassifiedWindow window : windows) {
        boolean uncertain =
            window.holdsSpeech() && window.confidence() < classifier.uncertainBelow();
        out.printf(
            Locale.ROOT,
            "  %6.1f to %6.1f s  %s  speech %3.0f %%%s%n",
            window.beginMs() / 1_000.0,
            window.endMs() / 1_000.0,
            told(window, labels),
            100 * window.speechShare(),
            uncertain ? "  uncertain" : "");
      }
    }
    return table.toString();
  }

  private static ObjectNode json(Path file, List<Channel> channels, EmotionClassifier classifier) {
    ObjectNode document = FileBatch.newDocument().put("file", file.toString());
    document
        .putObject("model")
        .put("name", classifier.model().name())
        .put("version", classifier.model().version())
        .put("hash", classifier.model().hash());
    ArrayNode channelNodes = document.putArray("channels");
    for (int c = 0; c < channels.size(); c++) {
      ObjectNode channel = channelNodes.addObject().put("channel", c);
      List<ClassifiedWindow> heard = channels.get(c).windows();
      put(channel, whole(heard), classifier.labels(), classifier.uncertainBelow());
      ArrayNode quality = channel.putArray("quality");
      channels.get(c).faults().forEach(fault -> quality.add(fault.name()));
      ArrayNode windows = channel.putArray("windows");
      heard.forEach(
          window ->
              put(windows.addObject(), window, classifier.labels(), classifier.uncertainBelow()));
    }
    return document;
  }

  private static void put(
      ObjectNode node, ClassifiedWindow result, List<String> labels, float uncertainBelow) {
    node.put("beginMs", result.beginMs())
        .put("endMs", result.endMs())
        .put("speech", result.holdsSpeech())
        .put("emotion", result.holdsSpeech() ? labels.get(result.best()) : NO_SPEECH)
        .put("confidence", result.confidence())
        .put("uncertain", !result.holdsSpeech() || result.confidence() < uncertainBelow)
        .put("speechShare", result.speechShare());
    ObjectNode probabilities = node.putObject("probabilities");
    for (int i = 0; i < result.probabilities().length; i++) {
      probabilities.put(labels.get(i), result.probabilities()[i]);
    }
  }
}
