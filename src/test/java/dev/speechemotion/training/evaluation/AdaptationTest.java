package dev.speechemotion.training.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.emotion.Population;
import dev.speechemotion.emotion.VoiceAdaptation;
import dev.speechemotion.training.corpus.Clips;
import dev.speechemotion.training.corpus.CorpusException;
import dev.speechemotion.training.corpus.LabeledClip;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AdaptationTest {
  private static final Population POPULATION =
      new Population(new float[] {0}, new float[] {1}, 5, 0);

  @Test
  void shouldPresentEachSpeakersClipsAsOneCallFromAColdStart() throws Exception {
    List<LabeledClip> clips = clips("a", 100, 30);
    clips.addAll(clips("b", -50, 30));

    List<AdaptedClip> heard = adaptation(Adaptation.Mode.RUNNING).apply(clips, POPULATION, 3);

    assertThat(heard).hasSize(60);
    assertThat(heard.subList(0, 30)).allMatch(item -> item.clip().speaker().equals("a"));
    assertThat(heard.subList(0, 30).stream().map(item -> item.clip().text()))
        .isNotEqualTo(clips.subList(0, 30).stream().map(LabeledClip::text).toList());
    for (int i = 0; i < 30; i++) {
      assertThat(heard.get(i).callSeconds()).isEqualTo(i);
    }
    // By hand, in the same order: each window counts before it is adapted.
    VoiceAdaptation call = new VoiceAdaptation();
    for (int i = 0; i < 30; i++) {
      String text = heard.get(i).clip().text();
      float[] features =
          clips.stream()
              .filter(clip -> clip.speaker().equals("a") && clip.text().equals(text))
              .findFirst()
              .orElseThrow()
              .windows()
              .get(0)
              .clone();
      call.hear(Optional.of(POPULATION), features, 1);
      call.apply(Optional.of(POPULATION), features, features);
      assertThat(heard.get(i).clip().windows().get(0)).isEqualTo(features);
    }
  }

  @Test
  void shouldGiveTheSameOrderForTheSameSeedOnly() throws Exception {
    List<LabeledClip> clips = clips("a", 0, 30);

    assertThat(texts(clips, 1)).isEqualTo(texts(clips, 1)).isNotEqualTo(texts(clips, 2));
  }

  private static List<String> texts(List<LabeledClip> clips, long seed) throws Exception {
    return adaptation(Adaptation.Mode.RUNNING).apply(clips, POPULATION, seed).stream()
        .map(item -> item.clip().text())
        .toList();
  }

  @Test
  void shouldTakeTheWholeSpeakersMeanOutWithSpeaker() throws Exception {
    List<LabeledClip> clips = clips("a", 100, 400);

    List<AdaptedClip> heard = adaptation(Adaptation.Mode.SPEAKER).apply(clips, POPULATION, 3);

    double mean =
        heard.stream().mapToDouble(item -> item.clip().windows().get(0)[0]).average().orElseThrow();
    // The population's five windows at 0 against 400 at 100 leave a little, in units of the
    // speaker's deviation.
    assertThat(mean).isCloseTo(0, within(0.2));
    assertThat(heard.stream().map(item -> item.clip().text()))
        .containsExactlyElementsOf(clips.stream().map(LabeledClip::text).toList());
    assertThat(heard).allMatch(item -> item.callSeconds() == 0);
  }

  @Test
  void shouldLeaveClipsAloneWithNone() throws Exception {
    List<LabeledClip> clips = clips("", 100, 3);

    assertThat(adaptation(Adaptation.Mode.NONE).apply(clips, POPULATION, 3))
        .extracting(AdaptedClip::clip)
        .containsExactlyElementsOf(clips);
  }

  @Test
  void shouldSayWhenItIsNotKnownWhoSpeaks() {
    assertThatThrownBy(
            () -> adaptation(Adaptation.Mode.RUNNING).apply(clips("", 100, 3), POPULATION, 3))
        .isInstanceOf(CorpusException.class)
        .hasMessageContaining("who speaks is not known");
  }

  private static Adaptation adaptation(Adaptation.Mode mode) {
    return new Adaptation(mode, 5, 0, 0);
  }

  private static List<LabeledClip> clips(String speaker, float center, int count) {
    List<LabeledClip> clips = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      clips.add(
          Clips.clip(
              "sad", speaker, "w%03d".formatted(i), new float[] {center + 20 * (i % 7 - 3)}));
    }
    return clips;
  }
}
