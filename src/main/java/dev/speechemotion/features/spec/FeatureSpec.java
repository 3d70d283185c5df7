package dev.speechemotion.features.spec;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Everything that defines a feature vector. The spec is stored in a model's manifest, so that
 * streaming computes what training computed. Definitions are librosa 0.11.0's with what looks at
 * the whole clip switched off: no center padding, no {@code top_db}, tuning 0.
 *
 * @param name {@code librosa-22k}, {@code wideband-16k}, {@code telephone-8k}, … or one's own
 * @param sampleRateHz rate to which audio is resampled, Hz
 * @param fftLength samples of a frame; a power of two from 64 to 4096
 * @param hopLength samples between the beginnings of frames
 * @param melBands number of mel bands below the MFCC (Slaney scale and normalization)
 * @param mfccCount number of MFCC
 * @param chromaBins number of pitch classes
 * @param contrastBands number of octave bands of the spectral contrast; there is one value more
 * @param contrastMinHz upper end of the lowest contrast band, Hz
 * @param contrastQuantile share of a band's bins that counts as its peak and as its valley
 * @param groups features of a frame beside MFCC, chroma, contrast and zero-crossing rate; each
 *     once, in the order of {@link FeatureGroup}
 * @param statistics what a window has of each frame feature beside the mean; each once, in the
 *     order of {@link Statistic}
 * @param windowFrames 0, or: a window's vector is the log-mel bands of so many frames, and there
 *     are no other features; {@code groups} is then {@code LOG_MEL} alone
 * @param encoderInput whether these frames are what the pretrained encoder takes: centered, of the
 *     window's samples brought to mean 0 and variance 1; rates and lengths are then those of {@link
 *     #ENCODER_16K}
 */
