package dev.speechemotion.bench;

import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.audio.resampling.Resampler;
import java.io.IOException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Chunks of 20 ms, decoded and resampled to 16 kHz: mu-law at 8 kHz, 16-bit PCM above. */
@State(Scope.Benchmark)
public class ResamplingBenchmark {
  static final int OUTPUT_RATE_HZ = 16_000;

  @Param({"8000", "48000"})
  public int inputRateHz;

  private AudioEncoding encoding;
  private byte[] payload;
  private int sampleCount;
  private float[] samples;
  private float[] resampled;
  private Resampler resampler;

  @Setup
  public void setUp() throws IOException {
    encoding = inputRateHz == 8_000 ? AudioEncoding.MULAW : AudioEncoding.PCM_S16LE;
    float[] speech =
        Resampler.resample(Recordings.speech(OUTPUT_RATE_HZ), OUTPUT_RATE_HZ, inputRateHz);
    sampleCount = speech.length;
    payload = new byte[sampleCount * encoding.bytesPerSample()];
    encoding.encode(speech, 0, sampleCount, payload, 0);
    samples = new float[inputRateHz / 50];
    resampler = new Resampler(inputRateHz, OUTPUT_RATE_HZ);
    resampled = new float[resampler.maxOutputCount(samples.length)];
  }

  @Benchmark
  public int decodeAndResample() {
    int written = 0;
    for (int at = 0; at < sampleCount; at += samples.length) {
      int count = Math.min(samples.length, sampleCount - at);
      encoding.decode(payload, at * encoding.bytesPerSample(), 1, count, samples, 0);
      written += resampler.process(samples, 0, count, resampled, 0);
    }
    return written;
  }
}
