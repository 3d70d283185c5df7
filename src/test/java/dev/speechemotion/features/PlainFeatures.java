package dev.speechemotion.features;

import dev.speechemotion.features.spec.FeatureSpec;
import java.util.Arrays;

/**
 * The features of a frame step by step as they are defined, in double precision and as slowly as
 * that takes: what the fast code is held to on signals that there is no reference file for. It
 * shares nothing with it but the spec.
 */
final class PlainFeatures {
  private final FeatureSpec spec;
  private final int bins;

  /** {@code [fftLength]}: one turn. */
  private final double[] cosines;

  private final double[] sines;
  private final double[][] melFilters;
  private final double[][] chromaFilters;

  PlainFeatures(FeatureSpec spec) {
    this.spec = spec;
    bins = spec.fftLength() / 2 + 1;
    cosines = new double[spec.fftLength()];
    sines = new double[spec.fftLength()];
    for (int i = 0; i < spec.fftLength(); i++) {
      cosines[i] = StrictMath.cos(2 * Math.PI * i / spec.fftLength());
      sines[i] = StrictMath.sin(2 * Math.PI * i / spec.fftLength());
    }
    melFilters = melFilters();
    chromaFilters = chromaFilters();
  }

  /** The values of a frame, {@code [frameFeatureCount]}. */
  double[] of(float[] samples, int offset) {
    double[] power = power(samples, offset);
    double[] features = new double[FeatureLayout.of(spec).frameFeatureCount()];
    int at = 0;
    for (double value : mfcc(power)) {
      features[at++] = value;
    }
    for (double value : chroma(power)) {
      features[at++] = value;
    }
    for (double value : contrast(power)) {
      features[at++] = value;
    }
    int crossings = 0;
    for (int i = 1; i < spec.fftLength(); i++) {
      if (samples[offset + i] < -1e-10 != samples[offset + i - 1] < -1e-10) {
        crossings++;
      }
    }
    features[at] = (double) crossings / spec.fftLength();
    return features;
  }

  private double[] power(float[] samples, int offset) {
    int length = spec.fftLength();
    double[] windowed = new double[length];
    for (int n = 0; n < length; n++) {
      windowed[n] = samples[offset + n] * (0.5 - 0.5 * cosines[n]);
    }
    double[] power = new double[bins];
    for (int k = 0; k < bins; k++) {
      double re = 0;
      double im = 0;
      for (int n = 0; n < length; n++) {
        int angle = (int) ((long) k * n % length);
        re += windowed[n] * cosines[angle];
        im -= windowed[n] * sines[angle];
      }
      power[k] = re * re + im * im;
    }
    return power;
  }

  private double hz(int bin) {
    return (double) bin * spec.sampleRateHz() / spec.fftLength();
  }

  private double[][] melFilters() {
    int bands = spec.melBands();
    double[] edges = new double[bands + 2];
    double top = mel(spec.sampleRateHz() / 2.0);
    for (int i = 0; i < edges.length; i++) {
      double mel = top * i / (bands + 1);
      edges[i] = mel < 15 ? mel * 200 / 3 : 1000 * Math.pow(6.4, (mel - 15) / 27);
    }
    double[][] filters = new double[bands][bins];
    for (int band = 0; band < bands; band++) {
      for (int bin = 0; bin < bins; bin++) {
        double up = (hz(bin) - edges[band]) / (edges[band + 1] - edges[band]);
        double down = (edges[band + 2] - hz(bin)) / (edges[band + 2] - edges[band + 1]);
        filters[band][bin] = Math.max(0, Math.min(up, down)) * 2 / (edges[band + 2] - edges[band]);
      }
    }
    return filters;
  }

  private static double mel(double hz) {
    return hz < 1000 ? hz * 3 / 200 : 15 + 27 * Math.log(hz / 1000) / Math.log(6.4);
  }

  private double[] mfcc(double[] power) {
    int bands = spec.melBands();
    double[] levels = new double[bands];
    for (int band = 0; band < bands; band++) {
      levels[band] = decibels(dot(melFilters[band], power));
    }
    double[] mfcc = new double[spec.mfccCount()];
    for (int k = 0; k < mfcc.length; k++) {
      for (int band = 0; band < bands; band++) {
        mfcc[k] += levels[band] * Math.cos(Math.PI * k * (2 * band + 1) / (2.0 * bands));
      }
      mfcc[k] *= Math.sqrt((k == 0 ? 1.0 : 2.0) / bands);
    }
    return mfcc;
  }

  private double[][] chromaFilters() {
    int count = spec.chromaBins();
    double[] pitches = new double[bins + 1];
    for (int bin = 1; bin <= bins; bin++) {
      pitches[bin] = count * Math.log(hz(bin) / (440.0 / 16)) / Math.log(2);
    }
    pitches[0] = pitches[1] - 1.5 * count;
    double[][] filters = new double[count][bins];
    for (int bin = 0; bin < bins; bin++) {
      double width = Math.max(1, pitches[bin + 1] - pitches[bin]);
      double squares = 0;
      double[] column = new double[count];
      for (int i = 0; i < count; i++) {
        double distance = pitches[bin] - i;
        double half = Math.round(count / 2.0);
        distance = ((distance + half) % count + count) % count - half;
        column[i] = Math.exp(-0.5 * Math.pow(2 * distance / width, 2));
        squares += column[i] * column[i];
      }
      double octaves = Math.exp(-0.5 * Math.pow((pitches[bin] / count - 5) / 2, 2));
      for (int i = 0; i < count; i++) {
        // From A to C: three semitones up.
        filters[i][bin] = column[(i + 3 * (count / 12)) % count] / Math.sqrt(squares) * octaves;
      }
    }
    return filters;
  }

  private double[] chroma(double[] power) {
    double[] chroma = new double[spec.chromaBins()];
    double largest = 0;
    for (int i = 0; i < chroma.length; i++) {
      chroma[i] = dot(chromaFilters[i], power);
      largest = Math.max(largest, chroma[i]);
    }
    for (int i = 0; i < chroma.length && largest >= Double.MIN_NORMAL; i++) {
      chroma[i] /= largest;
    }
    return chroma;
  }

  private double[] contrast(double[] power) {
    double[] contrast = new double[spec.contrastBands() + 1];
    for (int band = 0; band < contrast.length; band++) {
      double low = band == 0 ? 0 : spec.contrastMinHz() * (1 << band - 1);
      double high = spec.contrastMinHz() * (1 << band);
      boolean top = band == spec.contrastBands();
      int first = -1;
      int last = -1;
      for (int bin = 0; bin < bins; bin++) {
        if (hz(bin) >= low && (top || hz(bin) <= high)) {
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
      contrast[band] = decibels(peak) - decibels(valley);
    }
    return contrast;
  }

  private static double decibels(double value) {
    return 10 * Math.log10(Math.max(value, 1e-10));
  }

  private static double dot(double[] left, double[] right) {
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      sum += left[i] * right[i];
    }
    return sum;
  }
}
