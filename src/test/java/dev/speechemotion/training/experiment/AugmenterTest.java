package dev.speechemotion.training.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.training.augmentation.Augmentation;
import dev.speechemotion.training.augmentation.AugmentationChain;
import dev.speechemotion.training.augmentation.Condition;
import dev.speechemotion.training.corpus.Corpus;
import dev.speechemotion.training.corpus.CorpusLayout;
import dev.speechemotion.training.corpus.CorpusReader;
import dev.speechemotion.training.corpus.FeatureCache;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.corpus.MadeUpCorpus;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AugmenterTest {
  private static final Corpus.Settings SETTINGS =
      new Corpus.Settings(
          MadeUpCorpus.LABELS,
          FeatureSpec.TELEPHONE_8K,
          new WindowSettings(3000, 1000),
          Condition.CLEAN);
  private static final Augmentation ALL = Augmentation.parse(List.of("all"), 3);

  @TempDir Path folder;
  private List<LabeledClip> clips;

  @BeforeEach
  void readClips() throws IOException {
    clips =
        new CorpusReader(SETTINGS, FeatureCache.none(), new PrintWriter(Writer.nullWriter()))
            .read("tess", CorpusLayout.TESS, MadeUpCorpus.tess(folder.resolve("TESS"), 20))
            .clips();
  }

  @Test
  void shouldGiveTheSameClipsForTheSameSeedAndEpochOnly() throws Exception {
    List<LabeledClip> first = augmenter(1).clips(clips, 1);

    assertThat(values(augmenter(1).clips(clips, 1))).isEqualTo(values(first));
    assertThat(values(augmenter(1).clips(clips, 2))).isNotEqualTo(values(first));
    assertThat(values(augmenter(2).clips(clips, 1))).isNotEqualTo(values(first));
    assertThat(values(first)).isNotEqualTo(values(clips));
  }

  @Test
  void shouldRepeatAfterAsManyEpochsAsThereAreVersions() throws Exception {
    assertThat(values(augmenter(1).clips(clips, 4)))
        .isEqualTo(values(augmenter(1).clips(clips, 1)));
  }

  @Test
  void shouldKeepOrderLabelsAndRecordings() throws Exception {
    List<LabeledClip> heard = augmenter(1).clips(clips, 1);

    assertThat(heard)
        .extracting(LabeledClip::key)
        .isEqualTo(clips.stream().map(LabeledClip::key).toList());
    assertThat(heard)
        .extracting(LabeledClip::label)
        .isEqualTo(clips.stream().map(LabeledClip::label).toList());
    assertThat(heard)
        .allSatisfy(
            clip ->
                assertThat(clip.windows())
                    .isNotEmpty()
                    .allSatisfy(
                        window ->
                            assertThat(window)
                                .hasSize(FeatureLayout.of(SETTINGS.spec()).windowFeatureCount())
                                .doesNotContain(Float.NaN)));
  }

  @Test
  void shouldDealAVoicesClipsToCalls() throws Exception {
    // 60 clips of each voice make two calls
    Set<String> voices =
        augmenter(1).clips(clips, 1).stream().map(LabeledClip::speaker).collect(Collectors.toSet());

    assertThat(voices).containsExactlyInAnyOrder("OAF/0", "OAF/1", "YAF/0", "YAF/1");
  }

  @Test
  void shouldDoTheSameToARecordingWhoeverElseIsTrainedOn() throws Exception {
    // Without babble, which is made of what is trained on.
    Augmenter augmenter =
        new Augmenter(
            Augmentation.parse(List.of("voice", "line"), 3), SETTINGS, FeatureCache.none(), 1);
    List<LabeledClip> ofOne = clips.stream().filter(clip -> clip.speaker().equals("OAF")).toList();

    List<LabeledClip> heard = augmenter.clips(clips, 1);

    assertThat(values(augmenter.clips(ofOne, 1))).isEqualTo(values(heard.subList(0, ofOne.size())));
  }

  @Test
  void shouldUseTheVoiceRoomAndLineOfACallForAllOfIt() {
    Augmenter augmenter = augmenter(1);

    List<String> talking = clips.stream().map(LabeledClip::sha256).toList();

    AugmentationChain one = augmenter.chain(clips.get(0), 0, 1, talking);
    AugmentationChain other = augmenter.chain(clips.get(1), 0, 1, talking);
    AugmentationChain anotherCall = augmenter.chain(clips.get(1), 1, 1, talking);

    assertThat(other.pitch()).isEqualTo(one.pitch());
    assertThat(other.formants()).isEqualTo(one.formants());
    assertThat(other.line()).isEqualTo(one.line());
    assertThat(other.tempo()).isNotEqualTo(one.tempo());
    assertThat(other.seed()).isNotEqualTo(one.seed());
    assertThat(anotherCall.formants()).isNotEqualTo(one.formants());
  }

  @Test
  void shouldTakeFromTheCacheWhatItHas() throws Exception {
    FeatureCache cache = FeatureCache.in(folder.resolve("cache"));
    List<LabeledClip> made = new Augmenter(ALL, SETTINGS, cache, 1).clips(clips, 1);
    // The recordings are gone; the cache is not.
    delete(folder.resolve("TESS"));

    List<LabeledClip> kept = new Augmenter(ALL, SETTINGS, cache, 1).clips(clips, 1);

    assertThat(values(kept)).isEqualTo(values(made));
  }

  @Test
  void shouldSayWhichRecordingIsGone() throws Exception {
    Files.delete(clips.get(7).file());

    assertThatThrownBy(() -> augmenter(1).clips(clips, 1))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(clips.get(7).file().toString());
  }

  @Test
  void shouldLeaveClipsAloneWhereNothingIsAskedFor() throws Exception {
    Augmenter none =
        new Augmenter(Augmentation.parse(List.of("none"), 20), SETTINGS, FeatureCache.none(), 1);

    assertThat(none.clips(clips, 1)).isSameAs(clips);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "voices", "none,voice", "voice,all"})
  void shouldRefuseOtherParts(String names) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Augmentation.parse(List.of(names.split(",")), 20))
        .withMessage("--augment must be none, all, or some of voice,room,line, got " + names);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 100_000})
  void shouldRefuseOtherNumbersOfVersions(int versions) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Augmentation.parse(List.of("all"), versions))
        .withMessageContaining("--augment-versions");
  }

  private static Augmenter augmenter(long seed) {
    return new Augmenter(ALL, SETTINGS, FeatureCache.none(), seed);
  }

  private static float[][] values(List<LabeledClip> clips) {
    return clips.stream().flatMap(clip -> clip.windows().stream()).toArray(float[][]::new);
  }

  private static void delete(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.delete(file);
      }
    }
  }
}
