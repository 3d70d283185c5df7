package dev.speechemotion.training;

import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.model.Architecture;
import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.ModelException;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.model.NetworkType;
import dev.speechemotion.model.PretrainedEncoder;
import dev.speechemotion.training.augmentation.Augmentation;
import dev.speechemotion.training.augmentation.Condition;
import dev.speechemotion.training.corpus.Corpora;
import dev.speechemotion.training.corpus.Corpus;
import dev.speechemotion.training.corpus.FeatureCache;
import dev.speechemotion.training.corpus.Labels;
import dev.speechemotion.training.evaluation.Adaptation;
import dev.speechemotion.training.evaluation.Calls;
import dev.speechemotion.training.experiment.Augmenter;
import dev.speechemotion.training.experiment.ConditionedCopies;
import dev.speechemotion.training.experiment.Experiment;
import dev.speechemotion.training.fitting.EpochSource;
import dev.speechemotion.training.fitting.FittingSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that say what is trained, and how. */
final class FittingOptions {
  private static final int MOST_DRAWS = 100;

  @Option(
      names = "--encoder",
      paramLabel = "DIR",
      defaultValue = "models/encoder",
      description =
          "The pretrained encoder for --architecture encoder (default: ${DEFAULT-VALUE}).")
  private Path encoder;

  @Option(
      names = "--labels",
      split = ",",
      paramLabel = "LABEL",
      description = "Emotions to tell apart (default: angry,happy,fear,sad,surprise,neutral).")
  List<String> labels = Labels.DEFAULT;

  @Option(
      names = "--architecture",
      defaultValue = "fcnn",
      paramLabel = "TYPE",
      description =
          "The network: fcnn, over statistics of a window, cnn-lstm, over its log-mel frames, or encoder,"
              + " a linear map behind the pretrained encoder (default: ${DEFAULT-VALUE}).")
  private String architecture;

  @Option(
      names = "--spec",
      description =
          "Features: librosa-22k (the default with fcnn), wideband-16k, telephone-8k,"
              + " wideband-16k-extended or telephone-8k-extended; with cnn-lstm"
              + " wideband-16k-logmel (the default) or telephone-8k-logmel; with encoder encoder-16k.")
  private Optional<String> spec = Optional.empty();

  @Option(
      names = "--window-ms",
      defaultValue = "3000",
      description = "Length of a window, milliseconds (default: ${DEFAULT-VALUE}).")
  int windowMs;

  @Option(
      names = "--hop-ms",
      defaultValue = "1000",
      description = "Time between windows, milliseconds (default: ${DEFAULT-VALUE}).")
  int hopMs;

  @Option(
      names = "--channels",
      split = ",",
      paramLabel = "SIZE",
      description = "With cnn-lstm: channels of each convolution (default: 16,32,64).")
  private List<Integer> channels = List.of();

  @Option(
      names = "--hidden",
      split = ",",
      paramLabel = "SIZE",
      description =
          "Sizes of the hidden layers (default: 256,128); with cnn-lstm that of the LSTM, for each"
              + " direction (default: 64).")
  private List<Integer> hidden = List.of();

  @Option(
      names = "--members",
      defaultValue = "1",
      paramLabel = "N",
      description =
          "With fcnn of one hidden layer: so many networks, each trained by itself, whose outputs are"
              + " averaged (default: ${DEFAULT-VALUE}).")
  private int members;

  @Option(
      names = "--dropout",
      defaultValue = "0.2",
      description =
          "Share of a hidden layer's outputs switched off in training (default: ${DEFAULT-VALUE}).")
  float dropout;

  @Option(
      names = "--learning-rate",
      defaultValue = "0.001",
      description = "Learning rate of Adam (default: ${DEFAULT-VALUE}).")
  float learningRate;

  @Option(
      names = "--batch-size",
      defaultValue = "32",
      description = "Windows per step (default: ${DEFAULT-VALUE}).")
  int batchSize;

