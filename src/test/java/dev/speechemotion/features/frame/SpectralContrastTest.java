package dev.speechemotion.features.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.speechemotion.features.spec.FeatureSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SpectralContrastTest {
  static List<FeatureSpec> specs() {
    return FeatureSpec.NAMED;
  }

  /** 200 spectra for each spec: falling, rising, random, with equal values. */
  @ParameterizedTest
  @MethodSource("specs")
  void shouldTakePeaksAndValleysAsSortingWould(FeatureSpec spec) {
    SpectralContrast contrast = new SpectralContrast(spec);
    float[] out = new float[spec.contrastBands() + 1];
    for (int seed = 0; seed < 200; seed++) {
      double[] power = spectrum(spec.fftLength() / 2 + 1, seed);

      contrast.compute(power, out, 0);

      for (int band = 0; band < out.length; band++) {
        assertThat((double) out[band])
            .as("band %d of spectrum %d", band, seed)
            .isCloseTo(contrastBySorting(spec, power, band), within(1e-4));
      }
    }
  }

  private static double[] spectrum(int bins, int seed) {
    Random random = new Random(seed);
    double[] power = new double[bins];
    for (int i = 0; i < bins; i++) {
      power[i] =
          switch (seed % 4) {
            case 0 -> Math.exp(-0.01 * i);
            case 1 -> i;
            case 2 -> Math.pow(10, 8 * random.nextDouble() - 4);
            default -> random.nextInt(3);
          };
    }
    return power;
  }

  /** The definition, step by step. */
  private static double contrastBySorting(FeatureSpec spec, double[] power, int band) {
    double low = band == 0 ? 0 : spec.contrastMinHz() * (1 << band - 1);
    double high = spec.contrastMinHz() * (1 << band);
    boolean top = band == spec.contrastBands();
    int first = -1;
    int last = -1;
    for (int bin = 0; bin < power.length; bin++) {
      double hz = (double) bin * spec.sampleRateHz() / spec.fftLength();
      if (hz >= low && (top || hz <= high)) {
        first = first < 0 ? bin : first;
        last = bin;
      }
    }
    first -= band > 0 ? 1 : 0;
    int count = (int) Math.max(1, Math.rint(spec.contrastQuantile() * (last - first + 1)));
    double[] sorted =
        Arrays.stream(power, first, top ? last + 1 : last).map(Math::sqrt).sorted().toArray();
    double valley = Arrays.stream(sorted).limit(count).sum() / count;
    double peak = Arrays.stream(sorted).skip(sorted.length - count).sum() / count;
    return 10 * Math.log10(Math.max(peak, 1e-10)) - 10 * Math.log10(Math.max(valley, 1e-10));
  }
}
