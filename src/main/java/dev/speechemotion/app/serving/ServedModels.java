package dev.speechemotion.app.serving;

import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.ModelException;
import dev.speechemotion.streams.EmotionModels;
import dev.speechemotion.streams.EmotionTopology;
import dev.speechemotion.streams.StreamSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models of the application: one for telephone audio, one for channels sampled at 16 kHz and
 * above. When a directory comes to hold another model, that one is loaded and tried, and takes
 * over; what is not whole or does not fit is refused, and the old one goes on.
 */
public final class ServedModels implements EmotionModels, AutoCloseable {
  public static final int WIDEBAND_FROM_HZ = 16_000;

  private static final Logger LOG = LoggerFactory.getLogger(ServedModels.class);
  private static final double SUM_TOLERANCE = 1e-3;

  /** A task that has just been told of a model has so long to open it. */
  private static final Duration TIME_TO_OPEN = Duration.ofMinutes(1);

  private final StreamSettings settings;
  private final Place telephone;

  /** {@link #telephone} where one model is for all rates. */
  private final Place wideband;

  private final List<Retired> retired = new ArrayList<>();
  private final StopRequest stop = new StopRequest();
  private Thread watcher;

  private record Retired(SharedModel model, long sinceNanos) {}

  /** A model directory and the model that is served from it. */
  private static final class Place {
    private final Path directory;
    private volatile SharedModel served;

    /** What the directory was like when it was looked at last, and when it was read last. */
    private String seen;

    private String read;

    Place(Path directory) throws ModelException {
      this.directory = directory;
      read = state(directory);
      seen = read;
      served = new SharedModel(EmotionModel.load(directory));
    }
  }

  /**
   * Loads the models.
   *
   * @param directory of the model for telephone audio
   * @param widebandDirectory of that for wide-band audio; empty: the same
   * @throws ModelException if a directory does not hold a model
   * @throws CommandFailure if a model does not fit the settings or the other one
   */
  public static ServedModels load(
      StreamSettings settings, String directory, String widebandDirectory) throws ModelException {
    Place telephone = new Place(ModelDirectory.find(directory));
    try {
      boolean one = widebandDirectory.isEmpty() || widebandDirectory.equals(directory);
      Place wideband = one ? telephone : new Place(ModelDirectory.find(widebandDirectory));
      ServedModels models = new ServedModels(settings, telephone, wideband);
      try {
        for (Place place : models.places()) {
          models.requireFit(place.served.model());
        }
      } catch (IllegalArgumentException e) {
        models.close();
        throw new CommandFailure("configuration: " + e.getMessage(), e);
      }
      return models;
    } catch (ModelException e) {
      telephone.served.close();
      throw e;
    }
  }

  public static ServedModels load(Settings settings) throws ModelException {
    return load(
        settings.streamSettings(),
        settings.text(Property.MODEL_DIR),
        settings.text(Property.MODEL_WIDEBAND_DIR));
  }

  /**
   * The models of the default settings, or one for all rates.
   *
   * @param directory of that; null: the defaults
   */
  public static ServedModels of(String directory) throws ModelException {
    return directory == null
        ? load(Settings.of(Map.of()))
        : load(StreamSettings.defaults(), directory, "");
  }

  private ServedModels(StreamSettings settings, Place telephone, Place wideband) {
    this.settings = settings;
    this.telephone = telephone;
    this.wideband = wideband;
  }

  private List<Place> places() {
    return telephone == wideband ? List.of(telephone) : List.of(telephone, wideband);
  }

  @Override
  public Offer offered(int sampleRateHz) {
    return place(sampleRateHz).served.offer();
  }

  /** The model for a sampling rate. */
  public EmotionModel model(int sampleRateHz) {
    return place(sampleRateHz).served.model();
  }

  private Place place(int sampleRateHz) {
    return sampleRateHz < WIDEBAND_FROM_HZ ? telephone : wideband;
  }

