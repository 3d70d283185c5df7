package dev.speechemotion.training.fitting;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ExamplesTest {
  @Test
  void shouldDrawEachGroupAsOftenAsAnyOther() {
    String[] groups = new String[10_000];
    for (int i = 0; i < groups.length; i++) {
      groups[i] = i < 100 ? "rare" : i < 1_000 ? "some" : "common";
    }

    int[] order = Examples.balancedOrder(groups, new Random(1));

    Map<String, Long> drawn =
        Arrays.stream(order)
            .mapToObj(i -> groups[i])
            .collect(Collectors.groupingBy(name -> name, Collectors.counting()));
    assertThat(order).hasSize(10_000);
    assertThat(drawn.values()).hasSize(3).allMatch(count -> Math.abs(count - 3_333) < 200);
  }
}
