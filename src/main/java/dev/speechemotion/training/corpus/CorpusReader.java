package dev.speechemotion.training.corpus;

import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioFiles;
import dev.speechemotion.features.FeatureExtractor;
import dev.speechemotion.model.EncoderPooling;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/** Reads and analyzes corpora on all cores. What is left out is said in a log. */
public final class CorpusReader {
  /** So that a corpus of which a part is read does not fill the screen. */
  private static final int MOST_PROBLEMS = 20;

  private final Corpus.Settings settings;
  private final FeatureCache cache;
  private final PrintWriter log;

  /** What was amiss with files that were read all the same, in alphabetical order. */
  private final Set<String> warnings = new ConcurrentSkipListSet<>();

  public CorpusReader(Corpus.Settings settings, FeatureCache cache, PrintWriter log) {
    this.settings = settings;
    this.cache = cache;
    this.log = log;
  }

  /**
   * Reads a corpus.
   *
   * @param name the corpus's name in this run
   * @throws CorpusException if nothing is left
   */
  public Corpus read(String name, CorpusLayout layout, Path root) throws IOException {
    return read(name, layout, root, Sample.ALL);
  }

  /**
   * Reads a part of a corpus.
   *
   * @param name the corpus's name in this run
   * @param sample drawn before anything is read: what turns out unusable is not replaced
   * @throws CorpusException if nothing is left
   */
  Corpus read(String name, CorpusLayout layout, Path root, Sample sample) throws IOException {
    CorpusLayout.Listing listing = layout.list(root);
    List<String> problems = new ArrayList<>(listing.problems());
    Map<String, Integer> leftOut = new TreeMap<>();
    List<Recording> asked = new ArrayList<>();
    for (Recording recording : listing.recordings()) {
      if (settings.labels().contains(recording.label())) {
        asked.add(recording);
      } else {
        leftOut.merge(recording.label(), 1, Integer::sum);
      }
    }
    if (!leftOut.isEmpty()) {
      log.printf("left out, because their labels are not asked for: %s%n", leftOut);
    }

    List<Recording> wanted = sample.of(asked);
    if (wanted.size() < asked.size()) {
      log.printf(
          "%s: drew %d of %d recordings, at most %d of each label%n",
          name, wanted.size(), asked.size(), sample.perClass());
    }

    int cores = Runtime.getRuntime().availableProcessors();
    ExecutorService threads = Executors.newFixedThreadPool(cores);
    try {
      List<Hashed> hashed =
          inParallel(threads, "hashing", wanted, Recording::id, CorpusReader::hash, problems);
      List<Hashed> unique = dropDuplicates(hashed);

      ThreadLocal<FeatureExtractor> extractors =
          ThreadLocal.withInitial(() -> new FeatureExtractor(settings.spec()));
      ThreadLocal<Optional<EncoderPooling>> poolings =
          ThreadLocal.withInitial(
              () -> settings.encoder().map(encoder -> encoder.poolings().get()));
      AtomicInteger fromCache = new AtomicInteger();
      // One line for all files is enough.
      AtomicReference<IOException> notKept = new AtomicReference<>();
      List<LabeledClip> clips =
          inParallel(
              threads,
              "analyzing",
              unique,
              item -> item.recording().id(),
              item -> {
                String key = FeatureCache.key(item.sha256(), settings);
                Optional<WindowedFeatures> kept =
                    cache.get(
                        key,
                        settings.encoder().isPresent()
                            ? EncoderPooling.LENGTH
                            : extractors.get().layout().windowFeatureCount());
                if (kept.isPresent()) {
                  fromCache.incrementAndGet();
                  return new LabeledClip(name, item.recording(), item.sha256(), kept.get());
                }
                WindowedFeatures features = analyze(item, extractors.get(), poolings.get());
                try {
                  cache.put(key, features);
                } catch (IOException e) {
                  notKept.compareAndSet(null, e);
                }
                return new LabeledClip(name, item.recording(), item.sha256(), features);
              },
              problems);

      if (fromCache.get() > 0) {
        log.printf("features of %d of %d files were in the cache%n", fromCache.get(), clips.size());
      }
      if (notKept.get() != null) {
        log.printf(
            "the feature cache cannot be written (%s); choose another place with --cache%n",
            notKept.get());
      }
      report(problems);
      if (clips.isEmpty()) {
        throw new CorpusException(
            asked.isEmpty()
                ? "no recordings with labels %s under %s (its labels: %s); rename its labels, or train a model with others: train --labels"
                    .formatted(settings.labels(), root, labelCounts(listing.recordings()))
                : "none of %d recordings under %s can be used; the first: %s"
                    .formatted(wanted.size(), root, problems.get(listing.problems().size())));
      }
      return new Corpus(
          name,
          layout,
          List.copyOf(clips),
          leftOut,
          asked.size() - wanted.size(),
          hashed.size() - unique.size(),
          List.copyOf(problems));
    } finally {
      threads.shutdownNow();
    }
  }

