package dev.speechemotion.features.codes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackedCodesTest {
  private static final int ROWS = 9;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 46})
  void shouldHoldEachCodeByItself(int columns) {
    Random random = new Random(columns);
    short[][] expected = new short[ROWS][columns];
    PackedCodes byRow = new PackedCodes(ROWS, columns);
    PackedCodes byCode = new PackedCodes(ROWS, columns);
    // Twice, so that the second time something else was there.
    for (int time = 0; time < 2; time++) {
      for (int row = 0; row < ROWS; row++) {
        for (int column = 0; column < columns; column++) {
          int code = random.nextBoolean() ? FrameCodes.MAX : random.nextInt(FrameCodes.MAX);
          expected[row][column] = (short) code;
          byCode.set(row, column, code);
        }
        byRow.setRow(row, expected[row]);
      }
    }

    int[] actual = new int[2 + ROWS];
    for (PackedCodes codes : new PackedCodes[] {byRow, byCode}) {
      for (int column = 0; column < columns; column++) {
        codes.copyColumn(column, 1, ROWS - 1, actual, 2);
        codes.copyColumn(column, 0, 1, actual, 1);
        for (int row = 0; row < ROWS; row++) {
          assertThat(actual[row == 0 ? 1 : row + 1])
              .as("row %d, column %d", row, column)
              .isEqualTo(expected[row][column]);
        }
      }
    }
  }
}
