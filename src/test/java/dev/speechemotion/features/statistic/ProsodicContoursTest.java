package dev.speechemotion.features.statistic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.features.codes.WindowFrames;
import dev.speechemotion.features.frame.FrameValue;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProsodicContoursTest {
  private static final double FRAMES_PER_SECOND = 50;

  /** A tenth of a semitone, a quarter of a decibel. */
  private final ProsodicContours contours =
      new ProsodicContours(
          new WindowFrames(
              List.of(new FrameValue("f0", 0, 0.1 * 4095), new FrameValue("rms", 0, 0.25 * 4095)),
              FRAMES_PER_SECOND));

  private Map<String, Double> described(int[] pitch, int[] level) {
    List<String> names = contours.names();
    float[] out = new float[names.size() + 2];
    out[0] = 7;
    out[out.length - 1] = 7;
    contours.compute(pitch, level, pitch.length, out, 1);
    assertThat(out[0]).isEqualTo(7);
    assertThat(out[out.length - 1]).isEqualTo(7);
    Map<String, Double> values = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      values.put(names.get(i), (double) out[i + 1]);
    }
    return values;
  }

  /** A run that rises by 1 a frame for 20 frames, a pause, a run that falls by 2 for 10 frames. */
  @Test
  void shouldFollowPitchThroughRuns() {
    int[] pitch = new int[50];
    for (int i = 0; i < 20; i++) {
      pitch[5 + i] = 300 + i;
    }
    for (int i = 0; i < 10; i++) {
      pitch[35 + i] = 340 - 2 * i;
    }

    Map<String, Double> values = described(pitch, new int[50]);

    // Quarters: frames 0 to 4 and 15 to 19 of the first, 0 to 1 and 8 to 9 of the second.
    double firstMove = (317 - 302) * 0.1;
    double secondMove = (323 - 339) * 0.1;
    double all = (20 * 309.5 + 10 * 331) / 30;
    Map<String, Double> expected = new LinkedHashMap<>();
    expected.put("f0.run.slope", (20 * 1 + 10 * -2) / 30.0 * 0.1 * 50);
    expected.put("f0.rise", firstMove);
    expected.put("f0.fall", -secondMove);
    expected.put("f0.move.max", firstMove);
    expected.put("f0.move.min", secondMove);
    expected.put("f0.move.last", secondMove);
    expected.put("f0.first", (309.5 - all) * 0.1);
    expected.put("f0.last", (331 - all) * 0.1);
    expected.put("f0.end", (323 - all) * 0.1);
    expected.put("f0.jump", (339 - 317) * 0.1);
    expected.put("f0.run.length", 15 / FRAMES_PER_SECOND);
    expected.put("f0.run.rate", 2.0);
    // 16 local slopes of 1 and 6 of -2, codes a frame.
    expected.put("f0.delta.p10", -2 * 0.1 * 50);
    expected.put("f0.delta.median", 0.1 * 50);
    expected.put("f0.delta.p90", 0.1 * 50);
    expected.put("f0.delta.abs", (16 + 6 * 2) / 22.0 * 0.1 * 50);
    expected.forEach(
        (name, value) -> assertThat(values.get(name)).as(name).isCloseTo(value, within(1e-4)));
  }

  @Test
  void shouldEndARunWherePitchJumpsAndLeaveOutShortOnes() {
    int[] pitch = new int[30];
    Arrays.fill(pitch, 0, 10, 300);
    // An octave higher: 120 tenths of a semitone.
    Arrays.fill(pitch, 10, 20, 420);
    Arrays.fill(pitch, 22, 26, 300);

    Map<String, Double> values = described(pitch, new int[30]);

    assertThat(values.get("f0.run.rate")).isCloseTo(2 * 50 / 30.0, within(1e-4));
    assertThat(values.get("f0.jump")).isCloseTo(12, within(1e-4));
    assertThat(values.get("f0.move.max")).isZero();
    assertThat(values.get("f0.delta.abs")).isZero();
  }

  @Test
  void shouldTellHowTheLevelRisesAndFalls() {
    // Up by 4 a frame for ten frames, down by 1 for forty.
    int[] level = new int[51];
    for (int i = 0; i < level.length; i++) {
      level[i] = i <= 10 ? 4 * i : 40 - (i - 10);
    }
    int[] pitch = new int[51];
    for (int i = 20; i < 40; i++) {
      pitch[i] = 340 - i;
    }

    Map<String, Double> values = described(pitch, level);

    // Of the 47 frames with two on either side, 9 lie where it only rises, 2 around the top.
    assertThat(values.get("rms.rising")).isCloseTo(10 / 47.0, within(0.022));
    assertThat(values.get("rms.rise")).isCloseTo(4 * 0.25 * 50, within(5.0));
    assertThat(values.get("rms.fall")).isCloseTo(0.25 * 50, within(0.5));
    assertThat(values.get("f0.rms.correlation")).isCloseTo(1, within(1e-6));
  }

  @Test
  void shouldTellNothingWhereThereIsNoVoiceOrHardlyAFrame() {
    for (int count : List.of(1, 4, 40)) {
      assertThat(described(new int[count], new int[count]).values())
          .allSatisfy(value -> assertThat(value).isZero());
    }
    assertThat(described(new int[] {300}, new int[] {7}).values())
        .allSatisfy(value -> assertThat(value).isZero());
  }
}
