package dev.speechemotion.training.linear;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WindowReservoirTest {
  @Test
  void shouldKeepAllOfFewWindows() {
    assertThat(values(3)).containsExactly(0f, 1f, 2f);
  }

  @Test
  void shouldKeepSomeOfManyWindowsFromAllOverThem() {
    List<Float> kept = values(40_000);

    assertThat(kept).hasSize(10_000).doesNotHaveDuplicates();
    for (int quarter = 0; quarter < 4; quarter++) {
      float from = quarter * 10_000;
      assertThat(kept.stream().filter(value -> value >= from && value < from + 10_000).count())
          .isBetween(2_300L, 2_700L);
    }
    assertThat(values(40_000)).isEqualTo(kept);
  }

  private static List<Float> values(int count) {
    WindowReservoir reservoir = new WindowReservoir();
    for (int i = 0; i < count; i++) {
      reservoir.add(new float[] {i});
    }
    List<Float> values = new ArrayList<>();
    reservoir.windows().forEach(window -> values.add(window[0]));
    return values;
  }
}
