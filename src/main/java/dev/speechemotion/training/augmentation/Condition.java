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
    /** Pink noise. */
    NOISE
  }

  public static final Condition CLEAN = new Condition(Kind.CLEAN, 0);
  public static final Condition TELEPHONE = new Condition(Kind.TELEPHONE, 0);

  private static final Pattern NOISE = Pattern.compile("noise:(-?\\d{1,2}(\\.\\d+)?)");

  /**
   * @param name {@code clean}, {@code telephone}, or {@code noise:SNR} with the SNR in dB
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
    throw new IllegalArgumentException(
        "--condition must be clean, telephone or noise:SNR (dB, such as noise:10), got " + name);
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
      case NOISE ->
          Noise.add(samples, Noise.pink(samples.length, new SplittableRandom(seed)), snrDb);
    };
  }
}
