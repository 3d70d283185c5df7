package dev.speechemotion.training.augmentation;

import java.util.Locale;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What happens to the audio before it is analyzed.
 *
 * @param kind what
 * @param snrDb level of the recording over that of added noise, dB; 0 for the other kinds
 */
public record Condition(Kind kind, double snrDb) {

  /** Kinds of conditions. */
  enum Kind {
    /** Nothing. */
    CLEAN,
    /** What a phone line does: 8 kHz, G.711 mu-law. */
    TELEPHONE,
    /** A quiet line before and after: as in a call, windows hold a part of what is said. */
    PAUSES,
    /** Pink noise. */
    NOISE
  }

  public static final Condition CLEAN = new Condition(Kind.CLEAN, 0);
  public static final Condition TELEPHONE = new Condition(Kind.TELEPHONE, 0);
  public static final Condition PAUSES = new Condition(Kind.PAUSES, 0);

  /** So that a window may hold half a second of it. */
  private static final double PAUSE_SECONDS = 2.5;

  /** Of the line's noise, dB below all of it. */
  private static final double LOUDEST_LINE_DB = 30;

  private static final double QUIETEST_LINE_DB = 60;

  private static final Pattern NOISE = Pattern.compile("noise:(-?\\d{1,2}(\\.\\d+)?)");

  /**
   * @param name {@code clean}, {@code telephone}, {@code pauses}, or {@code noise:SNR} with the SNR
   *     in dB
   * @throws IllegalArgumentException if it is none of them
   */
  public static Condition parse(String name) {
    Matcher noise = NOISE.matcher(name);
    if (noise.matches()) {
      return new Condition(Kind.NOISE, Double.parseDouble(noise.group(1)));
    }
    if (name.equals(CLEAN.id())) {
      return CLEAN;
    }
    if (name.equals(TELEPHONE.id())) {
      return TELEPHONE;
    }
    if (name.equals(PAUSES.id())) {
      return PAUSES;
    }
    throw new IllegalArgumentException(
        "--condition must be clean, telephone, pauses or noise:SNR (dB, such as noise:10), got "
            + name);
  }

  public String id() {
    String name = kind.name().toLowerCase(Locale.ROOT);
    return kind == Kind.NOISE ? name + ":" + String.valueOf(snrDb).replaceFirst("\\.0$", "") : name;
  }

  public int sampleRateHz(int inputRateHz) {
    return kind == Kind.TELEPHONE ? PhoneLine.RATE_HZ : inputRateHz;
  }

  /**
   * {@code samples} in [-1, 1] at the input rate; the result at {@link #sampleRateHz}.
   *
   * @param seed of what is random
   */
  public float[] apply(float[] samples, int inputRateHz, long seed) {
    return switch (kind) {
      case CLEAN -> samples;
      case TELEPHONE -> PhoneLine.MULAW.apply(samples, inputRateHz, new SplittableRandom(seed));
      case PAUSES ->
          betweenPauses(samples, (int) (PAUSE_SECONDS * inputRateHz), new SplittableRandom(seed));
      case NOISE ->
          Noise.add(samples, Noise.pink(samples.length, new SplittableRandom(seed)), snrDb);
    };
  }

  private static float[] betweenPauses(float[] samples, int pause, SplittableRandom random) {
    float[] longer = new float[samples.length + 2 * pause];
    System.arraycopy(samples, 0, longer, pause, samples.length);
    double lineDb = LOUDEST_LINE_DB + (QUIETEST_LINE_DB - LOUDEST_LINE_DB) * random.nextDouble();
    return Noise.add(longer, Noise.pink(longer.length, random), lineDb);
  }
}
