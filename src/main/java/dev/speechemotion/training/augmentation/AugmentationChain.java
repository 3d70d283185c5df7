package dev.speechemotion.training.augmentation;

import dev.speechemotion.audio.AudioEncoding;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * All that is done to a recording, in the order of a call: the voice, the room, the microphone, the
 * line. The same chain makes the same samples of the same recordings.
 *
 * @param pitch factor of the pitch
 * @param formants factor of the formants' frequencies
 * @param tempo factor of the tempo
 * @param decaySeconds of the room's reverberation; 0 for none
 * @param directDb direct sound over reverberation
 * @param noise what is heard beside
 * @param snrDb recording over noise
 * @param babble contents (SHA-256) of the recordings that babble is made of
 * @param tiltDb how much louder the microphone hears what is above {@link #TILT_HZ}
 * @param peakHz where the microphone has a peak or a dip
 * @param peakDb how high it is
 * @param gainDb change of the level
 * @param line that it goes over; empty for none
 * @param seed of noise, reverberation and lost packets
 */
public record AugmentationChain(
    double pitch,
    double formants,
    double tempo,
    double decaySeconds,
    double directDb,
    NoiseKind noise,
    double snrDb,
    List<String> babble,
    double tiltDb,
    double peakHz,
    double peakDb,
    double gainDb,
    Optional<PhoneLine> line,
    long seed) {

  /** Kinds of noise. */
  enum NoiseKind {
    NONE,
    WHITE,
    PINK,
    BABBLE
  }

  private static final double TILT_HZ = 1_000;
  private static final int BABBLE_VOICES = 4;

  /** Share of the calls that go by telephone where the model hears more than a telephone's band. */
  private static final double WIDEBAND_LINE_SHARE = 0.25;

  private static final double NARROWBAND_LINE_SHARE = 0.75;

  /** Draws what the recordings of a call have in common: voice, place, microphone, line. */
  public static AugmentationChain ofCall(
      Set<Augmentation.Part> parts, int modelRateHz, SplittableRandom random) {
    double pitch = 1;
    double formants = 1;
    double tempo = 1;
    if (parts.contains(Augmentation.Part.VOICE)) {
      pitch = TimeScale.playedFactor(factor(random, 1.2));
      formants = factor(random, 1.15);
      tempo = factor(random, 1.15);
    }
    double decaySeconds = 0;
    double directDb = 0;
    NoiseKind noise = NoiseKind.NONE;
    double snrDb = 0;
    double tiltDb = 0;
    double peakHz = TILT_HZ;
    double peakDb = 0;
    double gainDb = 0;
    if (parts.contains(Augmentation.Part.ROOM)) {
      if (random.nextDouble() < 0.3) {
        decaySeconds = between(random, 0.15, 0.6);
        directDb = between(random, 0, 15);
      }
      if (random.nextDouble() < 0.5) {
        noise = NoiseKind.values()[1 + random.nextInt(3)];
        snrDb = between(random, 10, 35);
      }
      if (random.nextDouble() < 0.6) {
        tiltDb = between(random, -6, 6);
        peakHz = 300 * Math.pow(10, random.nextDouble());
        peakDb = between(random, -6, 6);
      }
      gainDb = between(random, -12, 6);
    }
    Optional<PhoneLine> line = Optional.empty();
    double lineShare =
        modelRateHz > PhoneLine.RATE_HZ ? WIDEBAND_LINE_SHARE : NARROWBAND_LINE_SHARE;
    if (parts.contains(Augmentation.Part.LINE) && random.nextDouble() < lineShare) {
      boolean lossy = random.nextDouble() < 0.4;
      line =
          Optional.of(
              new PhoneLine(
                  random.nextDouble() < 0.7 ? AudioEncoding.MULAW : AudioEncoding.ALAW,
                  random.nextDouble() < 0.5,
                  lossy ? between(random, 0.005, 0.05) : 0,
                  lossy ? between(random, 1, 2.5) : 1,
                  random.nextBoolean()));
    }
    return new AugmentationChain(
        pitch,
        formants,
        tempo,
        decaySeconds,
        directDb,
        noise,
        snrDb,
        List.of(),
        tiltDb,
        peakHz,
        peakDb,
        gainDb,
        line,
        0);
  }

  /**
   * Draws what is a recording's own: how hasty and how loud it is, and where noise and lost packets
   * fall.
   *
   * @param talking contents (SHA-256) of the recordings that babble may be made of
   */
  public AugmentationChain forClip(
      Set<Augmentation.Part> parts, List<String> talking, SplittableRandom random) {
    double ownTempo = tempo;
    double ownSnrDb = snrDb;
    double ownGainDb = gainDb;
    if (parts.contains(Augmentation.Part.VOICE)) {
      ownTempo *= factor(random, 1.08);
    }
    List<String> babble = new ArrayList<>();
    if (parts.contains(Augmentation.Part.ROOM)) {
      ownGainDb += between(random, -2, 2);
      ownSnrDb += between(random, -2, 2);
      for (int i = 0; noise == NoiseKind.BABBLE && i < BABBLE_VOICES; i++) {
        babble.add(talking.get(random.nextInt(talking.size())));
      }
    }
    return new AugmentationChain(
        pitch,
        formants,
        ownTempo,
        decaySeconds,
        directDb,
        noise,
        ownSnrDb,
        List.copyOf(babble),
        tiltDb,
        peakHz,
        peakDb,
        ownGainDb,
        line,
        random.nextLong());
  }

  /** Above and below 1 alike: from {@code 1 / most} to {@code most}. */
  private static double factor(SplittableRandom random, double most) {
    return Math.pow(most, between(random, -1, 1));
  }

  private static double between(SplittableRandom random, double least, double most) {
    return least + (most - least) * random.nextDouble();
  }

  /** The rate of what {@link #apply} gives. */
  public int sampleRateHz(int rateHz) {
    return line.isEmpty() ? rateHz : PhoneLine.RATE_HZ;
  }

  /**
   * @param samples in [-1, 1]
   * @param talking samples of the recordings in {@link #babble}, at the same rate
   * @return at {@link #sampleRateHz}, in [-1, 1]
   */
  public float[] apply(float[] samples, int rateHz, List<float[]> talking) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] heard = samples;
    double played = TimeScale.playedFactor(pitch);
    if (played != 1) {
      heard = TimeScale.play(heard, played);
    }
    if (formants != played) {
      heard = new FormantShift(rateHz).apply(heard, formants / played);
    }
    if (tempo != played) {
      heard = TimeScale.stretch(heard, rateHz, tempo / played);
    }
    if (decaySeconds > 0) {
      heard =
          Reverberation.convolve(
              heard, Reverberation.response(rateHz, decaySeconds, directDb, random.split()));
    }
    SplittableRandom ofNoise = random.split();
    heard =
        switch (noise) {
          case NONE -> heard;
          case WHITE -> Noise.add(heard, Noise.white(heard.length, ofNoise), snrDb);
          case PINK -> Noise.add(heard, Noise.pink(heard.length, ofNoise), snrDb);
          case BABBLE -> Noise.add(heard, Noise.babble(talking, heard.length, ofNoise), snrDb);
        };
    if (heard == samples) {
      heard = samples.clone();
    }
    if (tiltDb != 0 || peakDb != 0) {
      Biquad.highShelf(rateHz, TILT_HZ, 0.5, tiltDb).apply(heard);
      Biquad.peak(rateHz, peakHz, 0.7, peakDb).apply(heard);
    }
    scale(heard, gainDb);
    return line.isEmpty() ? heard : line.get().apply(heard, rateHz, random.split());
  }

  /** By the gain, or as far as full scale allows. */
  private static void scale(float[] samples, double gainDb) {
    float peak = 0;
    for (float sample : samples) {
      peak = Math.max(peak, Math.abs(sample));
    }
    float gain = (float) Math.pow(10, gainDb / 20);
    if (gain * peak > 1) {
      gain = 1 / peak;
    }
    for (int i = 0; i < samples.length; i++) {
      samples[i] = Math.max(-1, Math.min(1, gain * samples[i]));
    }
  }
}