  private interface Work<A, B> {
    B apply(A item) throws IOException;
  }

  private record Hashed(Recording recording, String sha256) {}

  /** Results in the order of the items; where one failed, a line in {@code problems} instead. */
  private <A, B> List<B> inParallel(
      ExecutorService threads,
      String task,
      List<A> items,
      Function<A, String> id,
      Work<A, B> work,
      List<String> problems)
      throws IOException {
    List<B> results = new ArrayList<>(items.size());
    try (Progress progress = new Progress(task, items.size(), log)) {
      List<Future<B>> futures = new ArrayList<>(items.size());
      for (A item : items) {
        futures.add(
            threads.submit(
                () -> {
                  try {
                    return work.apply(item);
                  } finally {
                    progress.step();
                  }
                }));
      }
      for (int i = 0; i < futures.size(); i++) {
        try {
          results.add(futures.get(i).get());
        } catch (ExecutionException e) {
          problems.add(id.apply(items.get(i)) + ": " + reason(e.getCause()));
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IOException("interrupted", e);
        }
      }
    }
    return results;
  }

  /** Why a file could not be used; what is not the file's fault is thrown on. */
  private static String reason(Throwable cause) {
    if (cause instanceof NoSuchFileException) {
      return "there is no such file";
    }
    if (cause instanceof AccessDeniedException) {
      return "it may not be read";
    }
    if (cause instanceof OutOfMemoryError) {
      return "too little memory; give Java more with -Xmx, or cut the recording";
    }
    if (cause instanceof IOException || cause instanceof IllegalArgumentException) {
      return cause.getMessage();
    }
    throw new IllegalStateException(cause);
  }

  private List<Hashed> dropDuplicates(List<Hashed> items) {
    Map<String, Recording> first = new LinkedHashMap<>();
    List<Hashed> unique = new ArrayList<>();
    for (Hashed item : items) {
      Recording recording = item.recording();
      Recording other = first.putIfAbsent(item.sha256(), recording);
      if (other == null) {
        unique.add(item);
      } else if (!other.label().equals(recording.label())) {
        log.printf(
            "%s (%s) has the same content as %s (%s): the second is dropped%n",
            other.id(), other.label(), recording.id(), recording.label());
      }
    }
    if (unique.size() < items.size()) {
      log.printf(
          "dropped %d of %d files because another has the same content%n",
          items.size() - unique.size(), items.size());
    }
    return unique;
  }

  private void report(List<String> problems) {
    if (!problems.isEmpty()) {
      log.printf("skipped %d files:%n", problems.size());
      problems.stream().limit(MOST_PROBLEMS).forEach(problem -> log.printf("  %s%n", problem));
      if (problems.size() > MOST_PROBLEMS) {
        log.printf("  and %d more%n", problems.size() - MOST_PROBLEMS);
      }
    }
    print(warnings, log);
    warnings.clear();
    log.flush();
  }

  /** How much was amiss with recordings that were read all the same, and what, in one line. */
  public static void print(Set<String> warnings, PrintWriter log) {
    if (!warnings.isEmpty()) {
      log.printf(
          "warnings of recordings: %d, the first: %s%n",
          warnings.size(), warnings.iterator().next());
      log.flush();
    }
  }

  private WindowedFeatures analyze(
      Hashed item, FeatureExtractor extractor, Optional<EncoderPooling> pooling)
      throws IOException {
    AudioClip audio = AudioFiles.read(item.recording().file());
    warnings.addAll(audio.warnings());
    WindowedFeatures features =
        WindowedFeatures.of(audio, item.sha256(), settings, extractor)
            .orElseThrow(() -> new CorpusException("too short to analyze"));
    return pooling.isPresent() ? features.pooled(pooling.get()) : features;
  }

  private static Map<String, Integer> labelCounts(List<Recording> recordings) {
    Map<String, Integer> counts = new TreeMap<>();
    recordings.forEach(recording -> counts.merge(recording.label(), 1, Integer::sum));
    return counts;
  }

  private static Hashed hash(Recording recording) throws IOException {
    if (Files.exists(recording.file()) && !Files.isRegularFile(recording.file())) {
      // A pipe or a device may never end.
      throw new CorpusException("it is no file, but a folder, a pipe, or a device");
    }
    MessageDigest digest = Corpus.newDigest();
    try (InputStream in = new DigestInputStream(Files.newInputStream(recording.file()), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return new Hashed(recording, HexFormat.of().formatHex(digest.digest()));
  }
}
