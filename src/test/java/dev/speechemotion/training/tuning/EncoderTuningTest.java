package dev.speechemotion.training.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.speechemotion.features.FeatureExtractor;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.model.EncoderPooling;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.model.PretrainedEncoder;
import dev.speechemotion.model.Torch;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.corpus.Recording;
import dev.speechemotion.training.corpus.WindowedFeatures;
import dev.speechemotion.training.evaluation.Calibrator;
import dev.speechemotion.training.evaluation.SiteStatistics;
import dev.speechemotion.training.linear.LinearDiscriminant;
import dev.speechemotion.training.linear.NormalizedWindows;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Fine-tuning of the pretrained encoder, on tones in noise whose pitch tells the label. */
class EncoderTuningTest {
  private static final List<String> LABELS = List.of("angry", "happy", "sad");
  private static final int CLIPS_OF_LABEL = 12;
  private static final PrintWriter NO_LOG = new PrintWriter(Writer.nullWriter());

  private static PretrainedEncoder encoder;
  private static List<LabeledClip> frames;

  @BeforeAll
  static void load() throws IOException {
    encoder = PretrainedEncoder.load(Path.of("models/encoder"));
    frames = new ArrayList<>();
    for (int i = 0; i < LABELS.size() * CLIPS_OF_LABEL; i++) {
      frames.add(tone(i));
    }
  }

  @AfterAll
  static void close() {
    encoder.close();
  }

  private static LabeledClip tone(int number) {
    int label = number % LABELS.size();
    SplittableRandom random = new SplittableRandom(number);
    float[] samples = new float[random.nextInt(9_000, 16_000)];
    double pitchHz = new double[] {300, 400, 520}[label] * random.nextDouble(0.85, 1.15);
    for (int i = 0; i < samples.length; i++) {
      samples[i] =
          (float)
              (0.2 * Math.sin(2 * Math.PI * pitchHz * i / 16_000) + 0.1 * random.nextGaussian());
    }
    return new LabeledClip(
        "tones",
        new Recording(Path.of(number + ".wav"), number + ".wav", LABELS.get(label), "a", "b"),
        String.valueOf(number),
        WindowedFeatures.of(
                samples,
                16_000,
                new FeatureExtractor(FeatureSpec.ENCODER_16K),
                new WindowSettings(3_000, 1_000))
            .orElseThrow());
  }

