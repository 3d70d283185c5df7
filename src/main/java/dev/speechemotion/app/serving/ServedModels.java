package dev.speechemotion.app.serving;

import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.RequiredWindows;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.content.Bandwidth;
import dev.speechemotion.emotion.DriftMonitor;
import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.ModelException;
import dev.speechemotion.streams.EmotionTopology;
import dev.speechemotion.streams.StreamSettings;
import dev.speechemotion.streams.models.EmotionModels;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models of the application: one for all channels, or one for telephone audio and one for
 * channels sampled at 16 kHz and above. When a directory comes to hold another model, that one is
 * loaded and tried, and takes over; what is not whole or does not fit is refused, and the old one
 * goes on.
 */
public final class ServedModels implements EmotionModels, AutoCloseable {
  public static final int WIDEBAND_FROM_HZ = 16_000;

  private static final Logger LOG = LoggerFactory.getLogger(ServedModels.class);
  private static final double SUM_TOLERANCE = 1e-3;

  /** A task that has just been told of a model has so long to open it. */
  private static final Duration TIME_TO_OPEN = Duration.ofMinutes(1);

  private final StreamSettings settings;
  private final RequiredWindows windows;
  private final ServedDirectory telephone;

  /** {@link #telephone} where one model is for all rates. */
  private final ServedDirectory wideband;

  private final List<Retired> retired = new ArrayList<>();
  private final StopRequest stop = new StopRequest();
  private Optional<Thread> watcher = Optional.empty();

  private record Retired(SharedModel model, long sinceNanos) {}

  /**
   * Loads the models that the settings name.
   *
   * @throws ModelException if a directory does not hold a model
   * @throws CommandFailure if a model does not fit the settings or the other one
   */
  public static ServedModels load(Settings settings) throws ModelException {
    return load(settings, System::nanoTime);
  }

  static ServedModels load(Settings settings, LongSupplier nanos) throws ModelException {
    return load(
        settings.streamSettings(),
        settings.windows(),
        settings.text(Property.MODEL_DIR),
        settings.text(Property.MODEL_WIDEBAND_DIR),
        nanos);
  }

  private static ServedModels load(
      StreamSettings settings,
      RequiredWindows windows,
      String directory,
      String widebandDirectory,
      LongSupplier nanos)
      throws ModelException {
    ServedDirectory telephone = new ServedDirectory(EmotionModel.find(Path.of(directory)), nanos);
    try {
      boolean one = widebandDirectory.isEmpty() || widebandDirectory.equals(directory);
      ServedDirectory wideband =
          one
              ? telephone
              : new ServedDirectory(EmotionModel.find(Path.of(widebandDirectory)), nanos);
      ServedModels models = new ServedModels(settings, windows, telephone, wideband);
      try {
        for (ServedDirectory each : models.directories()) {
          models.requireFit(each.served().model());
        }
      } catch (IllegalArgumentException e) {
        models.close();
        throw new CommandFailure("configuration: " + e.getMessage(), e);
      }
      return models;
    } catch (ModelException e) {
      telephone.served().close();
      throw e;
    }
  }

  private ServedModels(
      StreamSettings settings,
      RequiredWindows windows,
      ServedDirectory telephone,
      ServedDirectory wideband) {
    this.settings = settings;
    this.windows = windows;
    this.telephone = telephone;
    this.wideband = wideband;
  }

  private List<ServedDirectory> directories() {
    return isOne() ? List.of(telephone) : List.of(telephone, wideband);
  }

  @Override
  public Offer offered(int sampleRateHz) {
    return directory(sampleRateHz).served().offer();
  }

  /** The model for a sampling rate. */
  public EmotionModel model(int sampleRateHz) {
    return directory(sampleRateHz).served().model();
  }

  /** The rate whose model a recording gets: by what it holds, where there is a choice. */
  public int rateFor(AudioClip recording) {
    return isOne()
        ? recording.sampleRateHz()
        : Bandwidth.rateOf(recording.channels(), recording.sampleRateHz());
  }

