package dev.speechemotion.training;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GivenOptionsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "data/TESS  | data/TESS",
        "my calls   | 'my calls'",
        "`x` & $(y) | '`x` & $(y)'",
        "it's       | 'it'\\''s'",
      })
  void shouldBeOneWordForAShell(String value, String quoted) {
    assertThat(GivenOptions.quoted(value)).isEqualTo(quoted);
  }
}
