package dev.speechemotion.audio;

import dev.speechemotion.fuzz.FuzzTarget;
import java.util.List;

/** The audio of chunks: a byte that chooses the encoding, one for the channels, and the payload. */
public final class PayloadFuzz implements FuzzTarget {
  @Override
  public List<byte[]> seeds() {
    return List.of(
        new byte[] {0, 1, 0, 127, -128, -1},
        new byte[] {2, 2, 1, 2, 3, 4, 5, 6, 7, 8},
        new byte[] {4, 1, 0, 0, -128, 127, 0, 0, -64, 127, 1, 0, 0, 0});
  }

  @Override
  public void read(byte[] input) {
    if (input.length < 2) {
      return;
    }
    AudioEncoding[] encodings = AudioEncoding.values();
    AudioEncoding encoding = encodings[(input[0] & 0xFF) % encodings.length];
    int channels = 1 + (input[1] & 0xF);
    int frames = (input.length - 2) / (channels * encoding.bytesPerSample());
    float[] samples = new float[frames];
    for (int c = 0; c < channels; c++) {
      encoding.decode(input, 2 + c * encoding.bytesPerSample(), channels, frames, samples, 0);
      for (float sample : samples) {
        if (!(sample >= -1 && sample <= 1)) {
          throw new AssertionError("a sample of " + sample + " in " + encoding);
        }
      }
      byte[] encoded = new byte[frames * encoding.bytesPerSample()];
      encoding.encode(samples, 0, frames, encoded, 0);
      float[] again = new float[frames];
      encoding.decode(encoded, 0, 1, frames, again, 0);
      for (int i = 0; i < frames; i++) {
        if (samples[i] != again[i]) {
          throw new AssertionError(samples[i] + " became " + again[i] + " in " + encoding);
        }
      }
    }
  }
}
