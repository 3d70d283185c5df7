package dev.speechemotion.training.corpus;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * Features that are kept, so that a second experiment starts at once. An entry's name is a hash of
 * all that it depends on: the recording's content, feature spec, windows, condition, and the
 * version of the code. Entries are never changed; one that cannot be read is as good as none. It
 * holds features, no audio, and may be deleted at any time.
 */
public interface FeatureCache {
  /**
   * Raised whenever the same recording gives other features: after a change of decoding,
   * resampling, framing, features, voice activity, window statistics or conditions.
   */
  int CODE_VERSION = 4;

  /** The entry, or empty where there is none that can be read. */
  Optional<WindowedFeatures> get(String key, int featureCount);

  /**
   * Keeps an entry.
   *
   * @throws IOException if it cannot be written
   */
  void put(String key, WindowedFeatures features) throws IOException;

  /** Keeps nothing. */
  static FeatureCache none() {
    return new FeatureCache() {
      @Override
      public Optional<WindowedFeatures> get(String key, int featureCount) {
        return Optional.empty();
      }

      @Override
      public void put(String key, WindowedFeatures features) {}
    };
  }

  /** On disk. */
  static FeatureCache in(Path directory) {
    return new FeatureFiles(directory);
  }

  /** {@code speech-emotion-streams/features} where this system keeps its users' caches. */
  static Path defaultDirectory() {
    Path home = Path.of(System.getProperty("user.home"));
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    Path caches;
    if (system.startsWith("windows")) {
      caches = directoryOf("LOCALAPPDATA").orElse(home.resolve("AppData/Local"));
    } else if (system.startsWith("mac")) {
      caches = home.resolve("Library/Caches");
    } else {
      caches = directoryOf("XDG_CACHE_HOME").orElse(home.resolve(".cache"));
    }
    return caches.resolve("speech-emotion-streams").resolve("features");
  }

  private static Optional<Path> directoryOf(String variable) {
    String value = System.getenv(variable);
    return value == null || value.isBlank() ? Optional.empty() : Optional.of(Path.of(value));
  }

  /** Name of the entry for a recording of that content, analyzed so. */
  static String key(String contentSha256, Corpus.Settings settings) {
    return key(contentSha256, settings, "");
  }

  /** The same after something was done to it, which {@code change} says in full. */
  static String key(String contentSha256, Corpus.Settings settings, String change) {
    String text =
        String.join(
            "\n",
            contentSha256,
            settings.spec().toString(),
            settings.windows().toString(),
            settings.condition().id()
                + change
                + settings.encoder().map(encoder -> " encoder " + encoder.id()).orElse(""),
            "code " + CODE_VERSION);
    return HexFormat.of()
        .formatHex(Corpus.newDigest().digest(text.getBytes(StandardCharsets.UTF_8)));
  }
}