  @Option(
      names = "--epochs",
      defaultValue = "100",
      description = "Epochs at most (default: ${DEFAULT-VALUE}).")
  int epochs;

  @Option(
      names = "--patience",
      defaultValue = "10",
      description =
          "Epochs without improvement after which training stops; 0: it does not stop before --epochs"
              + " (default: ${DEFAULT-VALUE}).")
  int patience;

  @Option(
      names = "--validation-share",
      defaultValue = "0.1",
      description =
          "Share of the training clips that decides when to stop (default: ${DEFAULT-VALUE}).")
  double validationShare;

  @Option(
      names = "--validation-folds",
      defaultValue = "1",
      paramLabel = "N",
      description =
          "Above 1: so many trainings decide when to stop and calibrate, each with other voices kept"
              + " aside, until all were once (default: ${DEFAULT-VALUE}).")
  private int validationFolds;

  @Option(
      names = "--balanced",
      description = "Draw each label of each corpus as often as any other.")
  boolean balanced;

  @Option(
      names = "--label-smoothing",
      defaultValue = "0",
      description =
          "Share of the target probability that goes to all labels alike (default: ${DEFAULT-VALUE}).")
  float labelSmoothing;

  @Option(
      names = "--weight-decay",
      defaultValue = "0",
      description = "Decay of the weights, as in AdamW (default: ${DEFAULT-VALUE}).")
  float weightDecay;

  @Option(
      names = "--schedule",
      defaultValue = "constant",
      paramLabel = "NAME",
      description =
          "Learning rate over the training: constant, or cosine, falling to 0 by --epochs (default:"
              + " ${DEFAULT-VALUE}).")
  private String schedule;

  @Option(
      names = "--warm-up",
      defaultValue = "0",
      paramLabel = "EPOCHS",
      description = "Epochs in which the learning rate rises from 0 (default: ${DEFAULT-VALUE}).")
  private int warmUp;

  @Option(
      names = "--clip-norm",
      defaultValue = "0",
      description =
          "Length to which a longer gradient is shortened; 0: none is (default: ${DEFAULT-VALUE}).")
  private float clipNorm;

  @Option(
      names = "--average",
      defaultValue = "1",
      paramLabel = "EPOCHS",
      description = "Last epochs whose weights are averaged (default: ${DEFAULT-VALUE}).")
  private int averagedEpochs;

  @Option(
      names = "--spec-augment",
      description = "With cnn-lstm: mask bands and frames of the training part at random.")
  private boolean specAugment;

  @Option(
      names = "--warp",
      defaultValue = "0",
      paramLabel = "SHARE",
      description =
          "With cnn-lstm: stretch or compress the bands of the training part at random by at most"
              + " this, such as 0.1 (default: ${DEFAULT-VALUE}).")
  private float warp;

  @Option(
      names = "--limit",
      defaultValue = "0",
      paramLabel = "DEVIATIONS",
      description =
          "Features that are further from the training's mean than so many deviations enter the"
              + " network as this; 0: as they are (default: ${DEFAULT-VALUE}).")
  private float limit;

  @Option(
      names = "--without",
      split = ",",
      paramLabel = "NAME",
      description =
          "With fcnn and encoder: the network is told nothing of features whose names begin so, such as"
              + " chroma or layer1.deviation.")
  private List<String> without = List.of();

  @Option(
      names = "--adapt",
      paramLabel = "MODE",
      description =
          "Adaptation to who speaks or where, without labels: none, site (mean and deviation of"
              + " each corpus, and of a tested one what 'adapt' makes of the other half of its"
              + " speakers), running (to"
              + " what the call has told so far), or, for evaluate, speaker (to all clips of the"
              + " call). Default: the model's own, or none.")
  private Optional<String> adapt = Optional.empty();