  /** Which models are served, each once. */
  public List<ModelIdentity> identities() {
    return places().stream().map(place -> place.served.identity()).toList();
  }

  /** Looks after the directories from now on, in a thread of its own. */
  public void watch(Duration period) {
    if (period.isZero()) {
      return;
    }
    watcher =
        new Thread(
            () -> {
              try {
                while (!stop.await(period)) {
                  look();
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "watch-models");
    watcher.setDaemon(true);
    watcher.start();
  }

  /** Looks at the directories once. */
  synchronized void look() {
    for (Place place : places()) {
      String state = state(place.directory);
      // What still changes is being copied.
      if (state.equals(place.seen) && !state.equals(place.read)) {
        place.read = state;
        read(place);
      }
      place.seen = state;
    }
    retired.removeIf(
        old -> {
          boolean over =
              System.nanoTime() - old.sinceNanos > TIME_TO_OPEN.toNanos() && !old.model.isInUse();
          if (over) {
            old.model.close();
          }
          return over;
        });
  }

  private void read(Place place) {
    SharedModel old = place.served;
    EmotionModel next = null;
    try {
      next = EmotionModel.load(place.directory);
      if (next.identity().equals(old.identity())) {
        next.close();
        return;
      }
      requireFit(next);
    } catch (ModelException | RuntimeException e) {
      if (next != null) {
        next.close();
      }
      LOG.warn(
          "what is now in model directory {} is refused, and {} {} goes on: {}",
          place.directory,
          old.identity().name(),
          old.identity().version(),
          e.getMessage());
      return;
    }
    place.served = new SharedModel(next);
    retired.add(new Retired(old, System.nanoTime()));
    LOG.info(
        "model {} {} ({}) takes over from {} {} ({})",
        next.identity().name(),
        next.identity().version(),
        shortened(next.identity().hash()),
        old.identity().name(),
        old.identity().version(),
        shortened(old.identity().hash()));
  }

  private static String shortened(String hash) {
    return hash.substring(0, 12);
  }

  /**
   * Checks that a model can be served, and tries it.
   *
   * @throws IllegalArgumentException if it cannot
   */
  private void requireFit(EmotionModel model) {
    List<String> labels = telephone.served.model().labels();
    if (!model.labels().equals(labels)) {
      throw new IllegalArgumentException(
          "model %s has the labels %s, but %s has %s; models that are served together, or after one another, need the same"
              .formatted(
                  model.identity().name(),
                  model.labels(),
                  telephone.served.identity().name(),
                  labels));
    }
    try (EmotionClassifier classifier = model.newClassifier()) {
      EmotionTopology.requireFit(settings, model.featureSpec(), classifier);
      float[] probabilities = new float[labels.size()];
      classifier.classify(new float[classifier.featureCount()], 1, probabilities);
      double sum = 0;
      for (float probability : probabilities) {
        sum += probability;
      }
      if (!(Math.abs(sum - 1) < SUM_TOLERANCE)) {
        throw new IllegalArgumentException(
            "model %s gives probabilities that sum to %s; its weights are broken"
                .formatted(model.identity().name(), sum));
      }
    }
  }

  /** What tells whether a directory has changed: its files, their sizes, times and identities. */
  private static String state(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return String.join("\n", files.sorted().map(ServedModels::fileState).toList());
    } catch (NoSuchFileException | NotDirectoryException e) {
      return "";
    } catch (IOException | RuntimeException e) {
      return Objects.toString(e.getMessage());
    }
  }

  private static String fileState(Path file) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return "%s %d %s %s"
          .formatted(
              file.getFileName(),
              attributes.size(),
              attributes.lastModifiedTime(),
              attributes.fileKey());
    } catch (IOException e) {
      return file.getFileName() + " cannot be read";
    }
  }

  /** To be called when no classifier is in use any more. */
  @Override
  public void close() {
    stop.request();
    if (watcher != null) {
      try {
        watcher.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    synchronized (this) {
      retired.forEach(old -> old.model.close());
      places().forEach(place -> place.served.close());
    }
  }
}
