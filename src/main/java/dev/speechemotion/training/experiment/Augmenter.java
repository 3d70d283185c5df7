package dev.speechemotion.training.experiment;

import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioFiles;
import dev.speechemotion.audio.resampling.Resampler;
import dev.speechemotion.features.FeatureExtractor;
import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.training.augmentation.Augmentation;
import dev.speechemotion.training.augmentation.AugmentationChain;
import dev.speechemotion.training.corpus.Corpus;
import dev.speechemotion.training.corpus.FeatureCache;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.corpus.WindowedFeatures;
import dev.speechemotion.training.fitting.EpochSource;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Makes each epoch's training clips: the recordings anew, each changed by a {@link
 * AugmentationChain} that depends on the seed, the epoch, the recording and on nothing else but who
 * may babble.
 *
 * <p>A voice's recordings are dealt to calls of about {@value #CLIPS_OF_CALL}; in each of them, it
 * is another voice, in another room, by another line. So what a call's running statistics can take
 * away stays the same during a call, as in life.
 */
public final class Augmenter implements EpochSource {
  private static final int CLIPS_OF_CALL = 40;

  /** Longer vectors, such as spectrograms, fill a disk faster than making them anew takes time. */
  private static final int MOST_KEPT_FEATURES = 1_000;

  /** Voices are changed at a rate that holds all of them. */
  private static final int LEAST_RATE_HZ = 16_000;

  private final Augmentation augmentation;
  private final Corpus.Settings settings;
  private final FeatureCache cache;
  private final long seed;
  private final int rateHz;

  /**
   * @param settings how the corpora were analyzed
   */
  public Augmenter(
      Augmentation augmentation, Corpus.Settings settings, FeatureCache cache, long seed) {
    this.augmentation = augmentation;
    this.settings = settings;
    this.cache =
        FeatureLayout.of(settings.spec()).windowFeatureCount() > MOST_KEPT_FEATURES
            ? FeatureCache.none()
            : cache;
    this.seed = seed;
    rateHz = Math.max(LEAST_RATE_HZ, settings.spec().sampleRateHz());
  }

  /** In the order of the clips; a voice's calls are voices of their own. */
  @Override
  public List<LabeledClip> clips(List<LabeledClip> clips, int epoch) throws IOException {
    if (augmentation.parts().isEmpty()) {
      return clips;
    }
    int version = epoch % augmentation.versions();
    Map<String, Long> clipsOfVoice =
        clips.stream().collect(Collectors.groupingBy(LabeledClip::voice, Collectors.counting()));
    List<String> contents = clips.stream().map(LabeledClip::sha256).toList();
    Map<String, LabeledClip> bySha256 =
        clips.stream()
            .collect(Collectors.toMap(LabeledClip::sha256, Function.identity(), (a, b) -> a));
    ThreadLocal<FeatureExtractor> extractors =
        ThreadLocal.withInitial(() -> new FeatureExtractor(settings.spec()));
    ExecutorService threads =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    try {
      List<Future<LabeledClip>> futures = new ArrayList<>(clips.size());
      for (LabeledClip clip : clips) {
        int calls = (int) Math.ceil(clipsOfVoice.get(clip.voice()) / (double) CLIPS_OF_CALL);
        futures.add(
            threads.submit(
                () -> {
                  int call = random(version, clip.sha256(), "call").nextInt(calls);
                  AugmentationChain chain = chain(clip, call, version, contents);
                  return clip.with(
                      analyzed(clip, chain, bySha256, extractors.get()),
                      clip.speaker() + "/" + call);
                }));
      }
      List<LabeledClip> heard = new ArrayList<>(clips.size());
      for (Future<LabeledClip> future : futures) {
        heard.add(future.get());
      }
      return heard;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the training was interrupted");
    } finally {
      threads.shutdownNow();
    }
  }

  /**
   * What is done to a clip in a version of a call of its voice.
   *
   * @param talking contents of the recordings that babble may be made of
   */
  AugmentationChain chain(LabeledClip clip, int call, int version, List<String> talking) {
    return AugmentationChain.ofCall(
            augmentation.parts(),
            settings.spec().sampleRateHz(),
            random(version, clip.voice(), "call " + call))
        .forClip(augmentation.parts(), talking, random(version, clip.sha256(), "clip"));
  }

  private SplittableRandom random(int version, String of, String what) {
    long mixed = seed;
    for (int part : new int[] {version, of.hashCode(), what.hashCode()}) {
      mixed = new SplittableRandom(mixed ^ part).nextLong();
    }
    return new SplittableRandom(mixed);
  }

  private WindowedFeatures analyzed(
      LabeledClip clip,
      AugmentationChain chain,
      Map<String, LabeledClip> bySha256,
      FeatureExtractor extractor)
      throws IOException {
    String key = FeatureCache.key(clip.sha256(), settings, chain.toString());
    Optional<WindowedFeatures> kept =
        cache.get(key, FeatureLayout.of(settings.spec()).windowFeatureCount());
    if (kept.isPresent()) {
      return kept.get();
    }
    List<float[]> talking = new ArrayList<>();
    for (String sha256 : chain.babble()) {
      talking.add(samples(bySha256.get(sha256)));
    }
    float[] heard = chain.apply(samples(clip), rateHz, talking);
    Optional<WindowedFeatures> analyzed =
        WindowedFeatures.of(heard, chain.sampleRateHz(rateHz), extractor, settings.windows());
    if (analyzed.isEmpty()) {
      return clip.features(); // Too short once it is spoken faster.
    }
    try {
      cache.put(key, analyzed.get());
    } catch (IOException e) {
      // The reader of the corpora has said that the cache cannot be written; it is only slower.
    }
    return analyzed.get();
  }

  private float[] samples(LabeledClip clip) throws IOException {
    AudioClip audio = AudioFiles.read(clip.file());
    return Resampler.resample(audio.mono(), audio.sampleRateHz(), rateHz);
  }
}
