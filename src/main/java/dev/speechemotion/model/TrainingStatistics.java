package dev.speechemotion.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a linear discriminant needs to know of its training to be fitted again together with other
 * recordings: a file beside the weights. All of it is of normalized values, and of the columns in
 * use alone, {@link ModelManifest.Normalization#usedColumns}. It holds no recording.
 */
public final class TrainingStatistics {
  private static final String FILE = "training-statistics.safetensors";
  private static final String MEANS = "means";
  private static final String MASSES = "masses";
  private static final String COVARIANCE = "covariance";

  /** Of normalized values, far less is usual. */
  private static final float MOST = 1e9f;

  /** What rounding to 32 bits may do. */
  private static final double ROUNDING = 1e-4;

  private final float[][] means;
  private final float[] masses;
  private final float[] covariance;

  /**
   * @param means {@code [label][column]}, the mean of each label's examples
   * @param masses {@code [label]}, how much they count in all; 0: there are none
   * @param covariance within labels, the same for all: the lower triangle row by row, that of
   *     columns {@code i} and {@code j <= i} at {@code i * (i + 1) / 2 + j}
   * @throws IllegalArgumentException if the sizes do not fit together, or these are no statistics
   *     of any examples
   */
  public TrainingStatistics(float[][] means, float[] masses, float[] covariance) {
    int columns = means[0].length;
    ModelManifest.require(
        masses.length == means.length, "statistics must have a mass for each label", masses.length);
    ModelManifest.require(
        covariance.length == triangle(columns),
        "statistics must have a covariance of " + columns + " columns",
        covariance.length);
    for (float mass : masses) {
      ModelManifest.require(
          mass >= 0 && mass <= MOST, "masses of statistics must be from 0 to 1e9", mass);
    }
    for (float[] ofLabel : means) {
      for (float mean : ofLabel) {
        ModelManifest.require(
            Math.abs(mean) <= MOST, "means of statistics must be from -1e9 to 1e9", mean);
      }
    }
    for (int i = 0; i < columns; i++) {
      double variance = covariance[triangle(i) + i];
      ModelManifest.require(
          variance >= 0 && variance <= MOST, "variances must be from 0 to 1e9", variance);
      for (int j = 0; j < i; j++) {
        double product = variance * covariance[triangle(j) + j];
        double value = covariance[triangle(i) + j];
        ModelManifest.require(
            value * value <= product * (1 + ROUNDING) + 1e-30,
            "covariances must not be above what the variances allow",
            value);
      }
    }
    this.means = means;
    this.masses = masses;
    this.covariance = covariance;
  }

  /** Where row {@code i} of a lower triangle begins, and how many values that many rows have. */
  private static int triangle(int i) {
    return i * (i + 1) / 2;
  }

  public int columnCount() {
    return means[0].length;
  }

  /** {@code [label][column]}; not a copy. */
  public float[][] means() {
    return means;
  }

  /** {@code [label]}; not a copy. */
  public float[] masses() {
    return masses;
  }

  /** Within labels, of columns {@code i} and {@code j}, {@code j <= i}. */
  public float covariance(int i, int j) {
    return covariance[triangle(i) + j];
  }

  /** The file, in safetensors format. */
  public byte[] encode() {
    Torch.start();
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), Torch.ENGINE)) {
      NDArray meansArray = manager.create(means);
      meansArray.setName(MEANS);
      NDArray massesArray = manager.create(masses);
      massesArray.setName(MASSES);
      NDArray covarianceArray = manager.create(covariance);
      covarianceArray.setName(COVARIANCE);
      return WeightsFile.encode(new NDList(meansArray, massesArray, covarianceArray));
    }
  }

  /** The entry in a manifest for the file of {@link #encode}. */
  public static ModelManifest.Weights entry(byte[] file) {
    return ModelManifest.Weights.of(FILE, file);
  }

  /**
   * Reads the file.
   *
   * @throws ModelException if it is malformed, or of another model than the manifest's
   */
  static TrainingStatistics decode(byte[] file, ModelManifest manifest) throws ModelException {
    int labels = manifest.labels().size();
    int columns = manifest.normalization().usedColumns().length;
    Map<String, Shape> shapes = new LinkedHashMap<>();
    shapes.put(MEANS, new Shape(labels, columns));
    shapes.put(MASSES, new Shape(labels));
    shapes.put(COVARIANCE, new Shape(triangle(columns)));
    Map<String, float[]> arrays;
    try {
      arrays = WeightsFile.decodeFloats(file, shapes);
    } catch (ModelException e) {
      throw new ModelException("%s: %s".formatted(FILE, e.getMessage()), e);
    }
    float[][] means = new float[labels][columns];
    for (int label = 0; label < labels; label++) {
      System.arraycopy(arrays.get(MEANS), label * columns, means[label], 0, columns);
    }
    try {
      return new TrainingStatistics(means, arrays.get(MASSES), arrays.get(COVARIANCE));
    } catch (IllegalArgumentException e) {
      throw new ModelException("%s: %s".formatted(FILE, e.getMessage()), e);
    }
  }
}
