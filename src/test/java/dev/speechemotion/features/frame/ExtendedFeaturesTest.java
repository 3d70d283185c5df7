package dev.speechemotion.features.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.features.dsp.Slopes;
import dev.speechemotion.features.fixture.Signals;
import dev.speechemotion.features.spec.FeatureGroup;
import dev.speechemotion.features.spec.FeatureSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Level, log-mel bands and slopes: what they are where the answer is known in closed form. */
class ExtendedFeaturesTest {
  private static final FeatureSpec SPEC =
      new FeatureSpec(
          "all groups",
          8_000,
          512,
          128,
          40,
          20,
          12,
          4,
          200,
          0.02,
          List.of(FeatureGroup.values()),
          List.of());

  private final FrameFeatures features = new FrameFeatures(SPEC);
  private final List<String> names = features.values().stream().map(FrameValue::name).toList();
  private final ChannelMemory memory = new ChannelMemory(SPEC);
  private final float[] frame = new float[names.size()];

  @Test
  void shouldTakeAFramesPowerFromItsSpectrum() {
    for (double amplitude : new double[] {1, 0.1, 0.001}) {
      Frame inWork = new Frame(SPEC);

      inWork.begin(Signals.tone(512, 8_000, 1_000, amplitude), 0, memory, 0);

      assertThat((double) inWork.meanSquare())
          .isCloseTo(amplitude * amplitude / 2, within(1e-5 * amplitude * amplitude));
    }
  }

  @Test
  void shouldNotHearAConstantOffset() {
    Frame inWork = new Frame(SPEC);
    inWork.begin(Signals.constant(512, 0.7f), 0, memory, 0);
    extract(Signals.constant(512, 0.7f));

    assertThat(inWork.meanSquare()).isLessThan(1e-10f);
    assertThat(value("rms")).isEqualTo(-40);
  }

  @Test
  void shouldGiveTheLevelBelowTheChannelsLoudest() {
    extract(Signals.tone(512, 8_000, 1_000, 0.5));
    assertThat(value("rms")).isZero();

    extract(Signals.tone(512, 8_000, 1_000, 0.05));
    // A frame of 16 ms forgets 0.0016 dB.
    assertThat(value("rms")).isCloseTo(-20 + 0.0016, within(1e-3));

    extract(Signals.silence(512));
    assertThat(value("rms")).isEqualTo(-60);

    extract(Signals.tone(512, 8_000, 1_000, 0.8));
    assertThat(value("rms")).isZero();
  }

  @Test
  void shouldForgetTheLoudestByOneDecibelInTenSeconds() {
    extract(Signals.tone(512, 8_000, 1_000, 0.5));
    float[] quiet = Signals.tone(512, 8_000, 1_000, 0.05);
    for (int i = 0; i < 625; i++) {
      extract(quiet);
    }

    assertThat(value("rms")).isCloseTo(-19, within(0.01));
  }

  @Test
  void shouldGiveTheBandsOfWhichTheMfccAreTheTransform() {
    extract(Signals.noise(512, 0.3, 1));

    int first = names.indexOf("logmel1");
    for (int k = 0; k < SPEC.mfccCount(); k++) {
      double sum = 0;
      for (int band = 0; band < 40; band++) {
        sum += frame[first + band] * Math.cos(Math.PI * k * (2 * band + 1) / 80);
      }
      assertThat((double) frame[k])
          .isCloseTo(sum * Math.sqrt((k == 0 ? 1 : 2) / 40.0), within(1e-3));
    }
  }

  @Test
  void shouldGiveTheSlopeOfAStraightLine() {
    Slopes slopes = new Slopes(2);
    float[] out = new float[2];
    for (int t = 0; t < 40; t++) {
      slopes.accept(new float[] {3 * t - 50, 7}, 0, out, 0);

      assertThat(out[1]).isZero();
      if (t >= 8) {
        assertThat(out[0]).isEqualTo(3);
      }
    }
  }

  /** {@code sum_k k (x[t + k] - x[t - k]) / (2 sum_k k^2)}, as deltas are usually written. */
  @Test
  void shouldFollowTheRegressionFormula() {
    Random random = new Random(2);
    float[] x = new float[100];
    Slopes slopes = new Slopes(1);
    float[] out = new float[1];
    for (int t = 0; t < x.length; t++) {
      x[t] = random.nextFloat();
      slopes.accept(x, t, out, 0);
      double sum = 0;
      for (int k = 1; k <= 4; k++) {
        sum += k * (x[Math.max(0, t - 4 + k)] - x[Math.max(0, t - 4 - k)]);
      }
      assertThat((double) out[0]).isCloseTo(sum / 60, within(1e-6));
    }
  }

  @Test
  void shouldSayTheSlopesOfTheMfccInEachFrame() {
    List<float[]> frames = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      extract(Signals.noise(512, 0.3, i));
      frames.add(frame.clone());
    }

    int first = names.indexOf("mfccdelta1");
    for (int c = 0; c < 20; c++) {
      double sum = 0;
      for (int k = -4; k <= 4; k++) {
        sum += k * frames.get(7 + k)[c];
      }
      assertThat((double) frame[first + c]).isCloseTo(sum / 60, within(1e-4));
    }
  }

  private void extract(float[] samples) {
    features.compute(samples, 0, memory, frame, 0);
  }

  private double value(String name) {
    return frame[names.indexOf(name)];
  }
}
