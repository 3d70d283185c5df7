package dev.speechemotion.training.corpus;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * Features on disk, so that a second experiment starts at once. An entry's name is a hash of all
 * that it depends on: the recording's content, feature spec, windows, condition, and the version of
 * the code. Entries are never changed; one that cannot be read is as good as none. It holds
 * features, no audio, and may be deleted at any time.
 */
public final class FeatureCache {
  /**
   * Raised whenever the same recording gives other features: after a change of decoding,
   * resampling, framing, features, voice activity, window statistics or conditions.
   */
  static final int CODE_VERSION = 2;

  private static final int MAGIC = 0x53455346;
  private static final int MAX_ENTRY_BYTES = 64 << 20;

  /** Null: nothing is kept. */
  private final Path directory;

  private FeatureCache(Path directory) {
    this.directory = directory;
  }

  public static FeatureCache none() {
    return new FeatureCache(null);
  }

  public static FeatureCache in(Path directory) {
    return new FeatureCache(directory);
  }

  /** {@code speech-emotion-streams/features} where this system keeps its users' caches. */
  public static Path defaultDirectory() {
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

  /** Name of the entry for a recording of that content, analysed so. */
  public static String key(String contentSha256, Corpus.Settings settings) {
    return key(contentSha256, settings, "");
  }

  /** The same after something was done to it, which {@code change} says in full. */
  public static String key(String contentSha256, Corpus.Settings settings, String change) {
    String text =
        String.join(
            "\n",
            contentSha256,
            settings.spec().toString(),
            settings.windows().toString(),
            settings.condition().id() + change,
            "code " + CODE_VERSION);
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The entry, or empty where there is none that can be read. */
  public Optional<WindowedFeatures> get(String key, int featureCount) {
    if (directory == null) {
      return Optional.empty();
    }
    try {
      Path file = file(key);
      if (!Files.isRegularFile(file) || Files.size(file) > MAX_ENTRY_BYTES) {
        return Optional.empty();
      }
      byte[] bytes = Files.readAllBytes(file);
      CRC32 sum = new CRC32();
      sum.update(bytes, 0, Math.max(0, bytes.length - Long.BYTES));
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
      if (in.readInt() != MAGIC) {
        return Optional.empty();
      }
      double durationSeconds = in.readDouble();
      int windowCount = in.readInt();
      long expected =
          Integer.BYTES * 2L
              + Double.BYTES
              + windowCount * (1L + featureCount) * Float.BYTES
              + Long.BYTES;
      if (windowCount < 1 || bytes.length != expected) {
        return Optional.empty();
      }
      float[] voicedShares = new float[windowCount];
      List<float[]> windows = new ArrayList<>(windowCount);
      for (int window = 0; window < windowCount; window++) {
        voicedShares[window] = in.readFloat();
        float[] features = new float[featureCount];
        for (int i = 0; i < featureCount; i++) {
          features[i] = in.readFloat();
        }
        windows.add(features);
      }
      return in.readLong() == sum.getValue()
          ? Optional.of(new WindowedFeatures(durationSeconds, windows, voicedShares))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * Keeps an entry.
   *
   * @throws IOException if it cannot be written
   */
  public void put(String key, WindowedFeatures features) throws IOException {
    if (directory == null) {
      return;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(MAGIC);
    out.writeDouble(features.durationSeconds());
    out.writeInt(features.windows().size());
    for (int window = 0; window < features.windows().size(); window++) {
      out.writeFloat(features.voicedShares()[window]);
      for (float feature : features.windows().get(window)) {
        out.writeFloat(feature);
      }
    }
    CRC32 sum = new CRC32();
    sum.update(bytes.toByteArray());
    out.writeLong(sum.getValue());

    Path file = file(key);
    Files.createDirectories(file.getParent());
    // Under a name of its own first: another process may be writing the same entry.
    Path temporary = Files.createTempFile(file.getParent(), "new-", ".tmp");
    try {
      Files.write(temporary, bytes.toByteArray());
      try {
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
      }
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** In folders by the key's first byte, so that none holds too many files. */
  private Path file(String key) {
    return directory.resolve(key.substring(0, 2)).resolve(key);
  }
}
