package dev.speechemotion.training.corpus;

import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioFiles;
import dev.speechemotion.features.FeatureExtractor;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.training.augmentation.Condition;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The clips of a corpus that are of use, without duplicates, and what was left out and why. */
public final class Corpus {
  /** How a corpus is read. */
  public record Settings(
      List<String> labels, FeatureSpec spec, WindowSettings windows, Condition condition) {}

  private final String name;
  private final CorpusLayout layout;
  private final List<LabeledClip> clips;
  private final Map<String, Integer> leftOut;
  private final int duplicates;
  private final List<String> problems;

  private Corpus(
      String name,
      CorpusLayout layout,
      List<LabeledClip> clips,
      Map<String, Integer> leftOut,
      int duplicates,
      List<String> problems) {
    this.name = name;
    this.layout = layout;
    this.clips = clips;
    this.leftOut = leftOut;
    this.duplicates = duplicates;
    this.problems = problems;
  }

  /** Its name in this run. */
  public String name() {
    return name;
  }

  public CorpusLayout layout() {
    return layout;
  }

  /** In the order of their ids. */
  public List<LabeledClip> clips() {
    return clips;
  }

  /** Number of recordings by label that nobody asked for. */
  Map<String, Integer> leftOut() {
    return leftOut;
  }

  /** The same as text, such as {@code 400 disgust}; {@code nothing} if no clip was left out. */
  public String leftOutText() {
    return leftOut.isEmpty()
        ? "nothing"
        : leftOut.entrySet().stream()
            .map(entry -> entry.getValue() + " " + entry.getKey())
            .collect(Collectors.joining(", "));
  }

  /** Number of files dropped because another has the same content. */
  public int duplicates() {
    return duplicates;
  }

  /** A line for each file that was skipped. */
  public List<String> problems() {
    return problems;
  }

  /** SHA-256 over the clips' own, sorted, each followed by a line feed. */
  public String sha256() {
    MessageDigest digest = newDigest();
    clips.stream()
        .map(LabeledClip::sha256)
        .sorted()
        .forEach(hash -> digest.update((hash + "\n").getBytes(StandardCharsets.US_ASCII)));
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * Reads and analyzes a corpus on all cores. What is left out is said in {@code log}.
   *
   * @param name the corpus's name in this run
   * @throws CorpusException if nothing is left
   */
  public static Corpus load(
      String name,
      CorpusLayout layout,
      Path root,
      Settings settings,
      FeatureCache cache,
      PrintWriter log)
      throws IOException {
    CorpusLayout.Listing listing = layout.list(root);
    List<String> problems = new ArrayList<>(listing.problems());
    Map<String, Integer> leftOut = new TreeMap<>();
    List<Recording> wanted = new ArrayList<>();
    for (Recording recording : listing.recordings()) {
      if (settings.labels().contains(recording.label())) {
        wanted.add(recording);
      } else {
        leftOut.merge(recording.label(), 1, Integer::sum);
      }
    }
    if (!leftOut.isEmpty()) {
      log.printf("left out, because their labels are not asked for: %s%n", leftOut);
    }

    int cores = Runtime.getRuntime().availableProcessors();
    ExecutorService threads = Executors.newFixedThreadPool(cores);
    try {
      List<Hashed> hashed =
          inParallel(threads, "hashing", wanted, Recording::id, Corpus::hash, problems, log);
      List<Hashed> unique = dropDuplicates(hashed, log);

      ThreadLocal<FeatureExtractor> extractors =
          ThreadLocal.withInitial(() -> new FeatureExtractor(settings.spec()));
      AtomicInteger fromCache = new AtomicInteger();
      // One line for all files is enough.
      AtomicReference<IOException> notKept = new AtomicReference<>();
      List<LabeledClip> clips =
          inParallel(
              threads,
              "analysing",
              unique,
              item -> item.recording().id(),
              item -> {
                String key = FeatureCache.key(item.sha256(), settings);
                Optional<WindowedFeatures> kept =
                    cache.get(key, settings.spec().windowFeatureCount());
                if (kept.isPresent()) {
                  fromCache.incrementAndGet();
                  return new LabeledClip(name, item.recording(), item.sha256(), kept.get());
                }
                WindowedFeatures features = analyze(item, settings, extractors.get());
                try {
                  cache.put(key, features);
                } catch (IOException e) {
                  notKept.compareAndSet(null, e);
                }
                return new LabeledClip(name, item.recording(), item.sha256(), features);
              },
              problems,
              log);

      if (fromCache.get() > 0) {
        log.printf("features of %d of %d files were in the cache%n", fromCache.get(), clips.size());
      }
      if (notKept.get() != null) {
        log.printf(
            "the feature cache cannot be written (%s); choose another place with --cache%n",
            notKept.get());
      }
      report(problems, log);
      if (clips.isEmpty()) {
        throw new CorpusException(
            "no usable recordings with labels %s under %s (its labels: %s); choose with --labels"
                .formatted(settings.labels(), root, labelCounts(listing.recordings())));
      }
      return new Corpus(
          name,
          layout,
          List.copyOf(clips),
          leftOut,
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
  private static <A, B> List<B> inParallel(
      ExecutorService threads,
      String task,
      List<A> items,
      Function<A, String> id,
      Work<A, B> work,
      List<String> problems,
      PrintWriter log)
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
    if (cause instanceof IOException || cause instanceof IllegalArgumentException) {
      return cause.getMessage();
    }
    throw new IllegalStateException(cause);
  }

  private static List<Hashed> dropDuplicates(List<Hashed> items, PrintWriter log) {
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

  private static void report(List<String> problems, PrintWriter log) {
    if (!problems.isEmpty()) {
      log.printf("skipped %d files:%n", problems.size());
      problems.forEach(problem -> log.printf("  %s%n", problem));
    }
    log.flush();
  }

  private static WindowedFeatures analyze(
      Hashed item, Settings settings, FeatureExtractor extractor) throws IOException {
    AudioClip audio = AudioFiles.read(item.recording().file());
    float[] samples =
        settings
            .condition()
            .apply(
                audio.mono(),
                audio.sampleRateHz(),
                Long.parseUnsignedLong(item.sha256(), 0, 16, 16));
    int rateHz = settings.condition().sampleRateHz(audio.sampleRateHz());

    return WindowedFeatures.of(samples, rateHz, extractor, settings.windows())
        .orElseThrow(() -> new CorpusException("too short to analyse"));
  }

  private static Map<String, Integer> labelCounts(List<Recording> recordings) {
    Map<String, Integer> counts = new TreeMap<>();
    recordings.forEach(recording -> counts.merge(recording.label(), 1, Integer::sum));
    return counts;
  }

  private static Hashed hash(Recording recording) throws IOException {
    MessageDigest digest = newDigest();
    try (InputStream in = new DigestInputStream(Files.newInputStream(recording.file()), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return new Hashed(recording, HexFormat.of().formatHex(digest.digest()));
  }

  private static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
