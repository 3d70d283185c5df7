package dev.speechemotion.app.process;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The wish to stop, by SIGTERM or Ctrl-C. A command that looks at it now and then ends in good
 * order and with an exit code of its own, where the JVM alone would end with 143 or 130 at once.
 */
public final class StopRequest {
  /** What every program gives when Ctrl-C ended it: 128 and the signal's number. */
  public static final int INTERRUPTED_EXIT_CODE = 130;

  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private final CountDownLatch requested = new CountDownLatch(1);

  /** A command's work. */
  @FunctionalInterface
  public interface Work {
    /** Gives the exit code. */
    int run(StopRequest stop) throws Exception;
  }

  /** Runs a command's work; a signal meanwhile asks it to stop and waits until it has. */
  public static int onSignal(Work work) throws Exception {
    StopRequest stop = new StopRequest();
    CountDownLatch finished = new CountDownLatch(1);
    AtomicInteger exitCode = new AtomicInteger(INTERRUPTED_EXIT_CODE);
    Thread hook =
        new Thread(
            () -> {
              stop.request();
              try {
                finished.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              System.out.flush();
              Runtime.getRuntime().halt(StandardOutput.exitCodeOr(exitCode.get()));
            },
            "stop");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      exitCode.set(work.run(stop));
      return exitCode.get();
    } finally {
      finished.countDown();
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The signal came: the hook is ending the process with our exit code.
        Thread.currentThread().join();
      }
    }
  }

  public void request() {
    requested.countDown();
  }

  public boolean requested() {
    return requested.getCount() == 0;
  }

  /** Waits for the wish, at most so long; says whether it was uttered. */
  public boolean await(Duration timeout) throws InterruptedException {
    return requested.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
  }
}
