package dev.speechemotion.golden;

import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.audio.AudioFiles;
import dev.speechemotion.audio.resampling.Resampler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The recordings that come with the repository, put together anew. */
final class Speech {
  static final Path DEMO = Path.of("src/main/resources/demo");
  static final Path REFERENCE = Path.of("src/test/resources/reference");
  static final int RATE_HZ = 16_000;

  private static final int SAMPLES_PER_MS = RATE_HZ / 1_000;
  private static final int PAUSE_AT_END_MS = 300;

  private Speech() {}

  /** All that is said in the demo's call without its pauses, as if by one person. */
  static float[] monologue(int rateHz) throws IOException {
    float[] samples = {};
    for (String[] turn : turns()) {
      samples = joined(samples, turn(turn));
    }
    return Resampler.resample(samples, RATE_HZ, rateHz);
  }

  /** The demo's call as the command plays it: the customer's channel and the agent's. */
  static float[][] call(int rateHz) throws IOException {
    List<String[]> turns = turns();
    float[][] channels = new float[2][];
    for (int c = 0; c < channels.length; c++) {
      float[] samples = {};
      for (String[] turn : turns) {
        float[] spoken = turn(turn);
        boolean isOurs = turn[0].equals("customer") == (c == 0);
        samples = joined(samples, new float[Integer.parseInt(turn[3]) * SAMPLES_PER_MS]);
        samples = joined(samples, isOurs ? spoken : new float[spoken.length]);
      }
      samples = joined(samples, new float[PAUSE_AT_END_MS * SAMPLES_PER_MS]);
      channels[c] = Resampler.resample(samples, RATE_HZ, rateHz);
    }
    return channels;
  }

  /** The call's script: role, file, acted, pause before in milliseconds. */
  private static List<String[]> turns() throws IOException {
    try (var lines = Files.lines(DEMO.resolve("call.csv"))) {
      return lines.skip(1).map(line -> line.split(",")).toList();
    }
  }

  private static float[] turn(String[] turn) throws IOException {
    return AudioFiles.read(DEMO.resolve(turn[1])).channel(0);
  }

  static float[] joined(float[] first, float[] second) {
    float[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  static Path write(Path file, float[]... channels) throws IOException {
    AudioFiles.writeWav(file, new AudioClip(RATE_HZ, channels), AudioEncoding.PCM_S16LE);
    return file;
  }

  /** Samples {@code from} to {@code to} of the channels, interleaved, in an encoding of a chunk. */
  static ByteBuffer encoded(String encoding, int from, int to, float[]... channels) {
    float[] interleaved = new float[(to - from) * channels.length];
    for (int i = 0; i < interleaved.length; i++) {
      interleaved[i] = channels[i % channels.length][from + i / channels.length];
    }
    AudioEncoding target = AudioEncoding.valueOf(encoding);
    byte[] payload = new byte[interleaved.length * target.bytesPerSample()];
    target.encode(interleaved, 0, interleaved.length, payload, 0);
    return ByteBuffer.wrap(payload);
  }
}
