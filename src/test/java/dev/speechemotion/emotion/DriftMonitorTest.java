package dev.speechemotion.emotion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class DriftMonitorTest {
  private static final ModelIdentity MODEL = new ModelIdentity("fixture", "1", "0");
  private static final int LABELS = 2;
  private static final float[] FIRST = {0.9f, 0.1f};
  private static final float[] SECOND = {0.2f, 0.8f};

  private final AtomicLong nanos = new AtomicLong();
  private final Random random = new Random(1);

  @Test
  void shouldGiveTheIndexThatOneComputesByHand() {
    DriftMonitor monitor = monitor(PopulationShares.normal(1), "mfcc");

    // A quarter in the lowest bin, three quarters in the highest, nothing between.
    feed(monitor, 8_000, i -> new float[] {i % 4 == 0 ? -2 : 2});
    pass(Duration.ofMinutes(1));

    // (0.25 - 0.1) ln 2.5 + (0.75 - 0.1) ln 7.5, and 8 times (0.001 - 0.1) ln 0.01.
    assertThat(monitor.figures().psi().get("mfcc"))
        .isCloseTo(0.13744 + 1.30967 + 8 * 0.45591, within(0.005));
  }

  @Test
  void shouldCompareAnswersWithTheSharesOfThePopulation() {
    DriftMonitor monitor = monitor(new PopulationShares(500, bins(1), List.of(0.5f, 0.5f)), "mfcc");
    assertThat(monitor.groups()).containsExactly("mfcc", DriftMonitor.CLASSES);

    for (int i = 0; i < 5_000; i++) {
      monitor.count(gaussian(1), i % 5 == 0 ? FIRST : SECOND);
    }
    pass(Duration.ofMinutes(1));

    // (0.2 - 0.5) ln 0.4 + (0.8 - 0.5) ln 1.6
    assertThat(monitor.figures().psi().get(DriftMonitor.CLASSES))
        .isCloseTo(0.27489 + 0.14100, within(0.001));
    assertThat(monitor.figures().psi().get("mfcc")).isLessThan(0.01);
  }

  @Test
  void shouldSayNothingOfAnswersWhoseSharesAreNotKnown() {
    DriftMonitor monitor = monitor(PopulationShares.normal(1), "mfcc");

    feed(monitor, 5_000, i -> gaussian(1));
    pass(Duration.ofMinutes(1));

    assertThat(monitor.groups()).containsExactly("mfcc");
    assertThat(monitor.figures().psi()).containsOnlyKeys("mfcc");
  }

  @Test
  void shouldTellWhichGroupHasMovedByTheMeanOfItsFeatures() {
    DriftMonitor monitor = monitor(PopulationShares.normal(3), "mfcc", "mfcc", "pitch");

    feed(
        monitor,
        20_000,
        i -> {
          float[] vector = gaussian(3);
          vector[1] += 1;
          return vector;
        });
    pass(Duration.ofMinutes(1));

    // Of a normal law that has moved by its deviation, the index would be 1 in infinitely many
    // bins.
    double psi = monitor.figures().psi().get("mfcc");
    assertThat(psi).isBetween(0.4, 0.5);
    assertThat(psi).isGreaterThan(DriftMonitor.DRIFT);
    assertThat(monitor.figures().psi().get("pitch")).isLessThan(0.01);
  }

  @Test
  void shouldLookOnlyAtTheColumnsThatCount() {
    DriftMonitor monitor =
        new DriftMonitor(
            MODEL,
            PopulationShares.normal(1),
            2,
            new int[] {1},
            List.of("chroma", "mfcc"),
            LABELS,
            nanos::get);

    feed(monitor, 5_000, i -> new float[] {100, gaussian(1)[0]});
    pass(Duration.ofMinutes(1));

    assertThat(monitor.figures().psi()).containsOnlyKeys("mfcc");
    assertThat(monitor.figures().psi().get("mfcc")).isLessThan(0.01);
  }

  @Test
  void shouldCountAWindowOfFramesOnce() {
    DriftMonitor monitor = monitor(PopulationShares.normal(1), "logmel");

    feed(
        monitor,
        2_000,
        i -> {
          float[] frames = gaussian(5);
          frames[4] = Float.NaN;
          return frames;
        });
    pass(Duration.ofMinutes(1));

    assertThat(monitor.figures().windows()).isCloseTo(2_000 * Math.exp(-1 / 60.0), within(0.1));
    assertThat(monitor.figures().psi().get("logmel")).isLessThan(0.02);
  }

  @Test
  void shouldGiveNoIndexOfFewWindows() {
    DriftMonitor monitor = monitor(PopulationShares.normal(1), "mfcc");

    feed(monitor, DriftMonitor.LEAST_WINDOWS, i -> gaussian(1));
    pass(Duration.ofMinutes(1));

    assertThat(monitor.figures().windows()).isBetween(900.0, 1_000.0);
    assertThat(monitor.figures().psi()).as("a few have faded").isEmpty();
  }

  @Test
  void shouldMakeFiguresOnceAMinute() {
    DriftMonitor monitor = monitor(PopulationShares.normal(1), "mfcc");
    feed(monitor, 5_000, i -> gaussian(1));
    assertThat(monitor.figures().windows()).isZero();

    pass(Duration.ofSeconds(59));
    assertThat(monitor.figures().windows()).isZero();

    pass(Duration.ofSeconds(1));
    DriftMonitor.Figures figures = monitor.figures();
    assertThat(figures.windows()).isPositive();

    feed(monitor, 5_000, i -> gaussian(1));
    assertThat(monitor.figures()).isSameAs(figures);
  }

  @Test
  void shouldForgetWhatIsLongAgo() {
    DriftMonitor monitor = monitor(PopulationShares.normal(1), "mfcc");
    feed(monitor, 10_000, i -> new float[] {2});
    pass(Duration.ofMinutes(1));
    assertThat(monitor.figures().psi().get("mfcc")).isGreaterThan(DriftMonitor.DRIFT);

    // An hour leaves a share of 1/e.
    pass(Duration.ofMinutes(59));
    assertThat(monitor.figures().windows()).isCloseTo(10_000 / Math.E, within(0.1));

    for (int minute = 0; minute < 300; minute++) {
      feed(monitor, 200, i -> gaussian(1));
      pass(Duration.ofMinutes(1));
    }
    assertThat(monitor.figures().psi().get("mfcc")).isLessThan(0.02);
    assertThat(monitor.figures().windows()).isLessThan(200 * 60);

    pass(Duration.ofDays(1));
    assertThat(monitor.figures().psi()).as("nothing was heard for a day").isEmpty();
  }

  @Test
  void shouldCountTheWindowsOfAllThreads() throws Exception {
    DriftMonitor monitor = monitor(PopulationShares.normal(1), "mfcc");
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      Thread thread = new Thread(() -> feed(monitor, 5_000, i -> new float[] {i % 2 - 0.5f}));
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    pass(Duration.ofMinutes(1));

    assertThat(monitor.figures().windows()).isCloseTo(20_000 * Math.exp(-1 / 60.0), within(0.1));
  }

  @Test
  void shouldMeasureThePopulationAsItIsWatched() {
    ShareCounts counts = new ShareCounts(1, new int[] {0}, LABELS);
    // Far from normal, and from being alike in answers.
    IntFunction<float[]> skewed = i -> new float[] {(float) Math.exp(gaussian(1)[0]) - 1};
    for (int i = 0; i < 5_000; i++) {
      counts.count(skewed.apply(i), i % 10 == 0 ? FIRST : SECOND);
    }

    PopulationShares population = counts.shares();
    DriftMonitor monitor = monitor(population, "mfcc");
    for (int i = 0; i < 5_000; i++) {
      monitor.count(skewed.apply(i), i % 10 == 0 ? FIRST : SECOND);
    }
    pass(Duration.ofMinutes(1));

    assertThat(population.windows()).isEqualTo(5_000);
    assertThat(population.labels().get(0)).isCloseTo(0.1f, within(0.001f));
    assertThat(monitor.figures().psi().values())
        .allSatisfy(psi -> assertThat(psi).isLessThan(0.01));
  }

  @Test
  void shouldRefuseSharesThatAreNone() {
    assertThatThrownBy(() -> new PopulationShares(1, bins(1), List.of(0.5f, 0.6f)))
        .hasMessageContaining("sum to 1, got [0.5, 0.6]");
    assertThatThrownBy(() -> new PopulationShares(1, bins(1), List.of(1.5f, -0.5f)))
        .hasMessageContaining("must not be negative");
    assertThatThrownBy(() -> new PopulationShares(1, List.of(List.of(0.5f, 0.5f)), List.of()))
        .hasMessageContaining("10 bins each, got 2");
    assertThatThrownBy(() -> new PopulationShares(-1, bins(1), List.of()))
        .hasMessageContaining("windows must not be negative");
  }

  private static List<List<Float>> bins(int features) {
    return Collections.nCopies(features, Collections.nCopies(PopulationShares.BINS, 0.1f));
  }

  private DriftMonitor monitor(PopulationShares population, String... groups) {
    int[] columns = new int[groups.length];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = i;
    }
    return new DriftMonitor(
        MODEL, population, columns.length, columns, List.of(groups), LABELS, nanos::get);
  }

  private void feed(DriftMonitor monitor, int windows, IntFunction<float[]> vectors) {
    for (int i = 0; i < windows; i++) {
      monitor.count(vectors.apply(i), FIRST);
    }
  }

  private float[] gaussian(int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }
}
