package dev.speechemotion.features;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.audio.content.VoiceActivity;
import dev.speechemotion.features.fixture.Recordings;
import dev.speechemotion.features.frame.ChannelMemory;
import dev.speechemotion.features.frame.ChannelSpeech;
import dev.speechemotion.features.spec.FeatureSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Voice activity by energy and voicing, as the channel analyzer feeds it. */
class SpeechDetectionTest {
  private static final FeatureSpec SPEC = FeatureSpec.TELEPHONE_8K_EXTENDED;
  private static final int RATE_HZ = SPEC.sampleRateHz();
  private static final double FRAMES_PER_SECOND = (double) RATE_HZ / SPEC.hopLength();

  private static final double SILENCE_SECONDS = 3;

  /** Frames of a line: those that are loud in the clean speech, and those without any. */
  private static final class Rates {
    private int loud;
    private int hits;
    private int silent;
    private int falseAlarms;

    double hitRate() {
      return hits / (double) loud;
    }

    double falseAlarmRate() {
      return falseAlarms / (double) silent;
    }

    @Override
    public String toString() {
      return "hits %.4f of %d, false alarms %.4f of %d"
          .formatted(hitRate(), loud, falseAlarmRate(), silent);
    }
  }

  @ParameterizedTest(name = "{0} noise at {1} dB")
  @CsvSource({
    "no,        99, 0.95, 0.001, 0",
    "telephone, 20, 0.94, 0.005, 0",
    "telephone, 10, 0.88, 0.005, 0",
    "bursts,    10, 0.90, 0.02, 0.9",
    "babble,    10, 0.90, 0.02, 0.9",
  })
  void shouldTellSpeechFromNoise(
      String noise,
      int signalToNoiseDb,
      double leastHits,
      double mostFalseAlarms,
      double leastByEnergy)
      throws IOException {
    Rates rates = new Rates();
    Rates byEnergy = new Rates();
    List<Path> corpus = Recordings.corpus();
    List<Path> files = corpus.isEmpty() ? Recordings.bundled() : corpus;
    for (int i = 0; i < files.size(); i += Math.max(1, files.size() / 30)) {
      float[] clean = Recordings.samples(files.get(i), RATE_HZ);
      float[] line = padded(clean);
      boolean[] loud = loudFrames(line);
      add(line, noise(noise, line.length, i), Recordings.power(clean), signalToNoiseDb);
      count(rates, detected(line, true), loud, clean.length);
      count(byEnergy, detected(line, false), loud, clean.length);
    }

    assertThat(rates.hitRate()).as("hits: %s", rates).isGreaterThan(leastHits);
    assertThat(rates.falseAlarmRate()).as("false alarms: %s", rates).isLessThan(mostFalseAlarms);
    if (leastByEnergy > 0) {
      assertThat(byEnergy.falseAlarmRate()).as("by energy alone").isGreaterThan(leastByEnergy);
    }
  }

  private static void count(Rates rates, boolean[] detected, boolean[] loud, int speechLength) {
    int begin = (int) (SILENCE_SECONDS * FRAMES_PER_SECOND);
    int end = (int) ((SILENCE_SECONDS + (double) speechLength / RATE_HZ) * FRAMES_PER_SECOND);
    for (int i = 0; i < detected.length; i++) {
      if (loud[i]) {
        rates.loud++;
        rates.hits += detected[i] ? 1 : 0;
      }
      // From a second on, when the line is known; and the hang-over is no false alarm.
      boolean before = i > FRAMES_PER_SECOND && i < begin - 4;
      boolean after = i > end + 0.3 * FRAMES_PER_SECOND;
      if (before || after) {
        rates.silent++;
        rates.falseAlarms += detected[i] ? 1 : 0;
      }
    }
  }

  private static boolean[] detected(float[] line, boolean withVoicing) {
    FeatureExtractor extractor = new FeatureExtractor(SPEC);
    ChannelMemory memory = new ChannelMemory(SPEC);
    ChannelSpeech speech = new ChannelSpeech(SPEC);
    VoiceActivity voice = new VoiceActivity(FRAMES_PER_SECOND);
    float[] frame = new float[FeatureLayout.of(SPEC).frameFeatureCount()];
    boolean[] detected = new boolean[frameCount(line)];
    for (int i = 0; i < detected.length; i++) {
      int offset = i * SPEC.hopLength();
      extractor.extract(line, offset, memory, frame, 0);
      extractor.listen(speech);
      detected[i] =
          withVoicing ? speech.holdsSpeech() : voice.accept(line, offset, SPEC.fftLength());
    }
    return detected;
  }

