package dev.speechemotion.model;

import ai.djl.engine.Engine;
import ai.djl.util.Utils;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;

/** Starts the PyTorch engine the one way that we use it: one thread, nothing downloaded. */
public final class Torch {
  /** The engine's name in DJL. */
  public static final String ENGINE = "PyTorch";

  /** Below DJL's cache, which is {@code .djl.ai} in the home directory. */
  private static final String FOLDER = "pytorch";

  private static final String CACHE_VARIABLE = "ENGINE_CACHE_DIR";

  private Torch() {}

  /**
   * Starts the engine if it is not running.
   *
   * <p>One thread within an operation and one between operations: the networks are small, every
   * stream thread has its own classifier, and sums do not depend on the number of cores. DJL reads
   * these properties when the engine starts; whoever set them before us is heard.
   *
   * @throws UncheckedIOException if its native libraries cannot be unpacked or loaded; the cause
   *     says why and what to do
   */
  public static Engine start() {
    setIfAbsent("ai.djl.pytorch.num_threads", "1");
    setIfAbsent("ai.djl.pytorch.num_interop_threads", "1");
    setIfAbsent("ai.djl.offline", "true");
    setIfAbsent("OPT_OUT_TRACKING", "true");
    try {
      return Engine.getEngine(ENGINE);
    } catch (RuntimeException | LinkageError e) {
      throw new UncheckedIOException(
          new ModelException(
              "PyTorch does not start (%s); %s".formatted(reason(root(e)), advice(root(e))), e));
    }
  }

  /**
   * The same for a model that cannot be had without it.
   *
   * @throws ModelException as {@link #start}
   */
  static void startForModel() throws ModelException {
    try {
      start();
    } catch (UncheckedIOException e) {
      throw new ModelException(e.getCause().getMessage(), e);
    }
  }

  private static Throwable root(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  private static String reason(Throwable root) {
    if (root instanceof FileSystemException file && file.getReason() == null) {
      // The message is the path alone.
      return root.getClass().getSimpleName().replace("Exception", "") + " " + file.getFile();
    }
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }

  private static String advice(Throwable root) {
    if (root instanceof IOException || root instanceof UnsatisfiedLinkError) {
      return ("its native library is unpacked into the folder %s and loaded from there: it must be"
              + " writable, have room for 500 MB, and not be mounted noexec; delete what is there,"
              + " or set the environment variable %s to another folder")
          .formatted(Utils.getEngineCacheDir(FOLDER), CACHE_VARIABLE);
    }
    return "its native library must be on the class path for this platform";
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
