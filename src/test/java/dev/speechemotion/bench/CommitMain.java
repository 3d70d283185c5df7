package dev.speechemotion.bench;

import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.streams.call.CallsToStore;
import java.util.Arrays;

/**
 * Prints how long a commit of a thousand live channels stops the thread, with RocksDB and without a
 * broker; and how much it writes.
 */
public final class CommitMain {
  private static final int CALLS = 1_000;
  private static final int COMMITS = 15;

  private CommitMain() {}

  /**
   * @param seconds between commits; none for 1 and 0.2
   */
  public static void main(String[] seconds) throws Exception {
    float[] speech = Recordings.speech(8_000);
    for (String interval : seconds.length == 0 ? new String[] {"1", "0.2"} : seconds) {
      for (String name : new String[] {"telephone-8k-extended", "encoder-16k"}) {
        print(FeatureSpec.named(name).orElseThrow(), Double.parseDouble(interval), speech);
      }
    }
  }

  private static void print(FeatureSpec spec, double seconds, float[] speech) throws Exception {
    double[] millis = new double[COMMITS];
    try (CallsToStore calls = CallsToStore.onDisk(spec, CALLS, speech)) {
      for (int i = 0; i < COMMITS; i++) {
        calls.hear(seconds);
        long began = System.nanoTime();
        calls.commit();
        millis[i] = (System.nanoTime() - began) / 1e6;
      }
    }
    Arrays.sort(millis);
    double puts = 0;
    double bytes = 0;
    int commits = (int) Math.round(3 / seconds);
    try (CallsToStore calls = new CallsToStore(spec, 1, speech)) {
      // The first ones store what was heard before.
      calls.hear(3);
      calls.commit();
      for (int i = 0; i < commits; i++) {
        calls.hear(seconds);
        calls.commit();
        puts += calls.putsPerCall() / 3;
        bytes += calls.bytesPerCall() / 3;
      }
    }
    System.out.printf(
        "%s, every %.1f s: %d channels stored in %.0f ms (least %.0f ms); a second of a channel:"
            + " %.1f puts, %.0f bytes%n",
        spec.name(), seconds, CALLS, millis[COMMITS / 2], millis[0], puts, bytes);
  }
}
