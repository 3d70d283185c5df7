package dev.speechemotion.training.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SampleTest {
  private static final List<Recording> RECORDINGS = recordings();

  /** Twenty that are angry, three that are sad, mixed. */
  private static List<Recording> recordings() {
    List<Recording> recordings = new ArrayList<>();
    for (int i = 0; i < 23; i++) {
      String id = "%02d.wav".formatted(i);
      recordings.add(new Recording(Path.of(id), id, i % 8 == 2 ? "sad" : "angry", "s", ""));
    }
    return recordings;
  }

  @Test
  void shouldDrawAtMostSoManyOfEachLabelInTheirOrder() {
    List<Recording> drawn = new Sample(5, 1).of(RECORDINGS);

    assertThat(drawn).filteredOn(recording -> recording.label().equals("angry")).hasSize(5);
    assertThat(drawn).filteredOn(recording -> recording.label().equals("sad")).hasSize(3);
    assertThat(drawn).extracting(Recording::id).isSorted();
  }

  @Test
  void shouldDrawTheSameForTheSameSeedOnly() {
    assertThat(new Sample(5, 1).of(RECORDINGS))
        .isEqualTo(new Sample(5, 1).of(RECORDINGS))
        .isNotEqualTo(new Sample(5, 2).of(RECORDINGS));
  }

  @Test
  void shouldLeaveOutNothingUnlessTold() {
    assertThat(Sample.ALL.of(RECORDINGS)).isEqualTo(RECORDINGS);
  }

  @Test
  void shouldRefuseToDrawNothing() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Sample(0, 1))
        .withMessageContaining("perClass must be 1 or above, got 0");
  }
}
