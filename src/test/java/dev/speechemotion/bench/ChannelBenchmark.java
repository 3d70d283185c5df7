package dev.speechemotion.bench;

import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.audio.EncodingCheck;
import dev.speechemotion.audio.EncodingCheck.Finding;
import dev.speechemotion.features.ChannelAnalyzer;
import dev.speechemotion.features.FeatureExtractor;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.features.window.WindowSink;
import java.io.IOException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A call's channel as it streams: chunks of 20 ms, decoded, to features, voice activity and
 * windows.
 */
@State(Scope.Benchmark)
public class ChannelBenchmark {
  static final int CHUNK_SAMPLES = 160;

  @Param({"telephone-8k", "telephone-8k-extended"})
  public String channel;

  private byte[] payload;
  private float[] samples;
  private ChannelAnalyzer analyzer;
  private final EncodingCheck check = new EncodingCheck(AudioEncoding.MULAW, 8_000);
  private float lastFeature;
  private final WindowSink sink =
      (beginMs, endMs, speechShare, features) -> lastFeature = features[0];

  @Setup
  public void setUp() throws IOException {
    float[] speech = Recordings.speech(8_000);
    payload = new byte[speech.length];
    AudioEncoding.MULAW.encode(speech, 0, speech.length, payload, 0);
    samples = new float[CHUNK_SAMPLES];
    analyzer =
        new ChannelAnalyzer(
            new FeatureExtractor(FeatureSpec.named(channel).orElseThrow()),
            WindowSettings.DEFAULT,
            8_000);
  }

  /** What it costs beside to check whether the payload is what it is said to be. */
  @Benchmark
  public Finding mulawChecked() {
    for (int at = 0; at < payload.length; ) {
      int count = Math.min(CHUNK_SAMPLES - at % CHUNK_SAMPLES, payload.length - at);
      count = Math.min(count, check.samplesLeft());
      check.accept(payload, at, 1, count);
      at += count;
    }
    return check.finding();
  }

  /** The recording once more, as if the call went on. */
  @Benchmark
  public float mulawToWindows() {
    for (int at = 0; at < payload.length; at += CHUNK_SAMPLES) {
      int count = Math.min(CHUNK_SAMPLES, payload.length - at);
      AudioEncoding.MULAW.decode(payload, at, 1, count, samples, 0);
      analyzer.accept(samples, 0, count, sink);
    }
    return lastFeature;
  }
}
