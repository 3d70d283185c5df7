package dev.speechemotion.training.corpus;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;

/** A cache in a folder, a file for each entry, with a checksum at its end. */
final class FeatureFiles implements FeatureCache {
  private static final int MAGIC = 0x53455346;
  private static final int MAX_ENTRY_BYTES = 64 << 20;

  private final Path directory;

  FeatureFiles(Path directory) {
    this.directory = directory;
  }

  @Override
  public Optional<WindowedFeatures> get(String key, int featureCount) {
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
      float[] speechShares = new float[windowCount];
      List<float[]> windows = new ArrayList<>(windowCount);
      for (int window = 0; window < windowCount; window++) {
        speechShares[window] = in.readFloat();
        float[] features = new float[featureCount];
        for (int i = 0; i < featureCount; i++) {
          features[i] = in.readFloat();
        }
        windows.add(features);
      }
      return in.readLong() == sum.getValue()
          ? Optional.of(new WindowedFeatures(durationSeconds, windows, speechShares))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void put(String key, WindowedFeatures features) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(MAGIC);
    out.writeDouble(features.durationSeconds());
    out.writeInt(features.windows().size());
    for (int window = 0; window < features.windows().size(); window++) {
      out.writeFloat(features.speechShares()[window]);
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
