package dev.speechemotion.model.forward;

import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.translate.Batchifier;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;

/** A network that PyTorch runs, through DJL. */
public final class TorchNetwork implements FittedNetwork {
  private final Model model;
  private final Inputs inputs;

  /** Makes a network's inputs of a window's values. */
  @FunctionalInterface
  public interface Inputs {
    /**
     * @param manager that they belong to
     * @param values {@code [inputs]}, normalized
     */
    NDList of(NDManager manager, float[] values);
  }

  /**
   * @param model the network with its weights; is closed with this
   * @param inputs what enters it for one window
   */
  public TorchNetwork(Model model, Inputs inputs) {
    this.model = model;
    this.inputs = inputs;
  }

  @Override
  public ForwardPass newPass() {
    return new Pass(model.newPredictor(new OneWindow(inputs)));
  }

  @Override
  public void close() {
    model.close();
  }

  private record Pass(Predictor<float[], float[]> predictor) implements ForwardPass {
    @Override
    public void run(float[] inputs, float[] logits) {
      try {
        System.arraycopy(predictor.predict(inputs), 0, logits, 0, logits.length);
      } catch (TranslateException e) {
        throw new IllegalStateException("the network failed: " + e.getMessage(), e);
      }
    }

    @Override
    public void close() {
      predictor.close();
    }
  }

  /** In: {@code [inputs]}; out: {@code [labels]}. */
  private record OneWindow(Inputs inputs) implements Translator<float[], float[]> {
    @Override
    public NDList processInput(TranslatorContext context, float[] values) {
      return inputs.of(context.getNDManager(), values);
    }

    @Override
    public float[] processOutput(TranslatorContext context, NDList output) {
      return output.singletonOrThrow().toFloatArray();
    }

    @Override
    public Batchifier getBatchifier() {
      return null;
    }
  }
}
