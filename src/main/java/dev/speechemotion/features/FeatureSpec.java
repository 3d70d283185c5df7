package dev.speechemotion.features;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Everything that defines a feature vector. The spec is stored in a model's manifest, so that
 * streaming computes what training computed. Definitions are librosa 0.11.0's with what looks at
 * the whole clip switched off: no centre padding, no {@code top_db}, tuning 0.
 *
 * @param name {@code librosa-22k}, {@code wideband-16k}, {@code telephone-8k}, or one's own
 * @param sampleRateHz rate to which audio is resampled, Hz
 * @param fftLength samples of a frame; a power of two from 64 to 4096
 * @param hopLength samples between the beginnings of frames
 * @param melBands number of mel bands below the MFCC (Slaney scale and normalisation)
 * @param mfccCount number of MFCC
 * @param chromaBins number of pitch classes
 * @param contrastBands number of octave bands of the spectral contrast; there is one value more
 * @param contrastMinHz upper end of the lowest contrast band, Hz
 * @param contrastQuantile share of a band's bins that counts as its peak and as its valley
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
    double contrastQuantile) {

  /** The seed's features with librosa's defaults. */
  public static final FeatureSpec LIBROSA_22K =
      new FeatureSpec("librosa-22k", 22_050, 2048, 512, 128, 13, 12, 6, 200, 0.02);

  /** For wide-band audio. */
  public static final FeatureSpec WIDEBAND_16K =
      new FeatureSpec("wideband-16k", 16_000, 1024, 256, 64, 13, 12, 5, 200, 0.02);

  /** For call-centre audio. */
  public static final FeatureSpec TELEPHONE_8K =
      new FeatureSpec("telephone-8k", 8_000, 512, 128, 40, 13, 12, 4, 200, 0.02);

  /** The specs that have a name on the command line. */
  public static final List<FeatureSpec> NAMED = List.of(LIBROSA_22K, WIDEBAND_16K, TELEPHONE_8K);

  public FeatureSpec {
    require(name != null && !name.isBlank(), "name must not be blank", name);
    require(
        sampleRateHz >= 8_000 && sampleRateHz <= 96_000,
        "sampleRateHz must be from 8000 to 96000",
        sampleRateHz);
    require(
        fftLength >= 64 && fftLength <= 4096 && Integer.bitCount(fftLength) == 1,
        "fftLength must be a power of two from 64 to 4096",
        fftLength);
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
  }

  private static void require(boolean holds, String rule, Object value) {
    if (!holds) {
      throw new IllegalArgumentException("feature spec: " + rule + ", got " + value);
    }
  }

  /** The named spec, or empty where there is none of that name. */
  public static Optional<FeatureSpec> named(String name) {
    return NAMED.stream().filter(spec -> spec.name.equals(name)).findFirst();
  }

  /** Number of values per frame. */
  public int frameFeatureCount() {
    return mfccCount + chromaBins + contrastBands + 1 + 1;
  }

  /** Number of values per window. */
  public int windowFeatureCount() {
    return frameFeatureCount();
  }

  /** Names of a frame's values in order: {@code mfcc1}, {@code chroma1}, {@code contrast1}, … */
  public List<String> frameFeatureNames() {
    List<String> names = new ArrayList<>(frameFeatureCount());
    addNumbered(names, "mfcc", mfccCount);
    addNumbered(names, "chroma", chromaBins);
    addNumbered(names, "contrast", contrastBands + 1);
    names.add("zcr");
    return names;
  }

  /** Names of a window's values in order: {@code mfcc1.mean}, … */
  public List<String> windowFeatureNames() {
    return frameFeatureNames().stream().map(name -> name + ".mean").toList();
  }

  private static void addNumbered(List<String> names, String name, int count) {
    for (int i = 1; i <= count; i++) {
      names.add(name + i);
    }
  }
}
