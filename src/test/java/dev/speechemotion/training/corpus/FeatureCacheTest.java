package dev.speechemotion.training.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.training.augmentation.Condition;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeatureCacheTest {
  private static final Corpus.Settings SETTINGS =
      new Corpus.Settings(
          MadeUpCorpus.LABELS, FeatureSpec.TELEPHONE_8K, WindowSettings.DEFAULT, Condition.CLEAN);
  private static final WindowedFeatures FEATURES =
      new WindowedFeatures(
          1.5, List.of(new float[] {1, -2.5f}, new float[] {3, 4}), new float[] {0.5f, 1});

  @TempDir Path folder;

  @Test
  void shouldGiveBackWhatWasPut() throws IOException {
    FeatureCache cache = FeatureCache.in(folder.resolve("new/cache"));
    String key = FeatureCache.key("content", SETTINGS);
    assertThat(cache.get(key, 2)).isEmpty();

    cache.put(key, FEATURES);

    WindowedFeatures found = cache.get(key, 2).orElseThrow();
    assertThat(found.durationSeconds()).isEqualTo(1.5);
    assertThat(found.windows()).hasSize(2);
    assertThat(found.windows().get(0)).containsExactly(1, -2.5f);
    assertThat(found.windows().get(1)).containsExactly(3, 4);
    assertThat(found.speechShares()).containsExactly(0.5f, 1);
  }

  @Test
  void shouldTellApartAllThatFeaturesDependOn() {
    Set<String> keys = new HashSet<>();
    keys.add(FeatureCache.key("content", SETTINGS));
    keys.add(FeatureCache.key("other", SETTINGS));
    keys.add(FeatureCache.key("content", with(FeatureSpec.WIDEBAND_16K, Condition.CLEAN, 3_000)));
    keys.add(
        FeatureCache.key("content", with(FeatureSpec.TELEPHONE_8K, Condition.TELEPHONE, 3_000)));
    keys.add(
        FeatureCache.key(
            "content", with(FeatureSpec.TELEPHONE_8K, Condition.parse("noise:10"), 3_000)));
    keys.add(
        FeatureCache.key(
            "content", with(FeatureSpec.TELEPHONE_8K, Condition.parse("noise:11"), 3_000)));
    keys.add(FeatureCache.key("content", with(FeatureSpec.TELEPHONE_8K, Condition.CLEAN, 4_000)));

    assertThat(keys).hasSize(7);
    assertThat(FeatureCache.key("content", SETTINGS))
        .isEqualTo(FeatureCache.key("content", with(SETTINGS.spec(), Condition.CLEAN, 3_000)));
  }

  private static Corpus.Settings with(FeatureSpec spec, Condition condition, int lengthMs) {
    return new Corpus.Settings(
        List.of("only", "labels"), spec, new WindowSettings(lengthMs, 1_000), condition);
  }

  @Test
  void shouldTakeNoEntryThatWasChangedCutOffOrIsOfOtherFeatures() throws IOException {
    FeatureCache cache = FeatureCache.in(folder);
    String key = FeatureCache.key("content", SETTINGS);
    cache.put(key, FEATURES);
    Path file = folder.resolve(key.substring(0, 2)).resolve(key);
    byte[] bytes = Files.readAllBytes(file);

    assertThat(cache.get(key, 3)).isEmpty();
    for (int i = 0; i < bytes.length; i++) {
      byte[] changed = bytes.clone();
      changed[i] ^= 0x10;
      Files.write(file, changed);
      assertThat(cache.get(key, 2)).as("byte %d", i).isEmpty();
      Files.write(file, Arrays.copyOf(bytes, i));
      assertThat(cache.get(key, 2)).as("first %d bytes", i).isEmpty();
    }
    Files.write(file, bytes);
    assertThat(cache.get(key, 2)).isPresent();
  }

  @Test
  void shouldAnalyzeAgainWhatIsCorruptAndNothingElse() throws IOException {
    Path data = MadeUpCorpus.tess(folder.resolve("TESS"), 2);
    FeatureCache cache = FeatureCache.in(folder.resolve("cache"));
    List<LabeledClip> first = load(data, cache, new StringWriter());
    try (Stream<Path> files = Files.walk(folder.resolve("cache"))) {
      Path any = files.filter(Files::isRegularFile).sorted().findFirst().orElseThrow();
      Files.writeString(any, "corrupt");
    }

    StringWriter log = new StringWriter();
    List<LabeledClip> second = load(data, cache, log);
    StringWriter later = new StringWriter();
    load(data, cache, later);

    assertThat(log.toString()).contains("features of 11 of 12 files were in the cache");
    assertThat(later.toString()).contains("features of 12 of 12 files were in the cache");
    for (int i = 0; i < first.size(); i++) {
      assertThat(second.get(i).windows().get(0)).isEqualTo(first.get(i).windows().get(0));
      assertThat(second.get(i).speechShare(0)).isEqualTo(first.get(i).speechShare(0));
      assertThat(second.get(i).durationSeconds()).isEqualTo(first.get(i).durationSeconds());
    }
  }

  @Test
  void shouldGoOnWithAWarningWhereItCannotWrite() throws IOException {
    Path data = MadeUpCorpus.tess(folder.resolve("TESS"), 1);
    Path notAFolder = Files.writeString(folder.resolve("file"), "");
    StringWriter log = new StringWriter();

    List<LabeledClip> clips = load(data, FeatureCache.in(notAFolder), log);

    assertThat(clips).hasSize(6);
    assertThat(log.toString()).containsOnlyOnce("cannot be written").contains("--cache");
  }

  @Test
  void shouldKeepNothingWithNone() throws IOException {
    FeatureCache.none().put("aa", FEATURES);
    assertThat(FeatureCache.none().get("aa", 2)).isEmpty();
  }

  /** If this fails because features are meant to be others now, raise CODE_VERSION. */
  @Test
  void shouldHaveItsCodeVersionRaisedWhenFeaturesChange() throws IOException {
    MadeUpCorpus.write(folder.resolve("OAF_sad/OAF_x_sad.wav"), 440, 3.5, 0.3, 1);
    MadeUpCorpus.write(folder.resolve("OAF_happy/OAF_x_happy.wav"), 900, 3.5, 2);

    List<LabeledClip> clips = load(folder, FeatureCache.none(), new StringWriter());

    assertThat(FeatureCache.CODE_VERSION).isEqualTo(4);
    float[] features = clips.get(0).windows().get(0);
    assertThat(new double[] {features[0], features[1], features[12], features[13], features[29]})
        .containsExactly(new double[] {-124.831, 6.689, -9.510, 0.001, 33.382}, within(0.02));
    // A tone that stays where it is is no speech; one that moves is taken for it.
    assertThat(clips.get(0).speechShare(0)).isZero();
    assertThat(clips.get(1).speechShare(0)).isCloseTo(0.414f, within(0.01f));
  }

  @Test
  void shouldNotTakeAMissingCorpusFromTheCache() {
    assertThatThrownBy(
            () -> load(folder.resolve("nowhere"), FeatureCache.in(folder), new StringWriter()))
        .isInstanceOf(CorpusException.class);
  }

  private static List<LabeledClip> load(Path data, FeatureCache cache, StringWriter log)
      throws IOException {
    return new CorpusReader(SETTINGS, cache, new PrintWriter(log, true))
        .read("tess", CorpusLayout.TESS, data)
        .clips();
  }
}