  private static int frameCount(float[] line) {
    return (line.length - SPEC.fftLength()) / SPEC.hopLength() + 1;
  }

  /** Silence, the speech, silence. */
  private static float[] padded(float[] speech) {
    int silence = (int) (SILENCE_SECONDS * RATE_HZ);
    float[] line = new float[speech.length + 2 * silence];
    System.arraycopy(speech, 0, line, silence, speech.length);
    return line;
  }

  /** Frames within 20 dB of the loudest: what anybody would call speech. */
  private static boolean[] loudFrames(float[] clean) {
    double[] powers = new double[frameCount(clean)];
    for (int i = 0; i < powers.length; i++) {
      int from = i * SPEC.hopLength();
      powers[i] = Recordings.power(Arrays.copyOfRange(clean, from, from + SPEC.fftLength()));
    }
    double least = Arrays.stream(powers).max().orElseThrow() / 100;
    boolean[] loud = new boolean[powers.length];
    for (int i = 0; i < loud.length; i++) {
      loud[i] = powers[i] > least;
    }
    return loud;
  }

  private static void add(float[] line, float[] noise, double speechPower, double signalToNoiseDb) {
    double gain =
        Math.sqrt(speechPower / Recordings.power(noise) / Math.pow(10, signalToNoiseDb / 10));
    for (int i = 0; i < line.length; i++) {
      line[i] += (float) (gain * noise[i]);
    }
  }

  private static float[] noise(String kind, int length, long seed) {
    switch (kind) {
      case "telephone":
        return telephoneBand(white(length, seed));
      case "bursts":
        // Clatter: noise in bursts of 50 to 250 ms.
        return inBursts(telephoneBand(white(length, seed)), 0.05, 0.25, seed);
      case "babble":
        // Noise of the spectrum and the rhythm of speech, without its voices.
        return inBursts(lowPass(telephoneBand(white(length, seed))), 0.1, 0.4, seed);
      default:
        return white(length, seed);
    }
  }

  private static float[] white(int length, long seed) {
    Random random = new Random(seed);
    float[] noise = new float[length];
    for (int i = 0; i < length; i++) {
      noise[i] = (float) (0.1 * random.nextGaussian());
    }
    return noise;
  }

  /** 300 to 3400 Hz, by a sinc under a Hann window. */
  private static float[] telephoneBand(float[] samples) {
    int reach = 128;
    double[] taps = new double[2 * reach + 1];
    for (int i = -reach; i <= reach; i++) {
      double upper = 2 * 3400.0 / RATE_HZ;
      double lower = 2 * 300.0 / RATE_HZ;
      double ideal =
          i == 0
              ? upper - lower
              : (Math.sin(Math.PI * upper * i) - Math.sin(Math.PI * lower * i)) / (Math.PI * i);
      taps[i + reach] = ideal * (0.5 + 0.5 * Math.cos(Math.PI * i / (reach + 1)));
    }
    float[] filtered = new float[samples.length];
    for (int i = 0; i < samples.length; i++) {
      double sum = 0;
      for (int k = Math.max(-reach, i - samples.length + 1); k <= Math.min(reach, i); k++) {
        sum += taps[k + reach] * samples[i - k];
      }
      filtered[i] = (float) sum;
    }
    return filtered;
  }

  /** Falls by 6 dB per octave above about 500 Hz, as speech does. */
  private static float[] lowPass(float[] samples) {
    float[] filtered = new float[samples.length];
    float last = 0;
    for (int i = 0; i < samples.length; i++) {
      last += 0.33f * (samples[i] - last);
      filtered[i] = last;
    }
    return filtered;
  }

  /** Swells and fades by 30 dB, at uneven times. */
  private static float[] inBursts(
      float[] samples, double shortestSeconds, double longestSeconds, long seed) {
    Random random = new Random(seed + 1);
    float[] bursts = new float[samples.length];
    for (int at = 0; at < samples.length; ) {
      double seconds = shortestSeconds + (longestSeconds - shortestSeconds) * random.nextDouble();
      int duration = (int) (seconds * RATE_HZ);
      for (int i = at; i < Math.min(samples.length, at + duration); i++) {
        double envelope = Math.sin(Math.PI * (i - at) / duration);
        bursts[i] = (float) (samples[i] * (0.03 + envelope));
      }
      at += duration + (int) (RATE_HZ * longestSeconds * random.nextDouble());
    }
    for (int i = 0; i < bursts.length; i++) {
      bursts[i] += 0.01f * samples[i];
    }
    return bursts;
  }
}
