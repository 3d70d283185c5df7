package dev.speechemotion.model.forward;

/** One thread's way through a network: what it gives depends on its arguments alone. */
public interface ForwardPass extends AutoCloseable {

  /**
   * Runs the network on one window.
   *
   * @param inputs {@code [inputs]}, normalized
   * @param logits {@code [labels]}; filled with the network's outputs, before the softmax
   */
  void run(float[] inputs, float[] logits);

  @Override
  void close();
}
