package dev.speechemotion.features.statistic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.audio.Framer;
import dev.speechemotion.features.ChannelAnalyzer;
import dev.speechemotion.features.FeatureExtractor;
import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.features.codes.FrameRing;
import dev.speechemotion.features.codes.WindowFrames;
import dev.speechemotion.features.fixture.AnalyzerState;
import dev.speechemotion.features.fixture.Recordings;
import dev.speechemotion.features.fixture.Signals;
import dev.speechemotion.features.frame.ChannelMemory;
import dev.speechemotion.features.frame.FrameFeatures;
import dev.speechemotion.features.spec.FeatureGroup;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.Statistic;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.features.window.WindowSink;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What windows have of their frames beyond means. */
class WindowSummaryTest {
  private static final FeatureSpec TELEPHONE = FeatureSpec.TELEPHONE_8K_EXTENDED;

  private static final List<Statistic> OF_ALL_FRAMES =
      Arrays.stream(Statistic.values()).filter(one -> one != Statistic.OF_SPEECH).toList();

  private record Window(long beginMs, long endMs, float speechShare, Map<String, Double> values) {}

  /** The named ones and one of all groups, with what there is of all frames. */
  static List<FeatureSpec> specs() {
    return List.of(
        with(TELEPHONE, TELEPHONE.hopLength(), TELEPHONE.groups(), OF_ALL_FRAMES),
        with(
            FeatureSpec.WIDEBAND_16K_EXTENDED,
            FeatureSpec.WIDEBAND_16K_EXTENDED.hopLength(),
            FeatureSpec.WIDEBAND_16K_EXTENDED.groups(),
            OF_ALL_FRAMES),
        with(
            FeatureSpec.WIDEBAND_16K_EXTENDED, 200, List.of(FeatureGroup.values()), OF_ALL_FRAMES));
  }

  private static FeatureSpec with(
      FeatureSpec like, int hopLength, List<FeatureGroup> groups, List<Statistic> statistics) {
    return new FeatureSpec(
        "like " + like.name(),
        like.sampleRateHz(),
        like.fftLength(),
        hopLength,
        like.melBands(),
        like.mfccCount(),
        like.chromaBins(),
        like.contrastBands(),
        like.contrastMinHz(),
        like.contrastQuantile(),
        groups,
        statistics);
  }

