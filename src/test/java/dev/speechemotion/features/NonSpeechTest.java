package dev.speechemotion.features;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.audio.AudioFiles;
import dev.speechemotion.audio.resampling.Resampler;
import dev.speechemotion.features.fixture.AnalyzerState;
import dev.speechemotion.features.fixture.LineSounds;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is not speech has no share of it in any window; what is keeps its share. */
class NonSpeechTest {
  private static final int RATE_HZ = 8_000;
  private static final List<FeatureSpec> SPECS =
      List.of(
          FeatureSpec.TELEPHONE_8K_EXTENDED,
          FeatureSpec.WIDEBAND_16K_EXTENDED,
          FeatureSpec.LIBROSA_22K,
          FeatureSpec.WIDEBAND_16K_LOGMEL,
          FeatureSpec.ENCODER_16K);

  /** As in a stream with the defaults. */
  private static final float LEAST_SHARE = 0.1f;

  static Stream<Arguments> specs() {
    return SPECS.stream().map(Arguments::of);
  }

  static Stream<Arguments> specsAndSounds() {
    return LineSounds.all(RATE_HZ).entrySet().stream()
        .flatMap(
            sound ->
                SPECS.stream()
                    .map(
                        spec -> Arguments.of(spec.name(), sound.getKey(), spec, sound.getValue())));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("specsAndSounds")
  void shouldFindNoSpeechInTheSoundsOfALine(
      String specName, String name, FeatureSpec spec, float[] sound) {
    byte[] codes = new byte[sound.length];
    AudioEncoding.MULAW.encode(sound, 0, sound.length, codes, 0);
    float[] overTheLine = new float[sound.length];
    AudioEncoding.MULAW.decode(codes, 0, 1, sound.length, overTheLine, 0);

    assertThat(shares(sound, RATE_HZ, spec)).allMatch(share -> share < LEAST_SHARE);
    assertThat(shares(overTheLine, RATE_HZ, spec)).allMatch(share -> share < LEAST_SHARE);
  }

  @ParameterizedTest
  @MethodSource("specs")
  void shouldFindSpeechInEveryWindowOfActors(FeatureSpec spec) throws IOException {
    try (Stream<Path> files = Files.list(Path.of("src/main/resources/demo"))) {
      List<Path> recordings = files.filter(file -> file.toString().endsWith(".wav")).toList();
      assertThat(recordings).isNotEmpty();
      for (Path file : recordings) {
        AudioClip clip = AudioFiles.read(file);
        float[] narrow = Resampler.resample(clip.mono(), clip.sampleRateHz(), RATE_HZ);

        assertThat(shares(clip.mono(), clip.sampleRateHz(), spec))
            .as(file.toString())
            .allMatch(share -> share >= LEAST_SHARE);
        assertThat(shares(narrow, RATE_HZ, spec))
            .as(file.toString())
            .allMatch(share -> share >= LEAST_SHARE);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("specs")
  void shouldFindTheSameInAnyChunksAndAfterAnyRestart(FeatureSpec spec) throws IOException {
    float[] sound = LineSounds.all(RATE_HZ).get("touch tones");
    FeatureExtractor extractor = new FeatureExtractor(spec);
    ChannelAnalyzer analyzer = new ChannelAnalyzer(extractor, WindowSettings.DEFAULT, RATE_HZ);
    List<Float> shares = new ArrayList<>();
    for (int done = 0; done < sound.length; done += 400) {
      analyzer.accept(sound, done, 400, (begin, end, share, features) -> shares.add(share));
      byte[] state = AnalyzerState.write(analyzer);
      analyzer = new ChannelAnalyzer(extractor, WindowSettings.DEFAULT, RATE_HZ);
      AnalyzerState.read(analyzer, state);
    }
    analyzer.finish((begin, end, share, features) -> shares.add(share));

    assertThat(shares).isEqualTo(shares(sound, RATE_HZ, spec));
  }

  private static List<Float> shares(float[] samples, int rateHz, FeatureSpec spec) {
    List<Float> shares = new ArrayList<>();
    ChannelAnalyzer analyzer =
        new ChannelAnalyzer(new FeatureExtractor(spec), WindowSettings.DEFAULT, rateHz);
    analyzer.accept(samples, 0, samples.length, (begin, end, share, features) -> shares.add(share));
    analyzer.finish((begin, end, share, features) -> shares.add(share));
    return shares;
  }
}
