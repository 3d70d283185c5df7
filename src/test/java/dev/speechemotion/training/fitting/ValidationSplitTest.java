package dev.speechemotion.training.fitting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.training.corpus.Clips;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.evaluation.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ValidationSplitTest {
  private static final List<String> LABELS = List.of("angry", "happy", "sad");

  @Test
  void shouldKeepWholeVoicesAsideWhereThereAreMany() {
    List<String> actors = IntStream.range(0, 12).mapToObj("actor%02d"::formatted).toList();
    List<LabeledClip> clips = new ArrayList<>(Clips.all("many", LABELS, actors, 4, 1));
    clips.addAll(Clips.all("few", LABELS, List.of("actor00", "x"), 10, 1));

    ValidationSplit parts = ValidationSplit.once(clips, 0.1, 1);

    Set<String> fitted = Protocol.Fold.values(parts.fit(), LabeledClip::voice);
    Set<String> aside = Protocol.Fold.values(parts.aside(), LabeledClip::voice);
    assertThat(parts.voices()).isEqualTo(2);
    assertThat(aside).hasSize(2).allMatch(voice -> voice.startsWith("many"));
    assertThat(fitted.stream().filter(voice -> voice.startsWith("many")))
        .hasSize(10)
        .doesNotContainAnyElementsOf(aside);
    assertThat(fitted).contains("few/actor00", "few/x");
    assertThat(parts.fit().stream().filter(clip -> clip.corpus().equals("few"))).hasSize(60);
    assertThat(parts.fit().size() + parts.aside().size()).isEqualTo(clips.size());
  }

  @Test
  void shouldKeepAShareOfEachLabelsClipsAsideWhereVoicesAreFew() {
    ValidationSplit parts =
        ValidationSplit.once(Clips.all(LABELS, List.of("a", "b"), 10, 1), 0.1, 1);

    assertThat(parts.voices()).isZero();
    assertThat(parts.aside())
        .extracting(LabeledClip::label)
        .hasSize(6)
        .contains("angry", "happy", "sad");
    assertThat(parts.fit()).hasSize(54);
  }

  @Test
  void shouldKeepTheSameAsideForTheSameSeedOnly() {
    List<String> actors = IntStream.range(0, 12).mapToObj("actor%02d"::formatted).toList();
    List<LabeledClip> clips = Clips.all(LABELS, actors, 2, 1);

    assertThat(ValidationSplit.once(clips, 0.1, 1).aside())
        .isEqualTo(ValidationSplit.once(clips, 0.1, 1).aside());
    assertThat(
            IntStream.range(0, 20)
                .mapToObj(seed -> ValidationSplit.once(clips, 0.1, seed).aside())
                .distinct())
        .hasSizeGreaterThan(5);
  }

  @Test
  void shouldLeaveAVoiceToFitOn() {
    List<LabeledClip> clips = Clips.all(LABELS, List.of("a", "b", "c", "d", "e"), 2, 1);

    assertThat(ValidationSplit.once(clips, 0.99, 1).fit()).isNotEmpty();
  }

  @Test
  void shouldKeepEachVoiceAsideOnceOverTheFolds() {
    List<String> actors = IntStream.range(0, 12).mapToObj("actor%02d"::formatted).toList();
    List<LabeledClip> clips = new ArrayList<>(Clips.all("many", LABELS, actors, 2, 1));
    clips.addAll(Clips.all("few", LABELS, List.of("x", "y"), 10, 1));

    List<ValidationSplit> folds = ValidationSplit.folds(clips, 4, 1);

    assertThat(folds).hasSize(4);
    assertThat(folds).extracting(ValidationSplit::voices).containsExactly(4, 4, 3, 3);
    assertThat(folds.stream().flatMap(fold -> fold.aside().stream()))
        .containsExactlyInAnyOrderElementsOf(clips);
    for (ValidationSplit fold : folds) {
      Set<String> aside = Protocol.Fold.values(fold.aside(), LabeledClip::voice);
      assertThat(aside).hasSize(fold.voices());
      assertThat(fold.fit()).extracting(LabeledClip::voice).doesNotContainAnyElementsOf(aside);
      assertThat(fold.fit().size() + fold.aside().size()).isEqualTo(clips.size());
      // The few voices of a corpus are not all in one fold.
      assertThat(aside).doesNotContainSequence("few/x", "few/y");
    }
  }

  @Test
  void shouldMakeNoMoreFoldsThanThereAreVoicesAndNoneOfASingleVoice() {
    assertThat(ValidationSplit.folds(Clips.all(LABELS, List.of("a", "b"), 2, 1), 5, 1)).hasSize(2);
    assertThat(ValidationSplit.folds(Clips.all(LABELS, List.of("a"), 2, 1), 5, 1)).isEmpty();
  }
}