  /** Every value of every window, from the frames' own values in double precision. */
  @ParameterizedTest
  @MethodSource("specs")
  void shouldDescribeTheFramesWhoseCentersLieWithin(FeatureSpec spec) throws IOException {
    float[] samples = speech(spec.sampleRateHz());
    List<float[]> frames = frames(spec, samples);
    WindowFrames codes = windowFrames(spec);
    List<String> names = FeatureLayout.of(spec).frameFeatureNames();
    double framesPerSecond = (double) spec.sampleRateHz() / spec.hopLength();

    List<Window> windows = windows(spec, WindowSettings.DEFAULT, samples);

    assertThat(windows).hasSizeGreaterThan(5);
    for (Window window : windows.subList(1, windows.size() - 1)) {
      List<float[]> held = framesWithin(spec, frames, window);
      for (int i = 0; i < names.size(); i++) {
        String name = names.get(i);
        double[] values = column(held, i);
        if (name.equals("f0") || name.equals("rms")) {
          continue;
        }
        double mean = mean(values);
        double zero = name.equals("mfcc1") ? mean : 0;
        // A value is within half a step of the frame's own.
        double step = codes.step(i);
        if (name.equals("mfcc1")) {
          assertThat(window.values).doesNotContainKey("mfcc1.mean");
        } else {
          assertValue(window, name + ".mean", mean, step);
        }
        assertValue(window, name + ".std", deviation(values), step);
        Arrays.sort(values);
        assertValue(window, name + ".p10", values[rank(values.length, 0.1)] - zero, 1.1 * step);
        assertValue(window, name + ".median", values[rank(values.length, 0.5)] - zero, 1.1 * step);
        assertValue(window, name + ".p90", values[rank(values.length, 0.9)] - zero, 1.1 * step);
        assertValue(window, name + ".delta.std", deviation(slopes(column(held, i))), step);
      }
      double[] f0 = column(held, names.indexOf("f0"));
      List<double[]> voiced = new ArrayList<>();
      for (int i = 0; i < f0.length; i++) {
        if (f0[i] > 0) {
          voiced.add(new double[] {i, 12 * Math.log(f0[i] / 27.5) / Math.log(2)});
        }
      }
      assertThat(voiced).hasSizeGreaterThan(20);
      double[] pitch = voiced.stream().mapToDouble(point -> point[1]).toArray();
      double[] times = voiced.stream().mapToDouble(point -> point[0]).toArray();
      assertValue(window, "f0.mean", mean(pitch), 0.02);
      assertValue(window, "f0.std", deviation(pitch), 0.02);
      double slope = 0;
      for (int i = 0; i < pitch.length; i++) {
        slope += (times[i] - mean(times)) * (pitch[i] - mean(pitch));
      }
      slope /= pitch.length * Math.pow(deviation(times), 2);
      assertValue(window, "f0.slope", slope * framesPerSecond, 0.02);
      Arrays.sort(pitch);
      assertValue(window, "f0.p10", pitch[rank(pitch.length, 0.1)], 0.02);
      assertValue(window, "f0.median", pitch[rank(pitch.length, 0.5)], 0.02);
      assertValue(window, "f0.p90", pitch[rank(pitch.length, 0.9)], 0.02);
      for (int percent : new int[] {5, 25, 75, 95}) {
        assertValue(
            window,
            "f0.p%02d".formatted(percent),
            pitch[rank(pitch.length, percent / 100.0)] - pitch[rank(pitch.length, 0.5)],
            0.03);
      }
      double[] voicing = column(held, names.indexOf("voicing"));
      double[] voicings = voiced.stream().mapToDouble(point -> voicing[(int) point[0]]).toArray();
      assertValue(window, "voicing.voiced.mean", mean(voicings), 3e-4);
      assertValue(window, "voicing.voiced.std", deviation(voicings), 3e-4);
      Arrays.sort(voicings);
      assertValue(window, "voicing.voiced.p10", voicings[rank(voicings.length, 0.1)], 3e-4);
      assertValue(window, "voiced.share", pitch.length / (double) f0.length, 1e-6);
      assertValue(window, "speech.share", window.speechShare, 1e-6);
    }
  }

  /** Frames with and without speech that differ in everything: only the former may count. */
  @Test
  void shouldDescribeTheFramesThatHoldSpeechIfAnyDoes() {
    List<String> names = FeatureLayout.of(TELEPHONE).windowFeatureNames();
    float[] spoken = new float[FeatureLayout.of(TELEPHONE).windowFeatureCount()];
    float[] mixed = new float[FeatureLayout.of(TELEPHONE).windowFeatureCount()];
    float[] silent = new float[FeatureLayout.of(TELEPHONE).windowFeatureCount()];
    float[] ofAll = new float[FeatureLayout.of(TELEPHONE).windowFeatureCount()];
    FeatureSpec all = with(TELEPHONE, TELEPHONE.hopLength(), TELEPHONE.groups(), OF_ALL_FRAMES);

    summarize(TELEPHONE, WindowFrames.SPEECH, -1, spoken);
    summarize(TELEPHONE, WindowFrames.SPEECH, 0, mixed);
    summarize(TELEPHONE, 0, 0, silent);
    summarize(all, 0, 0, ofAll);

    int compared = 0;
    for (int i = 0; i < names.size(); i++) {
      boolean ofFrames =
          names.get(i).matches("(?!f0|speech|pause|syllable|voiced).*\\.(mean|std|p10|median|p90)")
              && !names.get(i).matches(".*(delta|voiced|bend).*");
      if (ofFrames) {
        assertThat(mixed[i]).as(names.get(i)).isEqualTo(spoken[i]);
        compared++;
      }
      assertThat(silent[i]).as(names.get(i)).isEqualTo(ofAll[i]);
    }
    assertThat(compared).isEqualTo(5 * (FeatureLayout.of(TELEPHONE).frameFeatureCount() - 1) - 1);
    int zcr = names.indexOf("zcr.mean");
    assertThat(silent[zcr]).isNotEqualTo(mixed[zcr]);
  }

