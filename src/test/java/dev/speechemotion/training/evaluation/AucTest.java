package dev.speechemotion.training.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class AucTest {
  @Test
  void shouldBeOneWhereAllThatAreScoreHigher() {
    assertThat(Auc.of(new double[] {1, 3, 2, 4}, new boolean[] {false, true, false, true}))
        .hasValue(1);
    assertThat(Auc.of(new double[] {1, 3, 2, 4}, new boolean[] {true, false, true, false}))
        .hasValue(0);
  }

  @Test
  void shouldBeTheShareOfPairsInOrder() {
    // Of the 2 times 3 pairs, 0.4 is above two and 0.9 above three.
    assertThat(
            Auc.of(
                new double[] {0.9, 0.5, 0.4, 0.3, 0.2},
                new boolean[] {true, false, true, false, false}))
        .hasValue(5 / 6.0);
  }

  @Test
  void shouldCountEqualScoresHalf() {
    assertThat(Auc.of(new double[] {0, 0, 0, 0}, new boolean[] {true, false, false, true}))
        .hasValue(0.5);
    // Pairs: 2 against 1 and 2: 1 and a half; 2 against 3: 0.
    assertThat(Auc.of(new double[] {2, 1, 2, 3}, new boolean[] {true, false, false, false}))
        .hasValue(1.5 / 3);
  }

  @Test
  void shouldAgreeWithCountingAllPairs() {
    Random random = new Random(1);
    double[] scores = new double[200];
    boolean[] positive = new boolean[200];
    for (int i = 0; i < scores.length; i++) {
      positive[i] = random.nextInt(3) == 0;
      // Of few values, so that there are many equal ones.
      scores[i] = random.nextInt(12) + (positive[i] ? 2 : 0);
    }
    double won = 0;
    int pairs = 0;
    for (int i = 0; i < scores.length; i++) {
      for (int j = 0; j < scores.length; j++) {
        if (positive[i] && !positive[j]) {
          won += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
          pairs++;
        }
      }
    }

    assertThat(Auc.of(scores, positive).getAsDouble()).isCloseTo(won / pairs, within(1e-12));
  }

  @Test
  void shouldNotExistWhereThereIsNothingToTellApart() {
    assertThat(Auc.of(new double[] {1, 2}, new boolean[] {true, true})).isEmpty();
    assertThat(Auc.of(new double[] {1, 2}, new boolean[] {false, false})).isEmpty();
    assertThat(Auc.of(new double[0], new boolean[0])).isEmpty();
  }
}