  /** Windows of different lengths in one batch, and each by itself. */
  @Test
  void shouldGiveTheMeansThatTheStreamGives() {
    Torch.start();
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), Torch.ENGINE);
        EncoderPooling pooling = encoder.newPooling()) {
      TunableEncoder tunable = new TunableEncoder(encoder.weights(manager));
      List<float[]> windows =
          frames.stream().limit(5).map(clip -> present(clip.windows().get(0))).toList();
      float[] pooled = tunable.pooled(windows, manager).toFloatArray();

      for (int w = 0; w < windows.size(); w++) {
        float[] expected = pooling.pool(windows.get(w));
        List<String> names = EncoderPooling.names();
        int at = w * tunable.outputs();
        for (int i = 0; i < expected.length; i++) {
          if (!names.get(i).contains("deviation")) {
            assertThat(pooled[at++]).as(names.get(i)).isCloseTo(expected[i], within(2e-3f));
          }
        }
      }
    }
  }

  private static float[] present(float[] window) {
    int length = 0;
    while (length < window.length && !Float.isNaN(window[length])) {
      length += EncoderPooling.BANDS;
    }
    return Arrays.copyOf(window, length / EncoderPooling.BANDS / 2 * 2 * EncoderPooling.BANDS);
  }

  /** Of labels that the map has all wrong, so that there is much to learn. */
  @Test
  void shouldLowerTheLossAndGiveTheSameBitsAgain() throws Exception {
    List<LabeledClip> before = through(encoder);
    ModelManifest.Normalization normalization = byPlace(before);
    NormalizedWindows windows = new NormalizedWindows(before, LABELS, normalization);
    LinearDiscriminant head = windows.fit(windows.statistics(LabeledClip::label));
    List<LabeledClip> relabeled = relabeled(before);
    Map<String, SiteStatistics> places = SiteStatistics.byCorpus(before, EncoderPooling.LENGTH, 0);
    try (PretrainedEncoder tuned = tuned(relabeled, head, places);
        PretrainedEncoder again = tuned(relabeled, head, places);
        NDManager manager = NDManager.newBaseManager(Device.cpu(), Torch.ENGINE)) {
      assertThat(tuned.entry()).isEqualTo(again.entry());
      assertThat(tuned.entry().sha256()).isNotEqualTo(encoder.entry().sha256());
      assertThat(tuned.manifest().source()).contains("fine-tuned for 4 batches");
      assertThat(changed(encoder.weights(manager), tuned.weights(manager)))
          .contains("layer1.query.weight", "layer2.down.bias")
          .noneMatch(name -> name.startsWith("conv") || name.equals("positions"));
      assertThat(loss(relabeled(through(tuned)), head, normalization))
          .isLessThan(0.98 * loss(relabeled, head, normalization));
    }
  }

  private static List<LabeledClip> relabeled(List<LabeledClip> clips) {
    return clips.stream()
        .map(clip -> clip.as(LABELS.get((LABELS.indexOf(clip.label()) + 1) % LABELS.size())))
        .toList();
  }

  private static double loss(
      List<LabeledClip> clips, LinearDiscriminant head, ModelManifest.Normalization by) {
    NormalizedWindows windows = new NormalizedWindows(clips, LABELS, by);
    return Calibrator.crossEntropy(windows.logits(head), windows.floatLabels());
  }

  private static PretrainedEncoder tuned(
      List<LabeledClip> vectors, LinearDiscriminant head, Map<String, SiteStatistics> places)
      throws IOException {
    return new EncoderTuning(LABELS, 4, 1, NO_LOG)
        .tuned(
            encoder,
            vectors,
            head,
            places,
            clip -> frames.get(Integer.parseInt(clip.sha256())).windows());
  }

  private static List<String> changed(NDList before, NDList after) {
    List<String> changed = new ArrayList<>();
    for (int i = 0; i < before.size(); i++) {
      NDArray was = before.get(i);
      assertThat(after.get(i).getName()).isEqualTo(was.getName());
      if (!Arrays.equals(was.toFloatArray(), after.get(i).toFloatArray())) {
        changed.add(was.getName());
      }
    }
    return changed;
  }

  private static List<LabeledClip> through(PretrainedEncoder encoder) {
    try (EncoderPooling pooling = encoder.newPooling()) {
      return frames.stream()
          .map(clip -> clip.with(clip.features().pooled(pooling).windows()))
          .toList();
    }
  }

  private static ModelManifest.Normalization byPlace(List<LabeledClip> clips) throws IOException {
    List<Float> zeros = Collections.nCopies(EncoderPooling.LENGTH, 0f);
    List<Float> ones = Collections.nCopies(EncoderPooling.LENGTH, 1f);
    return SiteStatistics.of(clips, EncoderPooling.LENGTH, 0)
        .normalization(
            new ModelManifest.Normalization(
                zeros, ones, ModelManifest.Normalization.Adapt.NONE, 10, List.of(), 0, 0));
  }

  @Test
  void shouldVaryWindowsWithinBounds() {
    float[] window = present(frames.get(0).windows().get(0));
    int before = window.length / EncoderPooling.BANDS;
    for (int seed = 0; seed < 50; seed++) {
      float[] varied =
          LogMelVariation.of(window, EncoderPooling.BANDS, before + 2, new SplittableRandom(seed));
      int frames = varied.length / EncoderPooling.BANDS;

      assertThat(varied.length % (2 * EncoderPooling.BANDS)).isZero();
      assertThat(frames).isBetween((int) (0.87 * before) - 1, before + 2);
      for (float value : varied) {
        assertThat(value).isFinite().isBetween(-3f, 3f);
      }
      assertThat(
              LogMelVariation.of(
                  window, EncoderPooling.BANDS, before + 2, new SplittableRandom(seed)))
          .isEqualTo(varied);
    }
  }

  @Test
  void shouldPassOnThatARecordingCannotBeRead() throws Exception {
    List<LabeledClip> vectors = through(encoder);
    NormalizedWindows windows = new NormalizedWindows(vectors, LABELS, byPlace(vectors));
    LinearDiscriminant head = windows.fit(windows.statistics(LabeledClip::label));
    Map<String, SiteStatistics> places = SiteStatistics.byCorpus(vectors, EncoderPooling.LENGTH, 0);

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(
            () ->
                new EncoderTuning(LABELS, 1, 1, NO_LOG)
                    .tuned(
                        encoder,
                        vectors,
                        head,
                        places,
                        clip -> {
                          throw new IOException("gone");
                        }))
        .withMessage("gone");
  }
}