  /**
   * Of twenty frames with one flag, each followed, unless the other flag is negative, by one that
   * differs and has the other.
   */
  private static void summarize(FeatureSpec spec, int flag, int other, float[] out) {
    WindowFrames frames = windowFrames(spec);
    FrameRing ring = new FrameRing(spec, WindowSettings.DEFAULT, frames.codes());
    float[] frame = new float[FeatureLayout.of(spec).frameFeatureCount()];
    for (int i = 0; i < 20; i++) {
      for (int k = 0; k < frame.length; k++) {
        frame[k] = (float) (0.1 + 0.05 * Math.sin(i + k));
      }
      ring.add(frame, -20, flag);
      for (int k = 0; k < frame.length; k++) {
        frame[k] = (float) (0.3 + 0.05 * Math.cos(i + k));
      }
      if (other >= 0) {
        ring.add(frame, -20, other);
      }
    }
    ring.copyTo(frames);
    new WindowSummary(spec, frames).compute(out);
  }

  private static WindowFrames windowFrames(FeatureSpec spec) {
    return new WindowFrames(
        new FrameFeatures(spec).values(), (double) spec.sampleRateHz() / spec.hopLength());
  }

  /** All but noise of the codes is the same at a 30th of the level, and with a constant added. */
  @ParameterizedTest
  @MethodSource("specs")
  void shouldNotDependOnTheLevel(FeatureSpec spec) throws IOException {
    float[] loud = speech(spec.sampleRateHz());
    float[] noise = Signals.noise(loud.length, 1e-3, 1);
    float[] soft = new float[loud.length];
    float[] quiet = new float[loud.length];
    for (int i = 0; i < loud.length; i++) {
      loud[i] += noise[i];
      soft[i] = loud[i] / 4;
      quiet[i] = loud[i] / 32;
    }

    List<Window> loudWindows = windows(spec, WindowSettings.DEFAULT, loud);
    List<Window> softWindows = windows(spec, WindowSettings.DEFAULT, soft);
    List<Window> quietWindows = windows(spec, WindowSettings.DEFAULT, quiet);

    int thirds = 0;
    assertThat(quietWindows).hasSameSizeAs(loudWindows);
    for (int i = 0; i < loudWindows.size(); i++) {
      Window window = quietWindows.get(i);
      Window loudWindow = loudWindows.get(i);
      for (Map.Entry<String, Double> loudValue : loudWindow.values.entrySet()) {
        String name = loudValue.getKey();
        if (name.startsWith("logmel") && !name.contains("std")) {
          // These are the level; no named spec has them.
          continue;
        }
        if (name.startsWith("speech") || name.startsWith("pause") || name.startsWith("syl")) {
          // Quieter than -65 dB nothing is speech, so the ends of words differ.
          assertValue(window, name, loudValue.getValue(), 1.5);
          continue;
        }
        boolean hz = name.matches("(centroid|bandwidth|rolloff).*");
        if (name.contains(".third")) {
          // For the same reason thirds begin and end elsewhere: only where the same is speech; a
          // difference of two means has twice a value's tolerance.
          Window softWindow = softWindows.get(i);
          if (softWindow.speechShare == loudWindow.speechShare) {
            assertValue(softWindow, name, loudValue.getValue(), hz ? 16 : 0.9);
            thirds++;
          }
          continue;
        }
        if (name.equals("rms.rise") || name.equals("rms.fall")) {
          // dB per second: what is noise from frame to frame counts many times.
          assertValue(window, name, loudValue.getValue(), 2);
          continue;
        }
        assertValue(window, name, loudValue.getValue(), hz ? 8 : 0.45);
      }
    }
    // Of two windows or more.
    assertThat(thirds).isGreaterThanOrEqualTo(2 * 3 * 8);
  }

