package dev.speechemotion.training.evaluation;

import dev.speechemotion.emotion.EmotionClassifier;
import java.util.Arrays;
import java.util.List;

/**
 * How long a network takes for a window, on one thread.
 *
 * @param medianMicros median over the calls, microseconds
 * @param calls number of calls that were timed
 */
public record InferenceTime(double medianMicros, int calls) {
  private static final long WARM_UP_NANOS = 500_000_000L;
  private static final long MEASURE_NANOS = 500_000_000L;
  private static final int MOST_CALLS = 20_000;

  /** Classifies the windows one by one, for a second; its first half does not count. */
  public static InferenceTime measure(EmotionClassifier classifier, List<float[]> windows) {
    float[] probabilities = new float[classifier.labels().size()];
    long begin = System.nanoTime();
    for (int i = 0; System.nanoTime() - begin < WARM_UP_NANOS; i++) {
      classifier.classify(windows.get(i % windows.size()), 1, probabilities);
    }
    long[] nanos = new long[MOST_CALLS];
    int calls = 0;
    begin = System.nanoTime();
    while (calls < MOST_CALLS && (calls == 0 || System.nanoTime() - begin < MEASURE_NANOS)) {
      float[] window = windows.get(calls % windows.size());
      long before = System.nanoTime();
      classifier.classify(window, 1, probabilities);
      nanos[calls++] = System.nanoTime() - before;
    }
    Arrays.sort(nanos, 0, calls);
    return new InferenceTime(nanos[calls / 2] / 1e3, calls);
  }
}
