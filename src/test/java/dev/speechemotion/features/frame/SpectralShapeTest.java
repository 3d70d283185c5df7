package dev.speechemotion.features.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.features.dsp.PowerSpectrum;
import dev.speechemotion.features.fixture.Signals;
import dev.speechemotion.features.spec.FeatureSpec;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SpectralShapeTest {
  static List<FeatureSpec> specs() {
    return List.of(FeatureSpec.TELEPHONE_8K_EXTENDED, FeatureSpec.WIDEBAND_16K_EXTENDED);
  }

  @ParameterizedTest
  @MethodSource("specs")
  void shouldGiveATonesShape(FeatureSpec spec) {
    double binHz = (double) spec.sampleRateHz() / spec.fftLength();
    for (int bin = 10; bin < spec.fftLength() / 2 - 10; bin += 7) {
      Shape shape = new Shape(spec);

      shape.frame(Signals.tone(spec.fftLength(), spec.sampleRateHz(), bin * binHz, 0.5));

      // Under the Hann window a tone's magnitudes are 1/2, 1, 1/2 in three bins.
      assertThat(shape.centroid()).isCloseTo(bin * binHz, within(0.02 * binHz));
      assertThat(shape.bandwidth()).isCloseTo(Math.sqrt(0.5) * binHz, within(0.1 * binHz));
      assertThat(shape.rolloff()).isCloseTo((bin + 1) * binHz, within(1e-3));
      assertThat(shape.flatness()).isLessThan(-50);
    }
  }

  @ParameterizedTest
  @MethodSource("specs")
  void shouldGiveTheShapeOfAFlatSpectrum(FeatureSpec spec) {
    Shape shape = new Shape(spec);

    shape.frame(Signals.impulse(spec.fftLength(), spec.fftLength() / 2));

    double binHz = (double) spec.sampleRateHz() / spec.fftLength();
    int bins = spec.fftLength() / 2 + 1;
    assertThat(shape.centroid()).isCloseTo(spec.sampleRateHz() / 4.0, within(1e-2));
    assertThat(shape.bandwidth())
        .isCloseTo(Math.sqrt(((double) bins * bins - 1) / 12) * binHz, within(1e-2));
    assertThat(shape.rolloff()).isCloseTo((Math.ceil(0.85 * bins) - 1) * binHz, within(1e-3));
    assertThat(shape.flatness()).isCloseTo(0, within(1e-4));
  }

  @ParameterizedTest
  @MethodSource("specs")
  void shouldBeZeroInSilence(FeatureSpec spec) {
    Shape shape = new Shape(spec);
    shape.frame(Signals.noise(spec.fftLength(), 0.5, 1));
    shape.frame(Signals.silence(spec.fftLength()));
    assertThat(shape.values).containsOnly(0);

    // And silence is nothing to have moved from.
    shape.frame(Signals.noise(spec.fftLength(), 0.5, 1));
    assertThat(shape.flux()).isZero();
  }

  @ParameterizedTest
  @MethodSource("specs")
  void shouldSeeAsFluxWhatMovesAndNotTheLevel(FeatureSpec spec) {
    Shape shape = new Shape(spec);
    float[] low = Signals.tone(spec.fftLength(), spec.sampleRateHz(), 500, 0.5);
    float[] high = Signals.tone(spec.fftLength(), spec.sampleRateHz(), 3_000, 0.01);

    shape.frame(low);
    assertThat(shape.flux()).as("of the first frame").isZero();
    for (int i = 0; i < low.length; i++) {
      low[i] /= 8;
    }
    shape.frame(low);
    assertThat(shape.flux()).as("of the level").isCloseTo(0, within(1e-6));
    shape.frame(high);
    assertThat(shape.flux()).as("of another tone").isBetween(0.98, 1.0);
    float[] both = Signals.tone(spec.fftLength(), spec.sampleRateHz(), 500, 0.01);
    for (int i = 0; i < both.length; i++) {
      both[i] += high[i];
    }
    shape.frame(both);
    assertThat(shape.flux()).as("of a second tone as loud").isCloseTo(0.5, within(0.02));
  }

  /** librosa's formulas, written as they stand, on 200 random spectra a spec. */
  @ParameterizedTest
  @MethodSource("specs")
  void shouldFollowTheFormulas(FeatureSpec spec) {
    Random random = new Random(4);
    int bins = spec.fftLength() / 2 + 1;
    double binHz = (double) spec.sampleRateHz() / spec.fftLength();
    for (int test = 0; test < 200; test++) {
      double[] power = new double[bins];
      double slope = random.nextDouble();
      for (int k = 0; k < bins; k++) {
        power[k] = Math.exp(-20 * slope * k / bins + 5 * random.nextGaussian());
      }
      Shape shape = new Shape(spec);

      shape.spectrum(power);

      double sum = 0;
      double moment = 0;
      double mean = 0;
      double logMean = 0;
      for (int k = 0; k < bins; k++) {
        sum += Math.sqrt(power[k]);
        moment += k * binHz * Math.sqrt(power[k]);
        mean += Math.max(power[k], 1e-10) / bins;
        logMean += Math.log10(Math.max(power[k], 1e-10)) / bins;
      }
      double centroid = moment / sum;
      double spread = 0;
      double below = 0;
      int rolloff = -1;
      for (int k = 0; k < bins; k++) {
        spread += Math.sqrt(power[k]) / sum * Math.pow(k * binHz - centroid, 2);
        below += Math.sqrt(power[k]);
        rolloff = rolloff < 0 && below >= 0.85 * sum ? k : rolloff;
      }
      assertThat(shape.centroid()).isCloseTo(centroid, within(1e-3));
      assertThat(shape.bandwidth()).isCloseTo(Math.sqrt(spread), within(1e-3));
      assertThat(shape.rolloff()).isCloseTo(rolloff * binHz, within(1e-3));
      assertThat(shape.flatness()).isCloseTo(10 * (logMean - Math.log10(mean)), within(1e-4));
    }
  }

  private static final class Shape {
    final float[] values = new float[5];
    private final SpectralShape shape;
    private final PowerSpectrum spectrum;
    private final SpectralShape.Before before;

    Shape(FeatureSpec spec) {
      shape = new SpectralShape(spec);
      spectrum = new PowerSpectrum(spec.fftLength());
      before = new SpectralShape.Before(SpectralShape.bandCount(spec));
    }

    void frame(float[] samples) {
      spectrum(spectrum.compute(samples, 0));
    }

    void spectrum(double[] power) {
      double[] magnitudes = new double[power.length];
      for (int i = 0; i < power.length; i++) {
        magnitudes[i] = Math.sqrt(power[i]);
      }
      shape.compute(power, magnitudes, before, values, 0);
    }

    double centroid() {
      return values[0];
    }

    double bandwidth() {
      return values[1];
    }

    double rolloff() {
      return values[2];
    }

    double flatness() {
      return values[3];
    }

    double flux() {
      return values[4];
    }
  }
}