  @Test
  void shouldCountSyllablesAndPauses() {
    // Four vowels of 150 ms a second, for two seconds; then a second of pause, and so on.
    float[] samples = Signals.noise(13 * 8_000, 1e-4, 1);
    for (int second = 0; second < 13; second++) {
      for (int syllable = 0; second % 3 != 2 && syllable < 4; syllable++) {
        for (int i = 0; i < 1_200; i++) {
          int at = second * 8_000 + syllable * 2_000 + i;
          double envelope = Math.sin(Math.PI * i / 1_200);
          for (int h = 1; h < 12; h++) {
            samples[at] +=
                (float) (0.2 / h * envelope * Math.sin(2 * Math.PI * 140 * h * at / 8_000.0));
          }
        }
      }
    }

    List<Window> windows = windows(TELEPHONE, WindowSettings.DEFAULT, samples);

    double twelveSemitones = 12 * Math.log(140 / 27.5) / Math.log(2);
    for (Window window : windows.subList(1, windows.size() - 1)) {
      // Each full window holds one pause, of a second and what the last syllable leaves of its
      // own, which two windows see in two parts.
      assertThat(window.values.get("pause.rate")).isBetween(0.3, 0.7);
      assertThat(window.values.get("pause.length")).isBetween(0.4, 1.2);
      // Eight syllables; speech goes on for 0.2 s after each stretch of two seconds.
      assertThat(window.values.get("syllable.rate")).isBetween(2.9, 4.2);
      assertThat(window.values.get("speech.share")).isBetween(0.6, 0.8);
      assertValue(window, "f0.median", twelveSemitones, 0.05);
      assertValue(window, "f0.slope", 0, 0.2);
    }
  }

  @Test
  void shouldHaveDefinedValuesWithoutAnySound() {
    List<Window> windows = windows(TELEPHONE, WindowSettings.DEFAULT, Signals.silence(4 * 8_000));

    for (Window window : windows) {
      for (String name : List.of("f0.mean", "f0.p10", "f0.median", "f0.p90")) {
        assertValue(window, name, 30, 0);
      }
      for (String name :
          List.of("f0.std", "f0.slope", "voiced.share", "speech.share", "syllable.rate")) {
        assertValue(window, name, 0, 0);
      }
      assertValue(window, "rms.mean", -40, 0.05);
      assertValue(window, "pause.length", (window.endMs - window.beginMs) / 1000.0, 0.05);
    }
  }

  @Test
  void shouldDescribeAWindowOfASingleFrame() {
    List<Window> windows = windows(TELEPHONE, WindowSettings.DEFAULT, Signals.noise(512, 0.1, 1));

    assertThat(windows).hasSize(1);
    windows
        .get(0)
        .values
        .forEach(
            (name, value) -> {
              if (name.endsWith("std")) {
                assertThat(value).as(name).isZero();
              }
            });
  }

  /** Half of what a window holds on average; most just before it ends. */
  @Test
  void shouldKeepSmallState() throws IOException {
    ChannelAnalyzer analyzer =
        new ChannelAnalyzer(new FeatureExtractor(TELEPHONE), WindowSettings.DEFAULT, 8_000);
    float[] samples = Signals.bursts(60 * 8_000, 8_000, 1);
    int largest = 0;
    long sum = 0;
    for (int at = 0; at < samples.length; at += 160) {
      analyzer.accept(samples, at, 160, (beginMs, endMs, speechShare, features) -> {});
      int bytes = AnalyzerState.write(analyzer).length;
      largest = Math.max(largest, bytes);
      sum += bytes;
    }

    assertThat(largest).isLessThan(16_000);
    assertThat(sum / (samples.length / 160)).isLessThan(14_000);
  }

