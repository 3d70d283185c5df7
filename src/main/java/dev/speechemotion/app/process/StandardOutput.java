package dev.speechemotion.app.process;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Where results go. The JDK's own stream keeps to itself that it cannot be written; this one ends
 * the process then: with a line and exit code 1 if the disk is full, and quietly if whoever read it
 * has gone away, as in {@code … | head -1}.
 */
public final class StandardOutput extends OutputStream {
  private static final int FAILED = 1;
  private static final AtomicReference<Optional<Integer>> EXIT_CODE =
      new AtomicReference<>(Optional.empty());

  private final OutputStream out;
  private final PrintStream err;
  private final Runnable end;

  /**
   * @param end ends the process; called once
   */
  StandardOutput(OutputStream out, PrintStream err, Runnable end) {
    this.out = out;
    this.err = err;
    this.end = end;
  }

  /** The process's own, which ends it when it cannot be written. */
  public static PrintStream ofProcess() {
    return new PrintStream(
        new BufferedOutputStream(
            new StandardOutput(
                new FileOutputStream(FileDescriptor.out),
                System.err,
                // Not in the writing thread: whatever runs at the end may want to write, too.
                () -> new Thread(() -> System.exit(exitCodeOr(FAILED)), "output").start())));
  }

  /** The exit code that the output demands if it could not be written, or else the other one. */
  public static int exitCodeOr(int exitCode) {
    return EXIT_CODE.get().orElse(exitCode);
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      fail(e);
      throw e;
    }
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }

  private void fail(IOException e) {
    boolean gone = isReaderGone(e);
    if (EXIT_CODE.compareAndSet(Optional.empty(), Optional.of(gone ? 0 : FAILED))) {
      if (!gone) {
        err.println("the output cannot be written: " + e.getMessage());
      }
      end.run();
    }
  }

  /** By the system's message, for there is nothing else. */
  private static boolean isReaderGone(IOException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("Broken pipe") || message.contains("pipe is being closed");
  }

  /** Forgets what has failed: for tests. */
  static void reset() {
    EXIT_CODE.set(Optional.empty());
  }
}
