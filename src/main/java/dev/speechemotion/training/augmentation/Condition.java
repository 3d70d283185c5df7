package dev.speechemotion.training.augmentation;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What happens to the audio before it is analyzed.
 *
 * @param parts one after the other; none is clean
 */
public record Condition(List<Part> parts) {
  public static final Condition CLEAN = new Condition(List.of());
  public static final Condition TELEPHONE = of(Kind.TELEPHONE);
  public static final Condition PAUSES = of(Kind.PAUSES);

  /** Kinds of conditions. */
  enum Kind {
    /** What a phone line does: 8 kHz, G.711 mu-law. */
    TELEPHONE,
    /** A quiet line before and after: as in a call, windows hold a part of what is said. */
    PAUSES,
    /** Pink noise. */
    NOISE
  }

  /**
   * One thing that happens.
   *
   * @param snrDb level of the recording over that of added noise, dB; 0 for the other kinds
   */
  record Part(Kind kind, double snrDb) {
    private String id() {
      String name = kind.name().toLowerCase(Locale.ROOT);
      return kind == Kind.NOISE
          ? name + ":" + String.valueOf(snrDb).replaceFirst("\\.0$", "")
          : name;
    }

    private int sampleRateHz(int inputRateHz) {
      return kind == Kind.TELEPHONE ? PhoneLine.RATE_HZ : inputRateHz;
    }

    private float[] apply(float[] samples, int inputRateHz, SplittableRandom random) {
      return switch (kind) {
        case TELEPHONE -> PhoneLine.MULAW.apply(samples, inputRateHz, random);
        case PAUSES -> betweenPauses(samples, (int) (PAUSE_SECONDS * inputRateHz), random);
        case NOISE -> Noise.add(samples, Noise.pink(samples.length, random), snrDb);
      };
    }
  }

  /** So that a window may hold half a second of it. */
  private static final double PAUSE_SECONDS = 2.5;

  /** Of the line's noise, dB below all of it. */
  private static final double LOUDEST_LINE_DB = 30;

  private static final double QUIETEST_LINE_DB = 60;

  private static final Pattern NOISE = Pattern.compile("noise:(-?\\d{1,2}(\\.\\d+)?)");

  public Condition {
    parts = List.copyOf(parts);
  }

  private static Condition of(Kind kind) {
    return new Condition(List.of(new Part(kind, 0)));
  }

  /**
   * @param name {@code clean}, or {@code telephone}, {@code pauses}, {@code noise:SNR} with the SNR
   *     in dB, or several of these one after the other as in {@code pauses+telephone}
   * @throws IllegalArgumentException if it is none of them
   */
  public static Condition parse(String name) {
    if (name.equals(CLEAN.id())) {
      return CLEAN;
    }
    return new Condition(Stream.of(name.split("\\+", -1)).map(part -> part(part, name)).toList());
  }

  private static Part part(String part, String name) {
    Matcher noise = NOISE.matcher(part);
    if (noise.matches()) {
      return new Part(Kind.NOISE, Double.parseDouble(noise.group(1)));
    }
    return Stream.of(Kind.TELEPHONE, Kind.PAUSES)
        .map(kind -> new Part(kind, 0))
        .filter(each -> each.id().equals(part))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "--condition must be clean, telephone, pauses or noise:SNR (-99 to"
                        + " 99 dB, such as noise:10), or some of them as in pauses+telephone, got "
                        + name));
  }

  public String id() {
    return parts.isEmpty() ? "clean" : parts.stream().map(Part::id).collect(joining("+"));
  }

  public int sampleRateHz(int inputRateHz) {
    int rateHz = inputRateHz;
    for (Part part : parts) {
      rateHz = part.sampleRateHz(rateHz);
    }
    return rateHz;
  }

  /**
   * {@code samples} in [-1, 1] at the input rate; the result at {@link #sampleRateHz}.
   *
   * @param seed of what is random
   */
  public float[] apply(float[] samples, int inputRateHz, long seed) {
    float[] heard = samples;
    int rateHz = inputRateHz;
    for (int i = 0; i < parts.size(); i++) {
      heard = parts.get(i).apply(heard, rateHz, new SplittableRandom(seed + i));
      rateHz = parts.get(i).sampleRateHz(rateHz);
    }
    return heard;
  }

  private static float[] betweenPauses(float[] samples, int pause, SplittableRandom random) {
    float[] longer = new float[samples.length + 2 * pause];
    System.arraycopy(samples, 0, longer, pause, samples.length);
    double lineDb = LOUDEST_LINE_DB + (QUIETEST_LINE_DB - LOUDEST_LINE_DB) * random.nextDouble();
    return Noise.add(longer, Noise.pink(longer.length, random), lineDb);
  }
}