  private boolean isOne() {
    return telephone == wideband;
  }

  private ServedDirectory directory(int sampleRateHz) {
    return sampleRateHz < WIDEBAND_FROM_HZ ? telephone : wideband;
  }

  /** Which models are served, each once. */
  public List<ModelIdentity> identities() {
    return directories().stream().map(each -> each.served().identity()).toList();
  }

  /** What watches the windows of the models that are served, one for each. */
  public List<DriftMonitor> drift() {
    return directories().stream().map(each -> each.served().drift()).toList();
  }

  /**
   * Looks after the directories from now on, in a thread of its own.
   *
   * @param period time between looks; zero: does not look
   */
  public void watch(Duration period) {
    if (period.isZero()) {
      return;
    }
    Thread thread =
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
    thread.setDaemon(true);
    thread.start();
    watcher = Optional.of(thread);
  }

  /** Looks at the directories once. */
  synchronized void look() {
    for (ServedDirectory directory : directories()) {
      if (directory.isToBeRead()) {
        read(directory);
      }
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

  private void read(ServedDirectory directory) {
    ModelIdentity before = directory.served().identity();
    EmotionModel next;
    try {
      next = EmotionModel.load(directory.path());
    } catch (ModelException | RuntimeException e) {
      refuse(directory, e);
      return;
    }
    if (next.identity().equals(before)) {
      next.close();
      return;
    }
    try {
      requireFit(next);
    } catch (RuntimeException e) {
      next.close();
      refuse(directory, e);
      return;
    }
    retired.add(new Retired(directory.serve(next), System.nanoTime()));
    LOG.info(
        "model {} {} ({}) takes over from {} {} ({})",
        next.identity().name(),
        next.identity().version(),
        shortened(next.identity().hash()),
        before.name(),
        before.version(),
        shortened(before.hash()));
  }

  private static void refuse(ServedDirectory directory, Exception why) {
    LOG.warn(
        "what is now in model directory {} is refused, and {} {} goes on: {}",
        directory.path(),
        directory.served().identity().name(),
        directory.served().identity().version(),
        why.getMessage());
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
    String name = model.identity().name();
    List<String> labels = telephone.served().model().labels();
    if (!model.labels().equals(labels)) {
      throw new IllegalArgumentException(
          "model %s has the labels %s, but %s has %s; models that are served together, or after one another, need the same"
              .formatted(name, model.labels(), telephone.served().identity().name(), labels));
    }
    windows.requireMetBy(name, model.manifest().windows());
    try (EmotionClassifier classifier = model.newClassifier();
        EmotionClassifier head = model.newHeadClassifier()) {
      EmotionTopology.requireFit(settings, model.featureSpec(), classifier);
      // A detector may hear no speech in it; what comes behind is tried in any case.
      requireAnswers(classifier, model.manifest().detector().isPresent());
      requireAnswers(head, false);
    }
  }

  private static void requireAnswers(EmotionClassifier classifier, boolean orNone) {
    float[] probabilities = new float[classifier.labels().size()];
    classifier.classify(new float[classifier.featureCount()], 1, probabilities);
    double sum = 0;
    for (float probability : probabilities) {
      sum += probability;
    }
    if (!(Math.abs(sum - 1) < SUM_TOLERANCE) && !(orNone && sum == 0)) {
      throw new IllegalArgumentException(
          "model %s gives probabilities that sum to %s; its weights are broken"
              .formatted(classifier.model().name(), sum));
    }
  }

  /** To be called when no classifier is in use any more. */
  @Override
  public void close() {
    stop.request();
    watcher.ifPresent(
        thread -> {
          try {
            thread.join();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    synchronized (this) {
      retired.forEach(old -> old.model.close());
      directories().forEach(each -> each.served().close());
    }
  }
}