public record FeatureSpec(
    String name,
    int sampleRateHz,
    int fftLength,
    int hopLength,
    int melBands,
    int mfccCount,
    int chromaBins,
    int contrastBands,
    double contrastMinHz,
    double contrastQuantile,
    List<FeatureGroup> groups,
    List<Statistic> statistics,
    int windowFrames,
    boolean encoderInput) {

  /** The seed's features with librosa's defaults. */
  public static final FeatureSpec LIBROSA_22K =
      new FeatureSpec("librosa-22k", 22_050, 2048, 512, 128, 13, 12, 6, 200, 0.02);

  /** For wide-band audio. */
  public static final FeatureSpec WIDEBAND_16K =
      new FeatureSpec("wideband-16k", 16_000, 1024, 256, 64, 13, 12, 5, 200, 0.02);

  /** For call-center audio. */
  public static final FeatureSpec TELEPHONE_8K =
      new FeatureSpec("telephone-8k", 8_000, 512, 128, 40, 13, 12, 4, 200, 0.02);

  /** {@link #WIDEBAND_16K} with 20 MFCC, level, pitch, spectral shape, and all statistics. */
  public static final FeatureSpec WIDEBAND_16K_EXTENDED =
      new FeatureSpec(
          "wideband-16k-extended",
          16_000,
          1024,
          256,
          64,
          20,
          12,
          5,
          200,
          0.02,
          List.of(FeatureGroup.RMS, FeatureGroup.PITCH, FeatureGroup.SHAPE),
          List.of(Statistic.values()));

  /** {@link #TELEPHONE_8K} with 20 MFCC, level, pitch, spectral shape, and all statistics. */
  public static final FeatureSpec TELEPHONE_8K_EXTENDED =
      new FeatureSpec(
          "telephone-8k-extended",
          8_000,
          512,
          128,
          40,
          20,
          12,
          4,
          200,
          0.02,
          List.of(FeatureGroup.RMS, FeatureGroup.PITCH, FeatureGroup.SHAPE),
          List.of(Statistic.values()));

  /** The log-mel frames of 3 s of wide-band audio. */
  public static final FeatureSpec WIDEBAND_16K_LOGMEL =
      logMel("wideband-16k-logmel", WIDEBAND_16K, 48);

  /** The log-mel frames of 3 s of call-center audio. */
  public static final FeatureSpec TELEPHONE_8K_LOGMEL =
      logMel("telephone-8k-logmel", TELEPHONE_8K, 40);

  /** What the pretrained encoder takes of 3 s of audio; audio of 8 kHz is resampled up. */
  public static final FeatureSpec ENCODER_16K =
      new FeatureSpec(
          "encoder-16k",
          16_000,
          400,
          160,
          80,
          WIDEBAND_16K.mfccCount,
          WIDEBAND_16K.chromaBins,
          WIDEBAND_16K.contrastBands,
          WIDEBAND_16K.contrastMinHz,
          WIDEBAND_16K.contrastQuantile,
          List.of(FeatureGroup.LOG_MEL),
          List.of(),
          300,
          true);

  /** The specs of statistics that have a name on the command line. */
  public static final List<FeatureSpec> NAMED =
      List.of(
          LIBROSA_22K, WIDEBAND_16K, TELEPHONE_8K, WIDEBAND_16K_EXTENDED, TELEPHONE_8K_EXTENDED);

  /** Those of frames in decibels. */
  public static final List<FeatureSpec> NAMED_OF_FRAMES =
      List.of(WIDEBAND_16K_LOGMEL, TELEPHONE_8K_LOGMEL);

  /** What a frame with pitch must last: three periods of the lowest, 60 Hz. */
  private static final int LEAST_PITCH_FRAME_MS = 50;

  public FeatureSpec {
    require(name != null && !name.isBlank(), "name must not be blank", name);
    require(
        sampleRateHz >= 8_000 && sampleRateHz <= 96_000,
        "sampleRateHz must be from 8000 to 96000",
        sampleRateHz);
    require(
        encoderInput || fftLength >= 64 && fftLength <= 4096 && Integer.bitCount(fftLength) == 1,
        "fftLength must be a power of two from 64 to 4096",
        fftLength);
    require(
        !encoderInput
            || sampleRateHz == 16_000 && fftLength == 400 && hopLength == 160 && melBands == 80,
        "sampleRateHz, fftLength, hopLength and melBands must be 16000, 400, 160 and 80 with encoderInput",
        List.of(sampleRateHz, fftLength, hopLength, melBands));
    require(
        hopLength > 0 && hopLength <= fftLength,
        "hopLength must be positive and at most fftLength",
        hopLength);
    require(melBands > 0 && melBands <= 256, "melBands must be from 1 to 256", melBands);
    require(
        mfccCount > 0 && mfccCount <= melBands,
        "mfccCount must be positive and at most melBands",
        mfccCount);
    require(chromaBins > 0 && chromaBins <= 48, "chromaBins must be from 1 to 48", chromaBins);
    require(contrastBands > 0, "contrastBands must be positive", contrastBands);
    require(
        contrastMinHz > 0 && contrastMinHz * Math.pow(2, contrastBands - 1) < sampleRateHz / 2.0,
        "contrastMinHz times 2^(contrastBands - 1) must be below half of sampleRateHz",
        contrastMinHz);
    require(
        contrastMinHz * fftLength >= sampleRateHz,
        "contrastMinHz must be at least the distance of two bins, sampleRateHz / fftLength",
        contrastMinHz);
    require(
        contrastQuantile > 0 && contrastQuantile < 0.5,
        "contrastQuantile must be between 0 and 0.5",
        contrastQuantile);
    groups = requireOrdered(groups, "groups");
    statistics = requireOrdered(statistics, "statistics");
    require(
        !groups.contains(FeatureGroup.PITCH) || isLongEnoughForPitch(fftLength, sampleRateHz),
        "fftLength must be at least " + LEAST_PITCH_FRAME_MS + " ms of sampleRateHz with pitch",
        fftLength);
    for (Statistic statistic : statistics) {
      require(
          groups.containsAll(statistic.groups()),
          "statistics may hold %s only where groups holds all of %s"
              .formatted(statistic, statistic.groups()),
          groups);
      require(
          mfccCount >= statistic.leastMfccCount(),
          "statistics may hold %s only where mfccCount is at least %d"
              .formatted(statistic, statistic.leastMfccCount()),
          mfccCount);
    }
    require(
        windowFrames >= 0 && windowFrames <= 1024,
        "windowFrames must be from 0 to 1024",
        windowFrames);
    require(
        windowFrames == 0 || groups.equals(List.of(FeatureGroup.LOG_MEL)) && statistics.isEmpty(),
        "groups must be LOG_MEL alone, and statistics empty, with windowFrames",
        groups + " and " + statistics);
    require(
        !encoderInput || windowFrames >= 4 && windowFrames % 2 == 0,
        "windowFrames must be even and at least 4 with encoderInput",
        windowFrames);
  }

  /** A spec of any kind but the encoder's. */
  public FeatureSpec(
      String name,
      int sampleRateHz,
      int fftLength,
      int hopLength,
      int melBands,
      int mfccCount,
      int chromaBins,
      int contrastBands,
      double contrastMinHz,
      double contrastQuantile,
      List<FeatureGroup> groups,
      List<Statistic> statistics,
      int windowFrames) {
    this(
        name,
        sampleRateHz,
        fftLength,
        hopLength,
        melBands,
        mfccCount,
        chromaBins,
        contrastBands,
        contrastMinHz,
        contrastQuantile,
        groups,
        statistics,
        windowFrames,
        false);
  }

  /** A spec whose windows have statistics of their frames. */
  public FeatureSpec(
      String name,
      int sampleRateHz,
      int fftLength,
      int hopLength,
      int melBands,
      int mfccCount,
      int chromaBins,
      int contrastBands,
      double contrastMinHz,
      double contrastQuantile,
      List<FeatureGroup> groups,
      List<Statistic> statistics) {
    this(
        name,
        sampleRateHz,
        fftLength,
        hopLength,
        melBands,
        mfccCount,
        chromaBins,
        contrastBands,
        contrastMinHz,
        contrastQuantile,
        groups,
        statistics,
        0);
  }

  private static FeatureSpec logMel(String name, FeatureSpec like, int melBands) {
    int framesOfThreeSeconds = (3 * like.sampleRateHz + like.hopLength) / like.hopLength;
    return new FeatureSpec(
        name,
        like.sampleRateHz,
        like.fftLength,
        like.hopLength,
        melBands,
        like.mfccCount,
        like.chromaBins,
        like.contrastBands,
        like.contrastMinHz,
        like.contrastQuantile,
        List.of(FeatureGroup.LOG_MEL),
        List.of(),
        framesOfThreeSeconds);
  }

  /** A spec of MFCC, chroma, contrast and zero-crossing rate, and their means. */
  public FeatureSpec(
      String name,
      int sampleRateHz,
      int fftLength,
      int hopLength,
      int melBands,
      int mfccCount,
      int chromaBins,
      int contrastBands,
      double contrastMinHz,
      double contrastQuantile) {
    this(
        name,
        sampleRateHz,
        fftLength,
        hopLength,
        melBands,
        mfccCount,
        chromaBins,
        contrastBands,
        contrastMinHz,
        contrastQuantile,
        List.of(),
        List.of());
  }

  /** A null is refused like any other bad value; a vector has one spec, so the order is fixed. */
  private static <E extends Enum<E>> List<E> requireOrdered(List<E> values, String field) {
    require(
        values != null && values.stream().noneMatch(Objects::isNull),
        field + " must not be missing or hold null",
        values);
    for (int i = 1; i < values.size(); i++) {
      require(
          values.get(i - 1).compareTo(values.get(i)) < 0,
          field + " must be in their order, each once",
          values);
    }
    return List.copyOf(values);
  }

  private static void require(boolean holds, String rule, Object value) {
    if (!holds) {
      throw new IllegalArgumentException("feature spec: " + rule + ", got " + value);
    }
  }

  /** The named spec, or empty where there is none of that name. */
  public static Optional<FeatureSpec> named(String name) {
    return named().filter(spec -> spec.name.equals(name)).findFirst();
  }

  /** Names of all specs that have one. */
  public static List<String> names() {
    return named().map(FeatureSpec::name).toList();
  }

  private static Stream<FeatureSpec> named() {
    return Stream.of(NAMED, NAMED_OF_FRAMES, List.of(ENCODER_16K)).flatMap(List::stream);
  }

  /**
   * Samples of the frames that a channel is cut into. For the encoder, whose frames are cut only
   * where a window begins and ends, these are its tokens: two hops, one after the other.
   */
  public int frameLength() {
    return encoderInput ? 2 * hopLength : fftLength;
  }

  /** Samples between the beginnings of these frames. */
  public int frameHop() {
    return encoderInput ? frameLength() : hopLength;
  }

  private static boolean isLongEnoughForPitch(int fftLength, int sampleRateHz) {
    return fftLength * 1000L >= (long) LEAST_PITCH_FRAME_MS * sampleRateHz;
  }

  /** Whether frames are long enough to have a pitch. */
  public boolean canHavePitch() {
    return isLongEnoughForPitch(fftLength, sampleRateHz);
  }

  /** Whether windows have more statistics than means of MFCC, chroma, contrast and so on. */
  public boolean extended() {
    return windowFrames == 0 && (!groups.isEmpty() || !statistics.isEmpty());
  }

  /**
   * @throws IllegalArgumentException if windows hold more frames than their vectors, or no whole
   *     number of the encoder's tokens
   */
  public void requireFit(WindowSettings windows) {
    if (encoderInput) {
      int tokenMs = 1000 * frameLength() / sampleRateHz;
      if (windows.hopMs() % tokenMs != 0 || windows.lengthMs() / tokenMs > windowFrames / 2) {
        throw new IllegalArgumentException(
            "windows of %s must begin and end at multiples of %d ms and last at most %d ms, got %d ms every %d ms"
                .formatted(
                    name,
                    tokenMs,
                    windowFrames / 2 * tokenMs,
                    windows.lengthMs(),
                    windows.hopMs()));
      }
      return;
    }
    long samples = (long) windows.lengthMs() * sampleRateHz / 1000 + 1;
    long frames = (samples + hopLength - 1) / hopLength;
    if (windowFrames > 0 && frames > windowFrames) {
      throw new IllegalArgumentException(
          "windows of %d ms hold %d frames, vectors of %s hold %d; use shorter windows"
              .formatted(windows.lengthMs(), frames, name, windowFrames));
    }
  }
}
