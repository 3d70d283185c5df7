package dev.speechemotion.training.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.emotion.Population;
import dev.speechemotion.emotion.VoiceAdaptation;
import dev.speechemotion.training.corpus.Clips;
import dev.speechemotion.training.corpus.CorpusException;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.corpus.Recording;
import dev.speechemotion.training.corpus.WindowedFeatures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
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
  void shouldNormalizeEachHalfOfThePlacesSpeakersByTheOther() throws Exception {
    // given two speakers, so that each is a half, and a third one of another place
    List<LabeledClip> a = clips("a", 100, 7);
    List<LabeledClip> all = new ArrayList<>(a);
    all.addAll(clips("b", 160, 7));
    all.add(Clips.clip("other", "sad", "c", "w", new float[] {5_000}));

    // when only the first is tested
    List<AdaptedClip> heard =
        adaptation(Adaptation.Mode.SITE).apply(a, all, POPULATION, Calls.MIXED, 3);

    // then it is by the second's mean of 160 and deviation of 40, in the order of the clips
    assertThat(heard).hasSize(7).allMatch(item -> item.callSeconds() == 0);
    for (int i = 0; i < 7; i++) {
      assertThat(heard.get(i).clip().windows().get(0)[0])
          .isCloseTo((100 + 20 * (i - 3) - 160) / 40f, within(1e-5f));
    }
  }

  @Test
  void shouldNormalizeByASampleOfTheOtherHalf() throws Exception {
    // given two speakers, so that each is a half
    List<LabeledClip> clips = clips("a", 100, 7);
    clips.addAll(clips("b", 160, 7));
    Adaptation all = adaptation(Adaptation.Mode.SITE);
    Adaptation one = all.with(new SiteSample(1, 1));

    // then one window has no deviation to speak of, and is a multiple of 20
    List<AdaptedClip> heard = one.apply(clips, POPULATION, 3);
    assertThat(heard).hasSize(14);
    LabeledClip first =
        heard.stream()
            .map(AdaptedClip::clip)
            .filter(clip -> clip.key().equals(clips.get(0).key()))
            .findFirst()
            .orElseThrow();
    assertThat(first.windows().get(0)[0])
        .isBetween(40 - 160 - 60f, 40 - 160 + 60f)
        .matches(value -> value % 20 == 0);
    // And as many as there are, are the same as all.
    assertThat(firsts(all.with(new SiteSample(1, 7)).apply(clips, POPULATION, 3)))
        .usingElementComparator((one1, other) -> Math.abs(one1 - other) < 1e-5 ? 0 : 1)
        .containsExactlyElementsOf(firsts(all.apply(clips, POPULATION, 3)));
    assertThat(one.with(Adaptation.Mode.NONE).sample()).isEqualTo(new SiteSample(1, 1));
  }

  private static List<Float> firsts(List<AdaptedClip> heard) {
    return heard.stream().map(item -> item.clip().windows().get(0)[0]).toList();
  }

  @Test
  void shouldPartThePlacesSpeakersInTwoHalvesByTheSeed() throws Exception {
    // Each speaker has a center of its own, so a mean tells whose it is.
    List<LabeledClip> clips = new ArrayList<>();
    for (int speaker = 0; speaker < 4; speaker++) {
      clips.addAll(clips("s" + speaker, 1000 * (1 << speaker), 7));
    }
    Map<String, LabeledClip> byKey =
        clips.stream().collect(Collectors.toMap(LabeledClip::key, Function.identity()));
    Set<Set<String>> partings = new HashSet<>();
    for (long seed = 0; seed < 40; seed++) {
      Map<Double, Set<String>> halves = new TreeMap<>();
      List<AdaptedClip> heard =
          new Adaptation(Adaptation.Mode.SITE, 5, 0, 0).apply(clips, POPULATION, seed);
      for (int i = 0; i < heard.size(); i += 7) {
        // Two clips of a speaker give deviation and mean of the half that it was normalized by.
        float first = heard.get(i).clip().windows().get(0)[0];
        float second = heard.get(i + 1).clip().windows().get(0)[0];
        double deviation = 20 / (second - first);
        LabeledClip measured = byKey.get(heard.get(i).clip().key());
        double mean = measured.windows().get(0)[0] - first * deviation;
        halves
            .computeIfAbsent((double) Math.round(mean / 10), by -> new TreeSet<>())
            .add(measured.speaker());
      }
      assertThat(halves).hasSize(2).allSatisfy((by, half) -> assertThat(half).hasSize(2));
      halves.forEach(
          (by, half) -> {
            double others =
                IntStream.range(0, 4)
                    .filter(speaker -> !half.contains("s" + speaker))
                    .map(speaker -> 1000 * (1 << speaker))
                    .average()
                    .orElseThrow();
            assertThat(by).isCloseTo(others / 10, within(2.0));
          });
      partings.add(halves.values().iterator().next());
    }
    assertThat(partings).hasSizeGreaterThan(2);
  }

  @Test
  void shouldHearOtherSpeakersAndOtherTextsWhereTextsTellLabels() throws Exception {
    List<LabeledClip> clips = new ArrayList<>();
    for (String speaker : List.of("a", "b", "c")) {
      for (int text = 0; text < 4; text++) {
        Recording recording =
            new Recording(Path.of("x"), speaker + text, "sad", speaker, "text" + text, true);
        clips.add(
            new LabeledClip(
                "c",
                recording,
                speaker + text,
                new WindowedFeatures(1, List.of(new float[] {text}), new float[] {1})));
      }
    }

    List<Place> places = adaptation(Adaptation.Mode.SITE).places(clips, clips, Calls.MIXED, 1);

    assertThat(places).hasSize(4);
    assertThat(places.stream().flatMap(place -> place.tested().stream()))
        .containsExactlyInAnyOrderElementsOf(clips);
    for (Place place : places) {
      assertThat(place.heard()).isNotEmpty();
      for (LabeledClip tested : place.tested()) {
        assertThat(place.heard())
            .noneMatch(clip -> clip.speaker().equals(tested.speaker()))
            .noneMatch(clip -> clip.text().equals(tested.text()));
      }
    }
  }

  @Test
  void shouldNormalizeATrainingCorpusByItsOwnClips() throws Exception {
    List<LabeledClip> clips = clips("a", 100, 7);
    clips.addAll(clips("b", 100, 7));
    clips.add(Clips.clip("other", "sad", "", "w", new float[] {1}));
    clips.add(Clips.clip("other", "sad", "", "v", new float[] {3}));
    Adaptation site = adaptation(Adaptation.Mode.SITE);

    List<LabeledClip> heard = site.applyInTraining(clips, clips, POPULATION, 1);

    assertThat(heard.get(0).windows().get(0)[0]).isCloseTo(-60 / 40f, within(1e-5f));
    assertThat(heard.get(7).windows().get(0)[0]).isCloseTo(-60 / 40f, within(1e-5f));
    assertThat(heard.get(14).windows().get(0)[0]).isEqualTo(-1);
    assertThat(heard.get(15).windows().get(0)[0]).isEqualTo(1);
    // What was kept aside is by the statistics of what was not.
    assertThat(
            site.applyInTraining(clips.subList(0, 1), clips.subList(14, 16), POPULATION, 1)
                .get(0)
                .windows()
                .get(0))
        .containsExactly(0);
    assertThat(
            site.applyInTraining(clips.subList(14, 15), clips, POPULATION, 1)
                .get(0)
                .windows()
                .get(0))
        .containsExactly(-1);
  }

  @Test
  void shouldSayWhenAPlaceHasNoOtherHalf() {
    assertThatThrownBy(
            () -> adaptation(Adaptation.Mode.SITE).apply(clips("a", 100, 3), POPULATION, 3))
        .isInstanceOf(CorpusException.class)
        .hasMessageContaining("two speakers or more");
  }

  @Test
  void shouldStartAnewWithEachCallOfASpeaker() throws Exception {
    List<LabeledClip> clips = clips("a", 100, 10);
    for (int i = 0; i < 10; i++) {
      clips.add(Clips.clip("angry", "a", "x" + i, new float[] {-500 + 20 * (i % 7 - 3)}));
    }
    Adaptation running = adaptation(Adaptation.Mode.RUNNING);

    List<AdaptedClip> heard = running.apply(clips, clips, POPULATION, Calls.ONE_MOOD, 3);

    assertThat(heard).hasSize(20);
    assertThat(heard.subList(0, 10)).allMatch(item -> item.clip().label().equals("angry"));
    assertThat(heard.get(10).callSeconds()).isZero();
    // The second call knows nothing of the first: it is as if there were no other.
    List<AdaptedClip> alone = running.apply(clips.subList(0, 10), POPULATION, 3);
    for (int i = 0; i < 10; i++) {
      assertThat(heard.get(10 + i).clip().windows().get(0))
          .isEqualTo(alone.get(i).clip().windows().get(0));
    }
  }

  @Test
  void shouldOnlyDrawClipsWhereNothingIsAdaptedToACall() throws Exception {
    List<LabeledClip> clips = clips("a", 100, 3);
    clips.add(Clips.clip("neutral", "a", "n", new float[] {7}));
    Adaptation none = adaptation(Adaptation.Mode.NONE);

    assertThat(none.apply(clips, clips, POPULATION, Calls.ONE_MOOD, 3))
        .extracting(AdaptedClip::clip)
        .containsExactlyElementsOf(clips);
    assertThat(none.apply(clips, clips, POPULATION, Calls.MOSTLY_NEUTRAL, 3))
        .extracting(item -> item.clip().label())
        .containsOnly("sad", "neutral")
        .hasSize(3 + 7);
    assertThatThrownBy(
            () -> none.apply(clips.subList(0, 3), clips, POPULATION, Calls.MOSTLY_NEUTRAL, 3))
        .isInstanceOf(CorpusException.class)
        .hasMessageContaining("--calls mostly-neutral: no speaker of made-up has both");
  }

  @Test
  void shouldLeaveClipsAloneWithNone() throws Exception {
    List<LabeledClip> clips = clips("", 100, 3);

    assertThat(adaptation(Adaptation.Mode.NONE).apply(clips, POPULATION, 3))
        .extracting(AdaptedClip::clip)
        .containsExactlyElementsOf(clips);
  }

  @Test
  void shouldTakeARecordingOfAnUnknownSpeakerForACall() throws Exception {
    List<LabeledClip> clips = clips("", 100, 3);
    Adaptation running = adaptation(Adaptation.Mode.RUNNING);

    List<AdaptedClip> heard = running.apply(clips, POPULATION, 3);

    assertThat(heard).hasSize(3);
    for (int i = 0; i < 3; i++) {
      List<AdaptedClip> alone = running.apply(clips("a", 100, 3).subList(i, i + 1), POPULATION, 3);
      assertThat(heard.get(i).callSeconds()).isZero();
      assertThat(heard.get(i).clip().windows().get(0))
          .isEqualTo(alone.get(0).clip().windows().get(0));
    }
  }

  @Test
  void shouldSayWhenItIsNotKnownWhoSpeaks() {
    List<LabeledClip> clips = clips("", 100, 3);
    Adaptation running = adaptation(Adaptation.Mode.RUNNING);

    for (ThrowingCallable use :
        List.<ThrowingCallable>of(
            () -> adaptation(Adaptation.Mode.SPEAKER).apply(clips, POPULATION, 3),
            () -> adaptation(Adaptation.Mode.SITE).apply(clips, POPULATION, 3),
            () -> running.apply(clips, clips, POPULATION, Calls.MOSTLY_NEUTRAL, 3),
            () -> running.applyInTraining(clips, clips, POPULATION, 3))) {
      assertThatThrownBy(use)
          .isInstanceOf(CorpusException.class)
          .hasMessageContaining("who speaks is not known");
    }
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
