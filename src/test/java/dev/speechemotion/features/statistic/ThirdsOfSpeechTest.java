package dev.speechemotion.features.statistic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.features.codes.WindowFrames;
import dev.speechemotion.features.frame.FrameValue;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ThirdsOfSpeechTest {
  /** A tenth of a semitone and half a decibel. */
  private final ThirdsOfSpeech thirds =
      new ThirdsOfSpeech(
          new WindowFrames(
              List.of(new FrameValue("f0", 0, 0.1 * 4095), new FrameValue("rms", 0, 0.5 * 4095)),
              62.5),
          List.of("f0", "rms"));

  private float[] described(int[] pitch, int[] level, int[] flags) {
    float[] out = new float[8];
    out[0] = 7;
    out[7] = 7;
    thirds.compute(new int[][] {pitch, level}, flags, pitch.length, out, 1);
    assertThat(out[0]).isEqualTo(7);
    assertThat(out[7]).isEqualTo(7);
    return Arrays.copyOfRange(out, 1, 7);
  }

  @Test
  void shouldTellThirdsOfWhatIsSpokenFromItsMean() {
    int[] pitch = new int[20];
    int[] level = new int[20];
    int[] flags = new int[20];
    // Spoken from 4 to 15: thirds of four frames; before and behind it are other values.
    Arrays.fill(level, 900);
    for (int i = 4; i < 16; i++) {
      flags[i] = WindowFrames.SPEECH | WindowFrames.ACTIVE;
      level[i] = i < 8 ? 10 : i < 12 ? 20 : 60;
    }
    // Of the first third one frame is voiced, of the second none, of the last three.
    pitch[5] = 300;
    Arrays.fill(pitch, 13, 16, 340);
    pitch[18] = 1_000;

    float[] values = described(pitch, level, flags);

    assertThat(values)
        .containsExactly(
            new float[] {-3, 0, 1, -10, -5, 15}, within(1e-5f)); // of 33 semitones and 15 dB
  }

  @Test
  void shouldTakeOfTheLevelTheFramesThatHoldSpeech() {
    int[] flags = new int[9];
    int[] level = new int[9];
    for (int i = 0; i < 9; i++) {
      flags[i] = i == 4 ? WindowFrames.ACTIVE : WindowFrames.SPEECH;
      level[i] = i == 4 ? 4_000 : 10 * (i / 3);
    }

    float[] values = described(new int[9], level, flags);

    double mean = (3 * 0 + 2 * 10 + 3 * 20) / 8.0;
    assertThat(values)
        .containsExactly(
            new float[] {
              0, 0, 0, (float) (-mean / 2), (float) ((10 - mean) / 2), (float) ((20 - mean) / 2)
            },
            within(1e-5f));
  }

  @Test
  void shouldTakeAllFramesWhereNoneHoldsSpeech() {
    assertThat(described(new int[3], new int[] {2, 4, 6}, new int[3]))
        .containsExactly(new float[] {0, 0, 0, -1, 0, 1}, within(1e-6f));
  }

  @Test
  void shouldSayNothingOfThirdsWithoutFrames() {
    assertThat(described(new int[] {300}, new int[] {8}, new int[] {WindowFrames.SPEECH}))
        .containsOnly(0);
  }
}
