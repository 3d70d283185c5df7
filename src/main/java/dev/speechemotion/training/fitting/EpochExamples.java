package dev.speechemotion.training.fitting;

import dev.speechemotion.emotion.Population;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.corpus.TeacherAnswers;
import dev.speechemotion.training.evaluation.Adaptation;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * One epoch's examples after another's. The source makes the next epoch's clips while the network
 * is fitted on this one's.
 */
final class EpochExamples implements AutoCloseable {
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "epoch-source");
            thread.setDaemon(true);
            return thread;
          });
  private final FittingSettings settings;
  private final List<String> labels;
  private final ModelManifest.Normalization normalization;
  private final EpochSource source;
  private final List<LabeledClip> train;
  private final TeacherAnswers taught;
  private final int maxEpochs;
  private Future<List<LabeledClip>> next;
  private List<LabeledClip> clips = List.of();
  private Examples examples;

  EpochExamples(
      FittingSettings settings,
      List<String> labels,
      ModelManifest.Normalization normalization,
      EpochSource source,
      List<LabeledClip> train,
      TeacherAnswers taught,
      int maxEpochs) {
    this.settings = settings;
    this.labels = labels;
    this.normalization = normalization;
    this.source = source;
    this.train = train;
    this.taught = taught;
    this.maxEpochs = maxEpochs;
    examples = new Examples(clips, labels, normalization);
    ask(1);
  }

  /** Those of the next epoch; it is asked for one after the other, from 1. */
  Examples of(int epoch) throws IOException {
    List<LabeledClip> before = clips;
    clips = clips(epoch);
    if (clips != before || settings.adaptation().mode() == Adaptation.Mode.RUNNING) {
      examples = new Examples(presented(epoch), labels, normalization, taught);
    }
    return examples;
  }

  /**
   * The clips as the network gets them in training. With {@code running}, each speaker's clips are
   * presented twice: as a call from a cold start, in an order that each epoch has of its own, and
   * as at the end of a very long call, so that the network knows the beginning of calls and what
   * they come to.
   */
  private List<LabeledClip> presented(int epoch) throws IOException {
    Population population = normalization.population();
    Adaptation adaptation = settings.adaptation();
    List<LabeledClip> presented =
        new ArrayList<>(
            adaptation.applyInTraining(clips, clips, population, settings.seed() + epoch));
    if (adaptation.mode() == Adaptation.Mode.RUNNING) {
      adaptation
          .with(Adaptation.Mode.SPEAKER)
          .apply(clips, population, settings.seed())
          .forEach(adapted -> presented.add(adapted.clip()));
    }
    return presented;
  }

  private void ask(int epoch) {
    next = thread.submit(() -> source.clips(train, epoch));
  }

  private List<LabeledClip> clips(int epoch) throws IOException {
    try {
      List<LabeledClip> made = next.get();
      if (epoch < maxEpochs) {
        ask(epoch + 1);
      }
      return made;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the training was interrupted");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
