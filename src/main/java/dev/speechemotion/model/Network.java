package dev.speechemotion.model;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.features.spec.FeatureSpec;
import java.util.Arrays;
import java.util.Map;

/** A network of one of the architectures: what is the same for all, in training and in use. */
public final class Network {
  private final ModelManifest.Architecture architecture;
  private final Block block;
  private final int columns;
  private final int featureCount;
  private final int labelCount;

  private Network(
      ModelManifest.Architecture architecture, FeatureSpec spec, int labelCount, float dropout) {
    this.architecture = architecture;
    this.labelCount = labelCount;
    columns = FeatureLayout.of(spec).windowColumnCount();
    featureCount = FeatureLayout.of(spec).windowFeatureCount();
    block =
        architecture.ofFrames()
            ? new CnnLstm(architecture, columns, labelCount, dropout)
            : new Fcnn(architecture, featureCount, labelCount, dropout);
  }

  /** The network for training, with dropout. */
  public static Network forTraining(
      ModelManifest.Architecture architecture, FeatureSpec spec, int labelCount) {
    return new Network(architecture, spec, labelCount, architecture.dropout());
  }

  /** The network for use, without dropout. */
  static Network forInference(
      ModelManifest.Architecture architecture, FeatureSpec spec, int labelCount) {
    return new Network(architecture, spec, labelCount, 0);
  }

  public Block block() {
    return block;
  }

  /**
   * How many networks it consists of: in training its output has a row of each of them for each
   * window, member by member.
   */
  public int members() {
    return architecture.members();
  }

  /** Its parameters under the names that they have in a weights file. */
  public Map<String, Parameter> parameters() {
    return block instanceof CnnLstm cnnLstm ? cnnLstm.parameters() : ((Fcnn) block).parameters();
  }

  /** The shapes of its parameters; that of the output's bias is the last. */
  Map<String, Shape> shapes() {
    return architecture.ofFrames()
        ? CnnLstm.shapes(architecture, columns, labelCount)
        : Fcnn.shapes(architecture, featureCount, labelCount);
  }

  /** The shapes of its inputs for so many windows. */
  public Shape[] inputShapes(int windows) {
    return architecture.ofFrames()
        ? new Shape[] {
          new Shape(windows, featureCount / columns, columns),
          new Shape(windows, featureCount / columns)
        }
        : new Shape[] {new Shape(windows, featureCount)};
  }

  /**
   * Its inputs for windows.
   *
   * @param features {@code [windows][windowFeatureCount]}, normalised; NaN where a window has no
   *     more frames, which is left away as far as no window of the batch has any there
   */
  public NDList inputs(NDManager manager, float[] features, int windows) {
    if (!architecture.ofFrames()) {
      return new NDList(manager.create(features, new Shape(windows, featureCount)));
    }
    int frames = CnnLstm.FRAMES_PER_STEP;
    for (int window = 0; window < windows; window++) {
      frames = Math.max(frames, frames(features, window));
    }
    float[] x = new float[windows * frames * columns];
    float[] mask = new float[windows * frames];
    for (int window = 0; window < windows; window++) {
      int count = frames(features, window);
      System.arraycopy(
          features, window * featureCount, x, window * frames * columns, count * columns);
      // One step is the least that there can be; frames that it lacks are like the training's mean.
      int counting = Math.max(count, CnnLstm.FRAMES_PER_STEP);
      Arrays.fill(mask, window * frames, window * frames + counting, 1);
    }
    return new NDList(
        manager.create(x, new Shape(windows, frames, columns)),
        manager.create(mask, new Shape(windows, frames)));
  }

  /** Number of frames that a window has. */
  private int frames(float[] features, int window) {
    int at = window * featureCount;
    int frames = 0;
    while (frames < featureCount / columns && !Float.isNaN(features[at + frames * columns])) {
      frames++;
    }
    return frames;
  }
}