  @Option(
      names = "--calls",
      defaultValue = "mixed",
      paramLabel = "KIND",
      description =
          "How tested speakers' clips are dealt into calls: mixed (one call with all moods),"
              + " one-mood (a call for each mood), or mostly-neutral (a call for each mood, seven"
              + " tenths neutral, at tested places too). With --adapt none or site the first two are"
              + " the same (default: ${DEFAULT-VALUE}).")
  private String calls;

  @Option(
      names = "--site-draws",
      defaultValue = "1",
      paramLabel = "N",
      description =
          "With --adapt site: a tested corpus's speakers are parted in two halves N times, by"
              + " --seed, and each clip is tested as often: less depends on who is in which half"
              + " (default: ${DEFAULT-VALUE}).")
  private int siteDraws;

  @Option(
      names = "--n0",
      defaultValue = "10",
      description =
          "With --adapt: windows of a call that weigh as much as the training (default:"
              + " ${DEFAULT-VALUE}).")
  private float n0;

  @Option(
      names = "--n0-factor",
      defaultValue = "0",
      paramLabel = "FACTOR",
      description =
          "With --adapt: above 0, the training's mean of each feature weighs so many times the"
              + " variance within voices over that between voices, 1 to 100 windows; --n0 is then"
              + " for the deviation alone (default: ${DEFAULT-VALUE}).")
  private float n0Factor;

  @Option(
      names = "--min-voiced-share",
      paramLabel = "<minVoicedShare>",
      defaultValue = "0.3",
      description =
          "With --adapt: windows with a smaller share of speech don't count (default:"
              + " ${DEFAULT-VALUE}).")
  private float minSpeechShare;

  @Option(
      names = "--uncertain-below",
      defaultValue = "0.5",
      description =
          "Confidence below which a result is called uncertain, 0 to 1 (default: ${DEFAULT-VALUE}).")
  float uncertainBelow;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Seed of all that is random (default: ${DEFAULT-VALUE}).")
  long seed;

  @Option(
      names = "--augment",
      split = ",",
      defaultValue = "none",
      paramLabel = "PART",
      description =
          "What is changed in training recordings, anew in each epoch: none, all, or some of voice"
              + " (pitch, vocal tract, tempo), room (reverberation, noise, microphone, level), line"
              + " (telephone band, G.711, lost packets) (default: ${DEFAULT-VALUE}).")
  private List<String> augment;

  @Option(
      names = "--augment-versions",
      defaultValue = "20",
      description =
          "With --augment: after so many epochs the first one's changes come again, from the cache"
              + " (default: ${DEFAULT-VALUE}).")
  private int augmentVersions;

  @Mixin private AlsoThrough alsoThrough;

  /** What is also heard; a bad value is wrong usage of the command. */
  List<Condition> alsoThrough(CommandLine command) {
    return alsoThrough.conditions(command);
  }

  /**
   * What trainings hear of the corpora.
   *
   * @param clean how the corpora were read
   */
  EpochSource source(
      CommandLine command,
      List<Corpora.Source> sources,
      Corpus.Settings clean,
      FeatureCache cache,
      PrintWriter log)
      throws IOException {
    EpochSource augmented = new Augmenter(augmentation(command), clean, cache, seed);
    Map<Condition, Corpora> heard = new LinkedHashMap<>();
    for (Condition condition : alsoThrough(command)) {
      heard.put(condition, Corpora.load(sources, clean.in(condition), cache, log));
    }
    return heard.isEmpty() ? augmented : new ConditionedCopies(augmented, heard);
  }

  /** What is changed in training recordings; a bad value is wrong usage of the command. */
  Augmentation augmentation(CommandLine command) {
    try {
      return Augmentation.parse(augment, augmentVersions);
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(command, e.getMessage(), e);
    }
  }

  /**
   * The pretrained encoder, if the network stands behind one.
   *
   * @throws ModelException if it cannot be read
   */
  Optional<PretrainedEncoder> encoder(Experiment.Settings settings) throws ModelException {
    return settings.fitting().architecture().type().pretrained()
        ? Optional.of(PretrainedEncoder.load(EmotionModel.find(encoder)))
        : Optional.empty();
  }

