package dev.speechemotion.bench;

import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.streams.call.CallsToStore;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What a commit writes of a live channel, with a second of audio since the last one. */
@State(Scope.Benchmark)
public class StateBenchmark {
  static final int CALLS = 50;

  @Param({"telephone-8k-extended", "encoder-16k"})
  public String stored;

  private CallsToStore calls;

  @Setup
  public void setUp() throws Exception {
    calls =
        new CallsToStore(FeatureSpec.named(stored).orElseThrow(), CALLS, Recordings.speech(8_000));
  }

  @Setup(Level.Invocation)
  public void goOn() {
    calls.hear(1);
  }

  @Benchmark
  public void encode() {
    calls.commit();
  }

  /** What the setup stored. */
  @Benchmark
  public int decode() {
    return calls.restore();
  }
}
