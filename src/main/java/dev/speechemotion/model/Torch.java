package dev.speechemotion.model;

import ai.djl.engine.Engine;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Platform;

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

  /**
   * Keeps oneDNN, which computes convolutions for PyTorch 2.7, to AVX2: with its AVX-512 code the
   * gradients of {@link CnnLstm} are NaN on AMD's Zen 5. It reads the environment when it is first
   * used, and only the C library can change that of a running process: so this comes too late where
   * {@link SpeechEncoder} has computed something before. That is not limited, as it has no
   * gradients and takes a third less time with AVX-512; {@link Fcnn} does not go through oneDNN.
   */
  static void limitInstructions() {
    if (!Platform.isWindows()) {
      Environment.C.setenv("ONEDNN_MAX_CPU_ISA", "AVX2", 0);
    }
  }

  private interface Environment extends Library {
    Environment C = Native.load(Platform.C_LIBRARY_NAME, Environment.class);

    /** Leaves a value that there is as it is if {@code overwrite} is 0. */
    int setenv(String name, String value, int overwrite);
  }

  private static void setIfAbsent(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
