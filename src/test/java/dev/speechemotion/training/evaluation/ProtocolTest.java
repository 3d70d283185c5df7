package dev.speechemotion.training.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.training.corpus.Clips;
import dev.speechemotion.training.corpus.CorpusException;
import dev.speechemotion.training.corpus.CorpusLayout;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.corpus.Recording;
import dev.speechemotion.training.corpus.WindowedFeatures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ProtocolTest {
  private static final List<String> LABELS = List.of("angry", "happy", "sad");

  @Test
  void shouldTestOnAFifthOfEachLabel() throws Exception {
    List<LabeledClip> clips = Clips.all(LABELS, List.of("OAF", "YAF"), 10, 1);

    List<Protocol.Fold> folds = protocol("tess-random").folds(clips, List.of(), 1);

    assertThat(folds).hasSize(1);
    assertThat(folds.get(0).test()).hasSize(12);
    for (String label : LABELS) {
      assertThat(folds.get(0).test()).filteredOn(clip -> clip.label().equals(label)).hasSize(4);
    }
    assertThat(folds.get(0).train()).hasSize(48).doesNotContainAnyElementsOf(folds.get(0).test());
  }

  @Test
  void shouldKeepAWordOnOneSide() throws Exception {
    List<LabeledClip> clips = Clips.all(LABELS, List.of("OAF", "YAF"), 10, 1);

    Protocol.Fold fold = protocol("tess-words").folds(clips, List.of(), 1).get(0);

    assertThat(fold.shared(LabeledClip::text)).isZero();
    assertThat(fold.shared(LabeledClip::speaker)).isEqualTo(2);
    assertThat(fold.test()).hasSize(2 * LABELS.size() * 2);
    assertThat(fold.train().size() + fold.test().size()).isEqualTo(clips.size());
  }

  @Test
  void shouldTestEachOfTwoSpeakersOnce() throws Exception {
    List<LabeledClip> clips = Clips.all(LABELS, List.of("OAF", "YAF"), 4, 1);

    List<Protocol.Fold> folds = protocol("tess-speaker").folds(clips, List.of(), 1);

    assertThat(folds).extracting(Protocol.Fold::name).containsExactly("OAF", "YAF");
    assertThat(folds.get(0).test()).allMatch(clip -> clip.speaker().equals("OAF")).hasSize(12);
    assertThat(folds.get(0).train()).allMatch(clip -> clip.speaker().equals("YAF")).hasSize(12);
    assertThat(folds).allMatch(fold -> fold.shared(LabeledClip::speaker) == 0);
  }

  @Test
  void shouldTrainOnOtherCorporaInEveryFoldAndTestNoneOfTheirClips() throws Exception {
    List<LabeledClip> clips = Clips.all(LABELS, List.of("OAF", "YAF"), 4, 1);
    List<LabeledClip> others = Clips.all("other", LABELS, List.of("a", "b"), 2, 1);

    List<Protocol.Fold> folds = protocol("tess-speaker").folds(clips, others, 1);

    assertThat(folds).extracting(Protocol.Fold::name).containsExactly("OAF", "YAF");
    for (Protocol.Fold fold : folds) {
      assertThat(fold.train()).containsAll(others).hasSize(12 + 12);
      assertThat(fold.test()).doesNotContainAnyElementsOf(others).hasSize(12);
    }
  }

  @Test
  void shouldMakeFourFoldsOfManySpeakers() throws Exception {
    List<String> actors = IntStream.rangeClosed(1, 12).mapToObj("actor%02d"::formatted).toList();
    List<LabeledClip> clips = Clips.all(LABELS, actors, 1, 1);

    List<Protocol.Fold> folds = protocol("ravdess-speaker").folds(clips, List.of(), 1);

    assertThat(folds)
        .extracting(Protocol.Fold::name)
        .containsExactly(
            "actor01 actor02 actor03",
            "actor04 actor05 actor06",
            "actor07 actor08 actor09",
            "actor10 actor11 actor12");
    assertThat(folds.stream().mapToInt(fold -> fold.test().size()).sum()).isEqualTo(clips.size());
    assertThat(folds).allMatch(fold -> fold.shared(LabeledClip::speaker) == 0);
  }

  @Test
  void shouldTestNoTextThatTellsTheLabelAndWasHeardInTraining() throws Exception {
    List<String> speakers = IntStream.rangeClosed(1, 12).mapToObj("%02d"::formatted).toList();
    List<LabeledClip> clips = clipsWhoseTextTells(speakers, 7);

    for (String name : List.of("ased-speaker", "pooled-speaker")) {
      List<Protocol.Fold> folds = protocol(name).folds(clips, List.of(), 1);

      assertThat(folds).hasSize(4);
      assertThat(folds)
          .allMatch(fold -> fold.shared(LabeledClip::voice) == 0)
          .allMatch(fold -> fold.shared(LabeledClip::text) == 0)
          // Every label is tested in every fold.
          .allMatch(
              fold -> Protocol.Fold.values(fold.test(), LabeledClip::label).size() == LABELS.size())
          // Of 7 texts of a label 5 or 6 are trained on, by 9 of 12 speakers.
          .allMatch(fold -> fold.train().size() >= 9 * 5 * LABELS.size());
      // Each text by a quarter of the speakers: none is tested twice.
      assertThat(folds.stream().flatMap(fold -> fold.test().stream()))
          .hasSize(clips.size() / 4)
          .doesNotHaveDuplicates();
    }
  }

  private static List<LabeledClip> clipsWhoseTextTells(List<String> speakers, int texts) {
    List<LabeledClip> clips = new ArrayList<>();
    for (LabeledClip clip : Clips.all("ased", LABELS, speakers, texts, 1)) {
      Recording recording =
          new Recording(
              Path.of(clip.id()),
              clip.id(),
              clip.label(),
              clip.speaker(),
              clip.label() + clip.text(),
              true);
      clips.add(new LabeledClip("ased", recording, clip.sha256(), clip.features()));
    }
    return clips;
  }

  @Test
  void shouldOnlyTrainOnWhatIsNoSpeechUnlessAskedByName() {
    assertThat(protocol("cross-corpus").tests(CorpusLayout.EMOGATOR)).isFalse();
    assertThat(protocol("pooled-speaker").tests(CorpusLayout.EMOGATOR)).isFalse();
    assertThat(protocol("emogator-speaker").tests(CorpusLayout.EMOGATOR)).isTrue();
    assertThat(protocol("cross-corpus").tests(CorpusLayout.CREMAD)).isTrue();
  }

  @Test
  void shouldGiveTheSameFoldsForTheSameSeedOnly() throws Exception {
    List<LabeledClip> clips = Clips.all(LABELS, List.of("OAF", "YAF"), 10, 1);
    Protocol protocol = protocol("tess-random");

    assertThat(protocol.folds(clips, List.of(), 1)).isEqualTo(protocol.folds(clips, List.of(), 1));
    assertThat(protocol.folds(clips, List.of(), 1))
        .isNotEqualTo(protocol.folds(clips, List.of(), 2));
  }

  @Test
  void shouldStopWhenTheSameContentIsOnBothSides() {
    List<LabeledClip> clips = new ArrayList<>();
    for (LabeledClip clip : Clips.all(LABELS, List.of("OAF", "YAF"), 4, 1)) {
      Recording recording =
          new Recording(Path.of(clip.id()), clip.id(), clip.label(), clip.speaker(), clip.text());
      clips.add(
          new LabeledClip(
              "tess",
              recording,
              "all the same",
              new WindowedFeatures(1, clip.windows(), new float[clip.windows().size()])));
    }

    assertThatThrownBy(() -> protocol("tess-speaker").folds(clips, List.of(), 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the same content is on both sides");
  }

  @Test
  void shouldSayWhenThereIsOnlyOneSpeaker() {
    List<LabeledClip> clips = Clips.all(LABELS, List.of("OAF"), 4, 1);

    assertThatThrownBy(() -> protocol("tess-speaker").folds(clips, List.of(), 1))
        .isInstanceOf(CorpusException.class)
        .hasMessageContaining("two speakers or more, found 1");
  }

  @Test
  void shouldNameEachProtocolByLayoutAndKind() {
    assertThat(Protocol.all())
        .extracting(Protocol::name)
        .contains("tess-random", "tess-words", "tess-speaker", "ravdess-speaker", "emodb-speaker")
        .contains("pooled-speaker", "cross-corpus")
        .doesNotContain("emodb-words", "folders-speaker")
        .doesNotHaveDuplicates();
    assertThat(Protocol.named("tess-nothing")).isEmpty();
  }

  @Test
  void shouldTestAQuarterOfEachCorpussSpeakersAtATime() throws Exception {
    List<String> actors = IntStream.rangeClosed(1, 8).mapToObj("actor%02d"::formatted).toList();
    List<LabeledClip> clips = new ArrayList<>(Clips.all("ravdess", LABELS, actors, 1, 1));
    clips.addAll(Clips.all("tess", LABELS, List.of("actor01", "YAF"), 4, 1));

    List<Protocol.Fold> folds = protocol("pooled-speaker").folds(clips, List.of(), 1);

    assertThat(folds)
        .extracting(Protocol.Fold::name)
        .containsExactly(
            "ravdess/actor01 ravdess/actor02",
            "ravdess/actor03 ravdess/actor04 tess/YAF",
            "ravdess/actor05 ravdess/actor06",
            "ravdess/actor07 ravdess/actor08 tess/actor01");
    assertThat(folds).allMatch(fold -> fold.shared(LabeledClip::voice) == 0);
    // Two people whom their corpora name alike.
    assertThat(folds.get(0).train()).anyMatch(clip -> clip.voice().equals("tess/actor01"));
  }

  @Test
  void shouldTestEachCorpusOnceAcrossCorpora() throws Exception {
    List<LabeledClip> clips = new ArrayList<>(Clips.all("ravdess", LABELS, List.of("a"), 1, 1));
    assertThatThrownBy(() -> protocol("cross-corpus").folds(clips, List.of(), 1))
        .isInstanceOf(CorpusException.class)
        .hasMessageContaining("two corpora or more");
    clips.addAll(Clips.all("tess", LABELS, List.of("a"), 4, 1));

    List<Protocol.Fold> folds = protocol("cross-corpus").folds(clips, List.of(), 1);

    assertThat(folds).extracting(Protocol.Fold::name).containsExactly("ravdess", "tess");
    assertThat(folds.get(1).test()).hasSize(12).allMatch(clip -> clip.corpus().equals("tess"));
    assertThat(folds.get(1).train()).hasSize(3);
  }

  @Test
  void shouldSayWhenOneSpeakerIsAllThereIsToPool() {
    List<LabeledClip> clips = Clips.all(LABELS, List.of("OAF"), 4, 1);

    assertThatThrownBy(() -> protocol("pooled-speaker").folds(clips, List.of(), 1))
        .isInstanceOf(CorpusException.class)
        .hasMessageContaining("two speakers or more");
  }

  private static Protocol protocol(String name) {
    return Protocol.named(name).orElseThrow();
  }
}
