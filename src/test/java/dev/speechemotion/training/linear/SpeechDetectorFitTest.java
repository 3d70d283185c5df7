package dev.speechemotion.training.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.emotion.SpeechDetector;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.training.corpus.CorpusException;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.corpus.Recording;
import dev.speechemotion.training.corpus.WindowedFeatures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SpeechDetectorFitTest {
  private static final ModelManifest.Normalization NORMALIZATION =
      new ModelManifest.Normalization(List.of(10f, -5f, 0f), List.of(2f, 1f, 1f));

  private final Random random = new Random(1);

  @Test
  void shouldTellSpeechFromSoundsThatItHasNotHeard() throws Exception {
    SpeechDetectorFit fit = new SpeechDetectorFit(NORMALIZATION);
    fit.add("one", "clean", true, clips(14, -5, 0, 1));
    fit.add("other", "clean", true, clips(14, -4, 0, 1));
    fit.add("other", "telephone", true, clips(14, -4, 1, 1));
    fit.add("music", "clean", false, clips(6, -5, 0, 1));
    fit.add("dogs", "clean", false, clips(6, -4, 1, 1));

    SpeechDetectorFit.Result result = fit.fit();

    assertThat(result.leftOut())
        .extracting(SpeechDetectorFit.LeftOut::name)
        .containsExactly("one", "other", "other", "music", "dogs");
    for (SpeechDetectorFit.LeftOut each : result.leftOut()) {
      double share = each.taken() / (double) each.windows();
      assertThat(share).isBetween(each.isSpeech() ? 0.95 : 0, each.isSpeech() ? 1 : 0.05);
    }
    SpeechDetector detector = result.detector();
    assertThat(detector.hears(new float[] {14, -5, 0}, 0)).isTrue();
    assertThat(detector.hears(new float[] {6, -5, 0}, 0)).isFalse();
  }

  @Test
  void shouldLoseFewWindowsOfSpeechRatherThanAllOtherSounds() throws Exception {
    SpeechDetectorFit fit = new SpeechDetectorFit(NORMALIZATION);
    // So near that half of the others would have to go with a twentieth of speech.
    for (String name : List.of("one", "other")) {
      fit.add(name, "clean", true, clips(10.7, -5, 0, 1));
    }
    for (String name : List.of("music", "dogs")) {
      fit.add(name, "clean", false, clips(9.3, -5, 0, 1));
    }

    List<SpeechDetectorFit.LeftOut> leftOut = fit.fit().leftOut();

    for (SpeechDetectorFit.LeftOut each : leftOut.subList(0, 2)) {
      assertThat(each.taken() / (double) each.windows()).isBetween(0.98, 1.0);
    }
    for (SpeechDetectorFit.LeftOut each : leftOut.subList(2, 4)) {
      assertThat(each.taken() / (double) each.windows()).isBetween(0.3, 0.98);
    }
  }

  @Test
  void shouldCountWhatTheVoiceActivityDetectorLetsThroughAlone() throws Exception {
    SpeechDetectorFit fit = new SpeechDetectorFit(NORMALIZATION);
    fit.add("one", "clean", true, clips(14, -5, 0, 1));
    fit.add("other", "clean", true, clips(14, -5, 0, 1));
    fit.add("music", "clean", false, clips(6, -5, 0, 1));
    fit.add("rain", "clean", false, clips(6, -5, 0, 0.09f));

    assertThatThrownBy(fit::fit)
        .isInstanceOf(CorpusException.class)
        .hasMessageContaining("two kinds of other sounds are needed", "[music]");
    fit.add("dogs", "clean", false, clips(6, -5, 0, 1));
    assertThat(fit.fit().leftOut())
        .extracting(SpeechDetectorFit.LeftOut::name)
        .containsExactly("one", "other", "music", "dogs");
  }

  private List<LabeledClip> clips(double first, double second, double third, float speechShare) {
    List<LabeledClip> clips = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      float[] window = {
        (float) (first + 2 * random.nextGaussian() / 3),
        (float) (second + random.nextGaussian()),
        (float) (third + random.nextGaussian())
      };
      clips.add(
          new LabeledClip(
              "corpus",
              new Recording(Path.of("x.wav"), "x" + i, "unlabeled", "", ""),
              "",
              new WindowedFeatures(3, List.of(window), new float[] {speechShare})));
    }
    return clips;
  }
}
