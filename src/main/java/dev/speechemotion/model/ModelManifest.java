package dev.speechemotion.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.speechemotion.emotion.EmotionScores;
import dev.speechemotion.emotion.Population;
import dev.speechemotion.emotion.PopulationShares;
import dev.speechemotion.emotion.SpeechDetector;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a model is and where it came from: {@code manifest.json} beside the weights. It holds no
 * date, so that the same training gives the same bytes.
 *
 * @param formatVersion version of this file's format, {@link #FORMAT_VERSION}
 * @param name the model's name, such as {@code tess-fcnn}
 * @param version the model's version
 * @param architecture the network
 * @param labels the emotions, in the order of the network's outputs
 * @param featureSpec the features, in the order of the network's inputs
 * @param windows the windows that the model was trained on
 * @param normalization what is done to the features before the network
 * @param calibration what is done to the network's outputs before the softmax
 * @param weights the file with the weights
 * @param pretrained the file with the weights of the pretrained encoder, with a network that has
 *     one; else empty
 * @param statistics the file with what {@link TrainingStatistics} tells of the training, where the
 *     network is one linear map; empty where it was not kept
 * @param sites whose audio the normalization is of, the last one counts; empty as long as it is of
 *     the training
 * @param shares how the windows of the last site are spread, with its normalization; empty where it
 *     was not measured
 * @param speechDetector what tells speech from other sounds; empty where nothing does but the voice
 *     activity detector
 * @param training how the model was made, and how good it is
 */
