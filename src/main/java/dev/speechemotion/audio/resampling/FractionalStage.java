package dev.speechemotion.audio.resampling;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Changes the rate by any fraction, of audio that has room between its band and the Nyquist
 * frequency: a {@link BandLimitingStage} before or after it has twice the lower rate on this side.
 * So few taps do, though each output has its own place between the input samples and with it its
 * own taps.
 */
final class FractionalStage extends ResamplingStage {
  private final int interpolation;
  private final int wholeStep;
  private final int phaseStep;

  /** {@code [phase][tap]}; if they are fewer than {@link #interpolation}, with one more. */
  private final float[][] phases;

  /** Rows of {@link #phases} per phase, 0 if each has its own. */
  private final double rowsPerPhase;

  /**
   * Where the next output lies behind an input sample, in 1/interpolation of the distance between
   * input samples.
   */
  private int phase;

  /**
   * @param interpolation output rate, divided by what it has in common with the input rate
   * @param decimation input rate, likewise
   * @param phases see {@link ResamplingFilter#fractional}
   */
  FractionalStage(int interpolation, int decimation, float[][] phases) {
    super(phases[0].length, phases[0].length / 2 - 1);
    this.interpolation = interpolation;
    this.phases = phases;
    wholeStep = decimation / interpolation;
    phaseStep = decimation % interpolation;
    rowsPerPhase =
        phases.length == interpolation ? 0 : (phases.length - 1) / (double) interpolation;
  }

  @Override
  int filter(float[] samples, int count, float[] output, int outputOffset) {
    int taps = phases[0].length;
    int written = 0;
    int at = 0;
    int phase = this.phase;
    while (at + taps <= count) {
      float sample;
      if (rowsPerPhase == 0) {
        sample = dot(phases[phase], samples, at);
      } else {
        double place = phase * rowsPerPhase;
        int row = (int) place;
        float share = (float) (place - row);
        sample = dotBetween(phases[row], phases[row + 1], share, samples, at);
      }
      output[outputOffset + written++] = sample;
      at += wholeStep;
      phase += phaseStep;
      if (phase >= interpolation) {
        phase -= interpolation;
        at++;
      }
    }
    this.phase = phase;
    passed = at;
    return written;
  }

  // Sums side by side, in a fixed order: additions that need not wait for each other.

  private static float dot(float[] row, float[] samples, int at) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    for (int t = 0; t < row.length; t += 4) {
      s0 += row[t] * samples[at + t];
      s1 += row[t + 1] * samples[at + t + 1];
      s2 += row[t + 2] * samples[at + t + 2];
      s3 += row[t + 3] * samples[at + t + 3];
    }
    return (s0 + s1) + (s2 + s3);
  }

  private static float dotBetween(
      float[] lower, float[] upper, float share, float[] samples, int at) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    for (int t = 0; t < lower.length; t += 4) {
      s0 += (lower[t] + share * (upper[t] - lower[t])) * samples[at + t];
      s1 += (lower[t + 1] + share * (upper[t + 1] - lower[t + 1])) * samples[at + t + 1];
      s2 += (lower[t + 2] + share * (upper[t + 2] - lower[t + 2])) * samples[at + t + 2];
      s3 += (lower[t + 3] + share * (upper[t + 3] - lower[t + 3])) * samples[at + t + 3];
    }
    return (s0 + s1) + (s2 + s3);
  }

  @Override
  void reset() {
    super.reset();
    phase = 0;
  }

  @Override
  void writeState(DataOutput out) throws IOException {
    super.writeState(out);
    out.writeInt(phase);
  }

  @Override
  void readState(DataInput in) throws IOException {
    super.readState(in);
    int read = in.readInt();
    if (read < 0 || read >= interpolation) {
      throw new IOException(
          "a resampler of " + interpolation + " phases cannot have phase " + read);
    }
    phase = read;
  }
}
