package dev.speechemotion.app.commands;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.FrameSource;
import dev.speechemotion.features.ChannelAnalyzer;
import dev.speechemotion.features.FeatureExtractor;
import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.features.frame.ChannelMemory;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.features.window.WindowSink;
import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.ModelException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Feature values of recordings, for looking at and for comparing with other implementations. */
@Command(
    name = "features",
    description =
        "Gives the acoustic features of recordings per frame or per window. Several channels are"
            + " mixed down to one; another sampling rate is changed to that of the spec.")
final class FeaturesCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(FeaturesCommand.class);

  @Spec private CommandSpec spec;

  @Parameters(arity = "1..*", paramLabel = "WAV", description = "WAV or AIFF files.")
  private List<String> files;

  @Option(
      names = "--spec",
      defaultValue = "librosa-22k",
      paramLabel = "SPEC|MODEL_DIR",
      description =
          "librosa-22k, wideband-16k, telephone-8k, wideband-16k-extended, telephone-8k-extended,"
              + " wideband-16k-logmel, telephone-8k-logmel, encoder-16k (with --per window), or that"
              + " of a model (default ${DEFAULT-VALUE}).")
  private String specName;

  @Option(
      names = "--per",
      defaultValue = "frame",
      paramLabel = "UNIT",
      description = "One of ${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
  private Unit unit;

  @Option(
      names = "--format",
      defaultValue = "json",
      paramLabel = "FORMAT",
      description = "One of ${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
  private Format format;

  private enum Unit {
    FRAME,
    WINDOW;

    /** As it is given on the command line. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private enum Format {
    JSON,
    CSV;

    /** As it is given on the command line. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A window's values; a class because it holds an array. */
  private static final class Window {
    final long beginMs;
    final long endMs;
    final float speechShare;
    final float[] features;

    Window(long beginMs, long endMs, float speechShare, float[] features) {
      this.beginMs = beginMs;
      this.endMs = endMs;
      this.speechShare = speechShare;
      this.features = features;
    }
  }

  @Override
  public Integer call() throws Exception {
    Source source = source();
    FeatureSpec features = source.features();
    if (unit == Unit.FRAME && features.encoderInput()) {
      throw new ParameterException(
          spec.commandLine(),
          "--per frame: the frames of "
              + features.name()
              + " depend on the window that they are in; use --per window");
    }
    FeatureExtractor extractor = new FeatureExtractor(features);
    PrintWriter out = spec.commandLine().getOut();
    if (format == Format.CSV) {
      out.println(header(features));
    }
    FileBatch.JsonDocuments documents = new FileBatch.JsonDocuments(files.size(), out);
    int exitCode =
        FileBatch.process(
            "computing features",
            files,
            spec.commandLine().getErr(),
            (file, done) -> {
              AudioClip clip = FileBatch.read(file, spec.commandLine().getErr());
              if (clip.channelCount() > 1) {
                LOG.info("{}: {} channels mixed down to one", file, clip.channelCount());
              }
              if (format == Format.JSON) {
                ObjectNode document = json(file, clip, extractor, source.windows());
                return () -> documents.add(document);
              }
              return () -> printRows(out, file, clip, extractor, source.windows());
            });
    if (format == Format.JSON) {
      documents.end();
    }
    return exitCode;
  }

  /** What is computed: a spec by name has the usual windows, a model its own. */
  private record Source(FeatureSpec features, WindowSettings windows) {}

  private Source source() throws ModelException {
    Optional<FeatureSpec> named = FeatureSpec.named(specName);
    if (named.isPresent()) {
      return new Source(named.get(), WindowSettings.DEFAULT);
    }
    Path directory = EmotionModel.find(Path.of(specName));
    if (!Files.isDirectory(directory)) {
      throw new ParameterException(
          spec.commandLine(),
          "--spec: '"
              + specName
              + "' is neither a model directory nor one of "
              + FeatureSpec.names());
    }
    try (EmotionModel model = EmotionModel.load(directory)) {
      return new Source(model.featureSpec(), model.manifest().windows());
    }
  }

  /** The values of all frames, {@code [frame][feature]}. */
  private static List<float[]> frames(AudioClip clip, FeatureExtractor extractor) {
    FeatureSpec features = extractor.spec();
    ChannelMemory memory = new ChannelMemory(features);
    List<float[]> frames = new ArrayList<>();
    FrameSource.FrameSink sink =
        (frame, offset, index) -> {
          float[] values = new float[extractor.layout().frameFeatureCount()];
          extractor.extract(frame, offset, memory, values, 0);
          frames.add(values);
        };
    FrameSource source =
        FrameSource.of(
            clip.sampleRateHz(),
            features.sampleRateHz(),
            features.fftLength(),
            features.hopLength());
    source.accept(clip.mono(), 0, clip.sampleCount(), sink);
    source.finish(sink);
    return frames;
  }

  private static List<Window> windows(
      AudioClip clip, FeatureExtractor extractor, WindowSettings windowSettings) {
    List<Window> windows = new ArrayList<>();
    WindowSink sink =
        (beginMs, endMs, speechShare, values) ->
            windows.add(new Window(beginMs, endMs, speechShare, values.clone()));
    ChannelAnalyzer analyzer = new ChannelAnalyzer(extractor, windowSettings, clip.sampleRateHz());
    analyzer.accept(clip.mono(), 0, clip.sampleCount(), sink);
    analyzer.finish(sink);
    return windows;
  }

  private ObjectNode json(
      Path file, AudioClip clip, FeatureExtractor extractor, WindowSettings windowSettings) {
    FeatureSpec features = extractor.spec();
    ObjectNode document =
        FileBatch.newDocument()
            .put("wav", file.getFileName().toString())
            .put("spec", features.name())
            .put("sampleRateHz", features.sampleRateHz())
            .put("fftLength", features.fftLength())
            .put("hopLength", features.hopLength())
            .put("melBands", features.melBands())
            .put("mfccCount", features.mfccCount())
            .put("contrastBands", features.contrastBands())
            .put("contrastMinFrequencyHz", features.contrastMinHz())
            .put("contrastQuantile", features.contrastQuantile())
            .put("center", features.encoderInput())
            .putNull("topDb")
            .put("tuning", 0.0);
    if (unit == Unit.FRAME) {
      putMatrices(document, features, frames(clip, extractor));
    } else {
      putWindows(document, features, windows(clip, extractor, windowSettings));
    }
    return document;
  }

  private static void putMatrices(ObjectNode document, FeatureSpec features, List<float[]> frames) {
    document
        .put("frames", frames.size())
        .put(
            "layout",
            features.groups().isEmpty()
                ? "matrices are [coefficient][frame]; zcr is [frame]"
                : "matrices are [coefficient][frame]; zcr and what follows are [frame]");
    int first = 0;
    if (features.windowFrames() == 0) {
      first = putMatrix(document.putArray("mfcc"), frames, first, features.mfccCount());
      first = putMatrix(document.putArray("chroma"), frames, first, features.chromaBins());
      first = putMatrix(document.putArray("contrast"), frames, first, features.contrastBands() + 1);
    }
    List<String> names = FeatureLayout.of(features).frameFeatureNames();
    for (int i = first; i < names.size(); i++) {
      ArrayNode row = document.putArray(names.get(i));
      for (float[] frame : frames) {
        row.add(frame[i]);
      }
    }
  }

  private static int putMatrix(ArrayNode matrix, List<float[]> frames, int first, int count) {
    for (int i = first; i < first + count; i++) {
      ArrayNode row = matrix.addArray();
      for (float[] frame : frames) {
        row.add(frame[i]);
      }
    }
    return first + count;
  }

  private static void putWindows(ObjectNode document, FeatureSpec features, List<Window> windows) {
    List<String> names = FeatureLayout.of(features).windowFeatureNames();
    ArrayNode nodes = document.putArray("windows");
    for (Window window : windows) {
      ObjectNode node =
          nodes
              .addObject()
              .put("beginMs", window.beginMs)
              .put("endMs", window.endMs)
              .put("speechShare", window.speechShare);
      ObjectNode values = node.putObject("features");
      for (int i = 0; i < names.size(); i++) {
        if (!Float.isNaN(window.features[i])) {
          values.put(names.get(i), window.features[i]);
        }
      }
    }
  }

  private String header(FeatureSpec features) {
    return unit == Unit.FRAME
        ? "wav,frame," + String.join(",", FeatureLayout.of(features).frameFeatureNames())
        : "wav,beginMs,endMs,speechShare,"
            + String.join(",", FeatureLayout.of(features).windowFeatureNames());
  }

  private void printRows(
      PrintWriter out,
      Path file,
      AudioClip clip,
      FeatureExtractor extractor,
      WindowSettings windowSettings) {
    String name = quoted(file.getFileName().toString());
    if (unit == Unit.FRAME) {
      List<float[]> frames = frames(clip, extractor);
      for (int i = 0; i < frames.size(); i++) {
        out.println(name + "," + i + "," + joined(frames.get(i)));
      }
      return;
    }
    for (Window window : windows(clip, extractor, windowSettings)) {
      out.println(
          String.join(
              ",",
              name,
              String.valueOf(window.beginMs),
              String.valueOf(window.endMs),
              String.valueOf(window.speechShare),
              joined(window.features)));
    }
  }

  private static String joined(float[] values) {
    List<String> texts = new ArrayList<>(values.length);
    for (float value : values) {
      texts.add(String.valueOf(value));
    }
    return String.join(",", texts);
  }

  private static String quoted(String text) {
    return text.matches(".*[,\"\r\n].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
  }
}