@JsonPropertyOrder({
  "formatVersion",
  "name",
  "version",
  "architecture",
  "labels",
  "featureSpec",
  "windows",
  "normalization",
  "calibration",
  "weights",
  "pretrained",
  "statistics",
  "sites",
  "shares",
  "speechDetector",
  "training"
})
public record ModelManifest(
    int formatVersion,
    String name,
    String version,
    Architecture architecture,
    List<String> labels,
    FeatureSpec featureSpec,
    WindowSettings windows,
    Normalization normalization,
    Calibration calibration,
    Weights weights,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Weights> pretrained,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Weights> statistics,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Site> sites,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<PopulationShares> shares,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<SpeechDetector> speechDetector,
    Training training) {

  /** The format that this code writes and reads. */
  public static final int FORMAT_VERSION = 1;

  public ModelManifest {
    require(
        formatVersion == FORMAT_VERSION, "formatVersion must be " + FORMAT_VERSION, formatVersion);
    requireText(name, "name");
    requireText(version, "version");
    Objects.requireNonNull(architecture, "architecture is missing");
    labels = EmotionScores.requireValidLabels(labels);
    require(labels.size() <= 256, "labels must be at most 256", labels.size());
    Objects.requireNonNull(featureSpec, "featureSpec is missing");
    Objects.requireNonNull(windows, "windows is missing");
    Objects.requireNonNull(normalization, "normalization is missing");
    require(
        normalization.mean().size() == architecture.columnCount(featureSpec),
        "normalization must have one value for each of the "
            + architecture.columnCount(featureSpec)
            + " features of "
            + featureSpec.name(),
        normalization.mean().size());
    architecture.requireFit(featureSpec);
    boolean encoder = architecture.type().pretrained();
    require(
        !encoder || normalization.adapt() == Normalization.Adapt.NONE,
        "normalization.adapt must be none with " + architecture.type(),
        normalization.adapt().id());
    featureSpec.requireFit(windows);
    Objects.requireNonNull(calibration, "calibration is missing");
    Objects.requireNonNull(weights, "weights is missing");
    pretrained = List.copyOf(pretrained);
    require(
        pretrained.size() == (encoder ? 1 : 0),
        encoder
            ? "pretrained must name the encoder's file with " + architecture.type()
            : "pretrained must be empty with " + architecture.type(),
        pretrained.size());
    String weightsFile = weights.file();
    require(
        pretrained.stream().noneMatch(file -> file.file().equals(weightsFile)),
        "pretrained must name another file than weights",
        weightsFile);
    statistics = List.copyOf(statistics);
    require(
        statistics.size() <= (architecture.linear() ? 1 : 0),
        "statistics must name one file at most, and none but with a linear " + NetworkType.ENCODER,
        statistics.size());
    List<String> otherFiles =
        Stream.concat(Stream.of(weights), pretrained.stream()).map(Weights::file).toList();
    require(
        statistics.stream().noneMatch(file -> otherFiles.contains(file.file())),
        "statistics must name another file than weights and pretrained",
        otherFiles);
    sites = List.copyOf(sites);
    shares = List.copyOf(shares);
    require(shares.size() <= 1, "shares must be of one population at most", shares.size());
    for (PopulationShares each : shares) {
      requireFit(each, normalization.usedColumns().length, labels.size());
    }
    require(
        speechDetector.stream().allMatch(Objects::nonNull),
        "speechDetector must not hold null",
        speechDetector);
    speechDetector = List.copyOf(speechDetector);
    require(
        speechDetector.size() <= (canDetectSpeech(normalization, featureSpec) ? 1 : 0),
        "speechDetector must be one at most, and none where windows are of frames or adapted to the"
            + " call",
        speechDetector.size());
    for (SpeechDetector each : speechDetector) {
      require(
          each.weights().size() == normalization.mean().size(),
          "speechDetector must have as many weights as normalization has values",
          each.weights().size());
    }
    Objects.requireNonNull(training, "training is missing");
  }

  /**
   * A place where the model works, by its own audio.
   *
   * @param hours of audio
   * @param recordings number of files, or of calls
   * @param channels of them, each a voice or more
   * @param windows with enough speech to count
   * @param from when the first of it was said, ISO 8601 in UTC; empty where that is not known
   * @param to the same of the last
   * @param madeAt when the audio was measured, ISO 8601 in UTC
   * @param sha256 of the means and deviations, as 32-bit floats, big-endian; lower-case hexadecimal
   * @param taughtBy whose answers on that audio the head has learned: {@code self}, or a model's
   *     identity; empty: it has learned none
   * @param labeled what labeled recordings did to the head; empty where there were none
   */
  public record Site(
      double hours,
      int recordings,
      int channels,
      int windows,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) String from,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) String to,
      String madeAt,
      String sha256,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) String taughtBy,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Labeled> labeled) {
    public Site {
      labeled = List.copyOf(labeled);
      Objects.requireNonNull(taughtBy, "sites.taughtBy is missing");
      require(recordings > 0 && windows > 0, "sites must have recordings and windows", recordings);
      Objects.requireNonNull(from, "sites.from is missing");
      Objects.requireNonNull(to, "sites.to is missing");
      Objects.requireNonNull(madeAt, "sites.madeAt is missing");
      Objects.requireNonNull(sha256, "sites.sha256 is missing");
    }
  }

  /**
   * Labeled recordings of a place.
   *
   * @param clips number of recordings
   * @param speakers who speak in them
   * @param strength how many recordings of each label the training weighed in the head that was
   *     fitted again; 0: the head was kept
   * @param uarBefore unweighted average recall of the head as trained, 0 to 1
   * @param uarAfter the same of heads fitted again, each tested on speakers it was not fitted on
   * @param sha256 of the list of them
   */
  public record Labeled(
      int clips, int speakers, int strength, double uarBefore, double uarAfter, String sha256) {
    public Labeled {
      require(strength >= 0, "sites.labeled.strength must not be negative", strength);
      Objects.requireNonNull(sha256, "sites.labeled.sha256 is missing");
    }
  }

  /** The same model with what is kept of its training. */
  public ModelManifest keeping(Weights trainingStatistics) {
    return but(
        version,
        normalization,
        calibration,
        weights,
        List.of(trainingStatistics),
        sites,
        shares,
        speechDetector);
  }

  /** The same model with a head that was fitted again, whose answers are not known yet. */
  public ModelManifest with(Weights head, Calibration ofHead) {
    return but(version, normalization, ofHead, head, statistics, sites, List.of(), speechDetector);
  }

  /** The same model with how the windows of its population are spread. */
  public ModelManifest spread(PopulationShares population) {
    return but(
        version,
        normalization,
        calibration,
        weights,
        statistics,
        sites,
        List.of(population),
        speechDetector);
  }

  /** A version of the model that is normalized by a place, whose shares are not known yet. */
  public ModelManifest at(Site site, Normalization bySite, String siteVersion) {
    List<Site> all = new ArrayList<>(sites);
    all.add(site);
    return but(
        siteVersion, bySite, calibration, weights, statistics, all, List.of(), speechDetector);
  }

  /** A version of the model that tells speech from other sounds; its shares are not known yet. */
  public ModelManifest detecting(SpeechDetector speech, String detectingVersion) {
    return but(
        detectingVersion,
        normalization,
        calibration,
        weights,
        statistics,
        sites,
        List.of(),
        List.of(speech));
  }

  private ModelManifest but(
      String otherVersion,
      Normalization otherNormalization,
      Calibration otherCalibration,
      Weights otherWeights,
      List<Weights> otherStatistics,
      List<Site> otherSites,
      List<PopulationShares> otherShares,
      List<SpeechDetector> otherDetector) {
    return new ModelManifest(
        formatVersion,
        name,
        otherVersion,
        architecture,
        labels,
        featureSpec,
        windows,
        otherNormalization,
        otherCalibration,
        otherWeights,
        pretrained,
        otherStatistics,
        otherSites,
        otherShares,
        otherDetector,
        training);
  }

  /** What tells speech from other sounds, if the model has it. */
  public Optional<SpeechDetector> detector() {
    return speechDetector.stream().findFirst();
  }

  /** Whether the model can have a detector of speech: it needs windows as a whole, as measured. */
  public boolean canDetectSpeech() {
    return canDetectSpeech(normalization, featureSpec);
  }

  private static boolean canDetectSpeech(Normalization normalization, FeatureSpec spec) {
    return normalization.adapt() == Normalization.Adapt.NONE
        && (spec.encoderInput() || spec.windowFrames() == 0);
  }

  /** Of a model without a pretrained encoder. */
  public ModelManifest(
      int formatVersion,
      String name,
      String version,
      Architecture architecture,
      List<String> labels,
      FeatureSpec featureSpec,
      WindowSettings windows,
      Normalization normalization,
      Calibration calibration,
      Weights weights,
      Training training) {
    this(
        formatVersion,
        name,
        version,
        architecture,
        labels,
        featureSpec,
        windows,
        normalization,
        calibration,
        weights,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        training);
  }

  /**
   * Features enter the network as {@code (value - mean) / deviation}, within a limit.
   *
   * @param mean per feature, fitted on the training part
   * @param deviation per feature, positive
   * @param adapt {@code none}, or {@code running}: before that, each channel's vectors are adapted
   *     to what the channel has said so far, as {@link dev.speechemotion.emotion.VoiceAdaptation}
   *     tells; the deviation is then what is usual within one speaker
   * @param n0 with {@code running}: how many of the channel's windows weigh as much as the training
   * @param n0ByFeature the same for each feature where it is about the mean; empty: {@code n0} for
   *     all
   * @param minSpeechShare with {@code running}: windows with a smaller share of speech don't count
   * @param limit what is further from 0 than this enters as this; 0: no limit. It keeps what is far
   *     from all of the training from outweighing everything else
   */
  public record Normalization(
      List<Float> mean,
      List<Float> deviation,
      Adapt adapt,
      float n0,
      List<Float> n0ByFeature,
      float minSpeechShare,
      float limit) {
    /** What a channel's vectors are adapted to before that. */
    public enum Adapt {
      NONE,
      RUNNING;

      @JsonCreator
      static Adapt named(String name) {
        for (Adapt adapt : values()) {
          if (adapt.id().equals(name)) {
            return adapt;
          }
        }
        throw new IllegalArgumentException(
            "normalization.adapt must be none or running, got " + name);
      }

      /** Its name in manifests. */
      @JsonValue
      public String id() {
        return name().toLowerCase(Locale.ROOT);
      }
    }

    /** A feature with a deviation from here on is one that the network is told nothing of. */
    public static final float LEFT_OUT = 1e9f;

    /** What is smaller makes numbers of nothing. */
    private static final float LEAST_DEVIATION = 1e-12f;

    private static final float DEFAULT_N0 = 10;
    private static final float DEFAULT_MIN_SPEECH_SHARE = 0.3f;

    /** Without adaptation. */
    public Normalization(List<Float> mean, List<Float> deviation) {
      this(mean, deviation, Adapt.NONE, DEFAULT_N0, List.of(), DEFAULT_MIN_SPEECH_SHARE, 0);
    }

    public Normalization {
      Objects.requireNonNull(adapt, "normalization.adapt is missing");
      Population.requirePriorWindows(n0);
      Population.requireMinSpeechShare(minSpeechShare);
      mean = List.copyOf(mean);
      deviation = List.copyOf(deviation);
      n0ByFeature = List.copyOf(n0ByFeature);
      n0ByFeature.forEach(Population::requirePriorWindows);
      require(
          n0ByFeature.isEmpty() || n0ByFeature.size() == mean.size(),
          "normalization.n0ByFeature must be empty or as long as .mean",
          n0ByFeature.size());
      requireLimit(limit);
      require(
          mean.size() == deviation.size(),
          "normalization.mean and .deviation must have the same length",
          mean.size() + " and " + deviation.size());
      require(
          mean.stream().allMatch(value -> Math.abs(value) <= LEFT_OUT),
          "normalization.mean must be from -1e9 to 1e9",
          "others");
      require(
          deviation.stream().allMatch(value -> value >= LEAST_DEVIATION && value <= LEFT_OUT),
          "normalization.deviation must be from 1e-12 to 1e9",
          "others");
    }

    /**
     * @throws IllegalArgumentException if a limit is negative or not finite
     */
    public static void requireLimit(float limit) {
      require(
          Float.isFinite(limit) && limit >= 0,
          "normalization.limit must be 0 or above and finite",
          limit);
    }

    /** The columns that the network is told of, in their order. */
    public int[] usedColumns() {
      return IntStream.range(0, deviation.size())
          .filter(i -> deviation.get(i) < LEFT_OUT)
          .toArray();
    }

    /** The same with the means and deviations of a place. */
    public Normalization with(List<Float> siteMean, List<Float> siteDeviation) {
      return new Normalization(
          siteMean, siteDeviation, adapt, n0, n0ByFeature, minSpeechShare, limit);
    }

    /**
     * SHA-256 of the means and deviations, as 32-bit floats, big-endian; lower-case hexadecimal.
     */
    public String sha256() {
      ByteBuffer bytes = ByteBuffer.allocate((mean.size() + deviation.size()) * Float.BYTES);
      mean.forEach(bytes::putFloat);
      deviation.forEach(bytes::putFloat);
      return EmotionModel.sha256(bytes.array());
    }

    public float[] meanArray() {
      return toArray(mean);
    }

    public float[] deviationArray() {
      return toArray(deviation);
    }

    /** What a caller adapts vectors to; empty: the model takes them as they are. */
    public Optional<Population> adaptedTo() {
      return adapt == Adapt.RUNNING ? Optional.of(population()) : Optional.empty();
    }

    /** What vectors can be adapted to, whether or not the model asks for it. */
    public Population population() {
      return n0ByFeature.isEmpty()
          ? new Population(meanArray(), deviationArray(), n0, minSpeechShare)
          : new Population(meanArray(), deviationArray(), toArray(n0ByFeature), n0, minSpeechShare);
    }

    /**
     * A feature as it enters the network.
     *
     * @param standard {@code (value - mean) / deviation}; NaN stays NaN
     */
    public static float limited(float standard, float limit) {
      return limit == 0 ? standard : Math.max(-limit, Math.min(limit, standard));
    }

    private static float[] toArray(List<Float> values) {
      float[] array = new float[values.size()];
      for (int i = 0; i < array.length; i++) {
        array[i] = values.get(i);
      }
      return array;
    }
  }

  /**
   * @param temperature the network's outputs are divided by it before the softmax (Guo et al. 2017,
   *     "On Calibration of Modern Neural Networks"); 1 leaves them as they are
   * @param doubt share of each probability that then goes to all labels alike, 0 to below 1: what
   *     is wrong for reasons that the outputs do not show (the lapse rate of F. Wichmann and N.
   *     Hill, "The psychometric function: I", 2001); 0 leaves them as they are
   * @param uncertainBelow a result with a lower confidence is called uncertain; 0: none is
   */
  public record Calibration(float temperature, float doubt, float uncertainBelow) {
    public Calibration {
      require(doubt >= 0 && doubt < 1, "calibration.doubt must be from 0 to below 1", doubt);
      require(
          uncertainBelow >= 0 && uncertainBelow <= 1,
          "calibration.uncertainBelow must be from 0 to 1",
          uncertainBelow);
      require(
          temperature >= 0.01f && temperature <= 100,
          "calibration.temperature must be from 0.01 to 100",
          temperature);
    }

    /**
     * {@code out[offset + i] = (1 - doubt) * exp(logits[i] / temperature) / sum + doubt / labels},
     * with the largest logit taken off first.
     *
     * @param logits {@code [labels]}
     */
    public void softmax(float[] logits, float[] out, int offset) {
      float max = Float.NEGATIVE_INFINITY;
      for (float logit : logits) {
        max = Math.max(max, logit);
      }
      double sum = 0;
      for (int i = 0; i < logits.length; i++) {
        double value = StrictMath.exp((logits[i] - max) / temperature);
        out[offset + i] = (float) value;
        sum += value;
      }
      for (int i = 0; i < logits.length; i++) {
        out[offset + i] = (float) ((1 - doubt) * (out[offset + i] / sum) + doubt / logits.length);
      }
    }
  }

  /**
   * @param file name of the file beside the manifest, in safetensors format
   * @param sha256 SHA-256 of the file, lower-case hexadecimal
   * @param bytes length of the file
   */
  public record Weights(String file, String sha256, long bytes) {
    public Weights {
      require(
          file != null && file.matches("[A-Za-z0-9_-][A-Za-z0-9._-]*"),
          "weights.file must be the plain name of a file beside the manifest",
          file);
      require(
          sha256 != null && sha256.matches("[0-9a-f]{64}"),
          "weights.sha256 must be 64 lower-case hexadecimal digits",
          sha256);
      require(bytes > 0, "weights.bytes must be positive", bytes);
    }

    /** The entry for a file of that content. */
    public static Weights of(String file, byte[] content) {
      return new Weights(file, EmotionModel.sha256(content), content.length);
    }
  }

  /**
   * How the model was made.
   *
   * @param command the command line
   * @param seed seed of all that is random
   * @param hyperparameters the rest of what training was told
   * @param corpora what it was trained on
   * @param epochs how many epochs the weights have seen
   * @param metrics what each protocol gave, by its name; models trained on a part of the corpora,
   *     not this one
   */
  public record Training(
      String command,
      long seed,
      Hyperparameters hyperparameters,
      List<Corpus> corpora,
      int epochs,
      Map<String, Metrics> metrics) {
    public Training {
      Objects.requireNonNull(command, "training.command is missing");
      Objects.requireNonNull(hyperparameters, "training.hyperparameters is missing");
      corpora = List.copyOf(corpora);
      metrics = Collections.unmodifiableMap(new TreeMap<>(metrics));
    }
  }

  /**
   * @param learningRate of Adam
   * @param batchSize windows per step
   * @param maxEpochs at most so many
   * @param patience epochs without improvement after which training stops; 0: it never does, and
   *     gives the last epoch's weights
   * @param validationShare share of the training clips that decides when to stop
   * @param validationFolds trainings that decide when to stop: with 1, one keeps that share aside;
   *     with more, each keeps others of the voices aside, until all were once
   * @param balanced whether each label of each corpus is drawn as often as any other
   * @param labelSmoothing share of the target probability that goes to all labels alike
   * @param weightDecay share of the weights, times the learning rate, taken off at each step
   * @param schedule of the learning rate: {@code constant}, or {@code cosine}: it falls to 0 by
   *     {@code maxEpochs} (I. Loshchilov and F. Hutter, "SGDR", 2017)
   * @param warmUpEpochs in which the learning rate rises from 0
   * @param clipNorm the gradient of all weights together is made no longer than this; 0: it is left
   *     as it is
   * @param averagedEpochs the weights are the mean of those after the last so many epochs (P.
   *     Izmailov et al., "Averaging Weights Leads to Wider Optima", 2018); 1: those of the last
   * @param specAugment whether bands and frames are masked in training
   * @param warp how far the band axis is stretched or compressed in training, 0 to 0.5
   * @param without the network is told nothing of the features whose names begin so, such as {@code
   *     chroma}: their deviation is so large that they enter it as 0
   */
  public record Hyperparameters(
      float learningRate,
      int batchSize,
      int maxEpochs,
      int patience,
      double validationShare,
      int validationFolds,
      boolean balanced,
      float labelSmoothing,
      float weightDecay,
      Schedule schedule,
      int warmUpEpochs,
      float clipNorm,
      int averagedEpochs,
      boolean specAugment,
      float warp,
      List<String> without) {
    /** How the learning rate goes on after the warm-up. */
    public enum Schedule {
      CONSTANT,
      COSINE;

      /**
       * @throws IllegalArgumentException if there is none of that name
       */
      @JsonCreator
      public static Schedule named(String name) {
        for (Schedule schedule : values()) {
          if (schedule.toString().equals(name)) {
            return schedule;
          }
        }
        throw new IllegalArgumentException("schedule must be constant or cosine, got " + name);
      }

      /** Its name in manifests and on the command line. */
      @JsonValue
      @Override
      public String toString() {
        return name().toLowerCase(Locale.ROOT);
      }
    }

    public Hyperparameters {
      without = List.copyOf(without);
      Objects.requireNonNull(schedule, "training.hyperparameters.schedule is missing");
      require(
          warmUpEpochs >= 0 && warmUpEpochs <= 1000,
          "warmUpEpochs must be from 0 to 1000",
          warmUpEpochs);
      require(clipNorm >= 0 && clipNorm <= 1e6, "clipNorm must be from 0 to 1000000", clipNorm);
      require(
          averagedEpochs >= 1 && averagedEpochs <= 1000,
          "averagedEpochs must be from 1 to 1000",
          averagedEpochs);
      require(warp >= 0 && warp <= 0.5, "warp must be from 0 to 0.5", warp);
      require(
          learningRate > 0 && learningRate <= 1,
          "learningRate must be positive and at most 1",
          learningRate);
      require(
          batchSize >= 1 && batchSize <= 65_536, "batchSize must be from 1 to 65536", batchSize);
      require(
          maxEpochs >= 1 && maxEpochs <= 100_000, "maxEpochs must be from 1 to 100000", maxEpochs);
      require(
          labelSmoothing >= 0 && labelSmoothing < 1,
          "labelSmoothing must be from 0 to below 1",
          labelSmoothing);
      require(weightDecay >= 0 && weightDecay <= 1, "weightDecay must be from 0 to 1", weightDecay);
      require(patience >= 0, "patience must be at least 0", patience);
      require(
          validationFolds >= 1 && validationFolds <= 20,
          "validationFolds must be from 1 to 20",
          validationFolds);
      require(
          validationShare > 0 && validationShare < 1,
          "validationShare must be between 0 and 1",
          validationShare);
    }
  }

  /**
   * @param name the corpus
   * @param files number of files used
   * @param sha256 SHA-256 over the files' own SHA-256, sorted, each as lower-case hexadecimal and a
   *     line feed
   * @param license the corpus's license
   */
  public record Corpus(String name, int files, String sha256, String license) {}

  /**
   * @param clips number of clips tested
   * @param accuracy share of clips recognized, 0 to 1
   * @param uar unweighted average recall, 0 to 1
   * @param worstLabel the label with the lowest recall
   * @param worstRecall its recall, 0 to 1
   * @param ece expected calibration error, 0 to 1
   */
  public record Metrics(
      int clips, double accuracy, double uar, String worstLabel, double worstRecall, double ece) {}

  private static void requireFit(PopulationShares shares, int features, int labels) {
    require(
        shares.features().size() == features,
        "shares must have " + features + " features, as the network is told of",
        shares.features().size());
    require(
        shares.labels().isEmpty() || shares.labels().size() == labels,
        "shares must have " + labels + " labels, or none",
        shares.labels().size());
  }

  private static void requireText(String value, String field) {
    require(value != null && !value.isBlank(), field + " must not be blank", value);
    require(
        value.chars().noneMatch(Character::isISOControl),
        field + " must hold no control characters",
        "some");
  }

  static void require(boolean holds, String rule, Object value) {
    if (!holds) {
      throw new IllegalArgumentException(rule + ", got " + value);
    }
  }
}