  /** The adaptation that is asked for; empty if none was named. */
  Optional<Adaptation.Mode> mode(CommandLine command) {
    return adapt.map(
        name ->
            Adaptation.Mode.named(name)
                .orElseThrow(
                    () ->
                        new CommandLine.ParameterException(
                            command,
                            "--adapt must be none, site, speaker or running, got " + name)));
  }

  /** How tested clips are dealt into calls; a bad value is wrong usage of the command. */
  Calls calls(CommandLine command) {
    return Calls.named(calls)
        .orElseThrow(
            () ->
                new CommandLine.ParameterException(
                    command, "--calls must be mixed, one-mood or mostly-neutral, got " + calls));
  }

  /** How many times speakers are parted in two halves. */
  int siteDraws(CommandLine command) {
    if (siteDraws < 1 || siteDraws > MOST_DRAWS) {
      throw new CommandLine.ParameterException(
          command, "--site-draws must be from 1 to %d, got %d".formatted(MOST_DRAWS, siteDraws));
    }
    return siteDraws;
  }

  private NetworkType networkType(CommandLine command) {
    try {
      return NetworkType.named(architecture);
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(command, e.getMessage(), e);
    }
  }

  /** The options as settings; a bad value is wrong usage of the command. */
  Experiment.Settings settings(CommandLine command) {
    NetworkType type = networkType(command);
    // Bad ones are told before any work is done.
    alsoThrough(command);
    augmentation(command);
    String specName = spec.orElse(type.usualSpec().name());
    FeatureSpec featureSpec =
        FeatureSpec.named(specName)
            .orElseThrow(
                () ->
                    new CommandLine.ParameterException(
                        command,
                        "--spec must be one of %s, got %s"
                            .formatted(FeatureSpec.names(), specName)));
    if (type.pretrained() && !augmentation(command).parts().isEmpty()) {
      throw new CommandLine.ParameterException(
          command,
          "--augment changes what networks of ours hear; with --architecture encoder use --also-through");
    }
    if (!type.ofFrames() && (!channels.isEmpty() || specAugment || warp > 0)) {
      throw new CommandLine.ParameterException(
          command, "--channels, --spec-augment and --warp are for --architecture cnn-lstm");
    }
    try {
      Architecture network =
          new Architecture(
              type,
              channels.isEmpty() ? type.usualChannels() : channels,
              hidden.isEmpty() ? type.usualHidden() : hidden,
              members,
              dropout);
      for (String name : without) {
        if (type.ofFrames() && !type.pretrained()
            || network.columnNames(featureSpec).stream().noneMatch(n -> n.startsWith(name))) {
          throw new CommandLine.ParameterException(
              command, "--without: %s has no features %s".formatted(featureSpec.name(), name));
        }
      }
      network.requireFit(featureSpec);
      WindowSettings windows = new WindowSettings(windowMs, hopMs);
      featureSpec.requireFit(windows);
      new ModelManifest.Calibration(
          1, 0, uncertainBelow); // Says what is wrong before any work is done.
      return new Experiment.Settings(
          labels.stream().map(Labels::canonical).distinct().toList(),
          windows,
          new FittingSettings(
              network,
              featureSpec,
              new ModelManifest.Hyperparameters(
                  learningRate,
                  batchSize,
                  epochs,
                  patience,
                  validationShare,
                  validationFolds,
                  balanced,
                  labelSmoothing,
                  weightDecay,
                  ModelManifest.Hyperparameters.Schedule.named(schedule),
                  warmUp,
                  clipNorm,
                  averagedEpochs,
                  specAugment,
                  warp,
                  without),
              new Adaptation(
                  mode(command).orElse(Adaptation.Mode.NONE), n0, n0Factor, minSpeechShare),
              limit,
              seed),
          uncertainBelow,
          calls(command),
          true,
          siteDraws(command));
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(command, e.getMessage(), e);
    }
  }
}
