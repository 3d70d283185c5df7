package dev.speechemotion.audio;

import dev.speechemotion.fuzz.FuzzTarget;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Recordings. */
public final class SoundFileFuzz implements FuzzTarget {
  private static final Path CASES = Path.of("src/test/resources/cases");
  private static final int SEED_BYTES = 4_096;

  private Path file;

  @Override
  public List<byte[]> seeds() throws Exception {
    List<byte[]> seeds = new ArrayList<>();
    try (var files = Files.list(CASES)) {
      for (Path each : files.filter(name -> name.toString().endsWith(".wav")).sorted().toList()) {
        byte[] content = Files.readAllBytes(each);
        seeds.add(Arrays.copyOf(content, Math.min(content.length, SEED_BYTES)));
      }
    }
    Path made = Files.createTempFile("fuzz", ".wav");
    try {
      float[] sound = {0, 0.5f, -0.5f, 1, -1, 0.25f, 0, 0};
      for (AudioEncoding encoding : AudioEncoding.values()) {
        if (encoding != AudioEncoding.PCM_S16BE) {
          AudioFiles.writeWav(made, new AudioClip(11_025, sound, sound), encoding);
          seeds.add(Files.readAllBytes(made));
        }
      }
    } finally {
      Files.delete(made);
    }
    // AIFF-C of two samples at 22,050 Hz.
    seeds.add(
        HexFormat.of()
            .parseHex(
                "464F524D00000046"
                    + HexFormat.of().formatHex("AIFCCOMM".getBytes(StandardCharsets.US_ASCII))
                    + "000000180001000000020010400DAC44000000000000"
                    + HexFormat.of().formatHex("NONE".getBytes(StandardCharsets.US_ASCII))
                    + "0000"
                    + HexFormat.of().formatHex("SSND".getBytes(StandardCharsets.US_ASCII))
                    + "0000000C000000000000000012345678"));
    seeds.add("ID3\u0004\0\0\0\0\0\u0002xxfLaC".getBytes(StandardCharsets.ISO_8859_1));
    return seeds;
  }

  @Override
  public void read(byte[] input) throws Exception {
    if (file == null) {
      file = Files.createTempFile("fuzz", ".wav");
      file.toFile().deleteOnExit();
    }
    Files.write(file, input);
    AudioClip clip;
    try {
      clip = AudioFiles.read(file);
    } catch (AudioFormatException e) {
      if (!e.getMessage().startsWith(file.toString()) || e.getMessage().contains("\n")) {
        throw new AssertionError(e);
      }
      return;
    }
    for (float[] channel : clip.channels()) {
      for (float sample : channel) {
        // Resampling may go beyond 1 a little.
        if (!(Math.abs(sample) < 2)) {
          throw new AssertionError("a sample of " + sample);
        }
      }
    }
  }
}