  @Test
  void shouldRefuseWindowsOfTooManyFrames() {
    FeatureSpec spec =
        new FeatureSpec(
            "dense",
            8_000,
            512,
            1,
            40,
            13,
            12,
            4,
            200,
            0.02,
            List.of(),
            List.of(Statistic.DEVIATION));
    FeatureExtractor extractor = new FeatureExtractor(spec);

    assertThatThrownBy(
            () -> new ChannelAnalyzer(extractor, new WindowSettings(3_000, 1_000), 8_000))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("hopLength of 1 samples");
  }

  /** Demo recordings one after another, with pauses between. */
  private static float[] speech(int sampleRateHz) throws IOException {
    float[] all = new float[0];
    for (var file : Recordings.bundled().subList(0, 4)) {
      float[] clip = Recordings.samples(file, sampleRateHz);
      int end = all.length;
      all = Arrays.copyOf(all, end + clip.length + sampleRateHz / 2);
      System.arraycopy(clip, 0, all, end, clip.length);
    }
    return all;
  }

  private static List<float[]> frames(FeatureSpec spec, float[] samples) {
    FeatureExtractor extractor = new FeatureExtractor(spec);
    ChannelMemory memory = new ChannelMemory(spec);
    List<float[]> frames = new ArrayList<>();
    new Framer(spec.fftLength(), spec.hopLength())
        .accept(
            samples,
            0,
            samples.length,
            (frame, offset, index) -> {
              float[] values = new float[FeatureLayout.of(spec).frameFeatureCount()];
              extractor.extract(frame, offset, memory, values, 0);
              frames.add(values);
            });
    return frames;
  }

  private static List<float[]> framesWithin(FeatureSpec spec, List<float[]> frames, Window window) {
    List<float[]> within = new ArrayList<>();
    for (int i = 0; i < frames.size(); i++) {
      long center = (long) i * spec.hopLength() + spec.fftLength() / 2;
      if (center * 1000 >= window.beginMs * spec.sampleRateHz()
          && center * 1000 < window.endMs * spec.sampleRateHz()) {
        within.add(frames.get(i));
      }
    }
    return within;
  }

  private static List<Window> windows(FeatureSpec spec, WindowSettings settings, float[] samples) {
    List<Window> windows = new ArrayList<>();
    List<String> names = FeatureLayout.of(spec).windowFeatureNames();
    WindowSink sink =
        (beginMs, endMs, speechShare, features) -> {
          assertThat(features).hasSize(names.size());
          Map<String, Double> values = new LinkedHashMap<>();
          for (int i = 0; i < features.length; i++) {
            assertThat(features[i]).as(names.get(i)).isFinite();
            values.put(names.get(i), (double) features[i]);
          }
          windows.add(new Window(beginMs, endMs, speechShare, values));
        };
    ChannelAnalyzer analyzer =
        new ChannelAnalyzer(new FeatureExtractor(spec), settings, spec.sampleRateHz());
    analyzer.accept(samples, 0, samples.length, sink);
    analyzer.finish(sink);
    return windows;
  }

  private static void assertValue(Window window, String name, double expected, double tolerance) {
    assertThat(window.values.get(name))
        .as("%s from %d ms", name, window.beginMs)
        .isNotNull()
        .isCloseTo(expected, within(tolerance + 1e-4));
  }

  private static int rank(int count, double share) {
    return (int) Math.floor((count - 1) * share + 0.5 + 1e-9);
  }

  private static double[] column(List<float[]> frames, int i) {
    return frames.stream().mapToDouble(frame -> frame[i]).toArray();
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElseThrow();
  }

  private static double deviation(double[] values) {
    double mean = mean(values);
    return Math.sqrt(Arrays.stream(values).map(v -> (v - mean) * (v - mean)).average().orElse(0));
  }

  private static double[] slopes(double[] values) {
    double[] slopes = new double[values.length - 8];
    for (int t = 4; t < values.length - 4; t++) {
      for (int k = -4; k <= 4; k++) {
        slopes[t - 4] += k * values[t + k] / 60;
      }
    }
    return slopes;
  }
}
