package dev.speechemotion.model;

import ai.djl.engine.Engine;

/** Starts the PyTorch engine the one way that we use it: one thread, nothing downloaded. */
public final class Torch {
  /** The engine's name in DJL. */
  public static final String ENGINE = "PyTorch";

  private Torch() {}

  /**
   * Starts the engine if it is not running.
   *
   * <p>One thread within an operation and one between operations: the networks are small, every
   * stream thread has its own classifier, and sums do not depend on the number of cores. DJL reads
   * these properties when the engine starts; whoever set them before us is heard.
   *
   * @throws RuntimeException if there are no native libraries for this machine
   */
  public static Engine start() {
    setIfAbsent("ai.djl.pytorch.num_threads", "1");
    setIfAbsent("ai.djl.pytorch.num_interop_threads", "1");
    setIfAbsent("ai.djl.offline", "true");
    setIfAbsent("OPT_OUT_TRACKING", "true");
    return Engine.getEngine(ENGINE);
  }

  private static void setIfAbsent(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
