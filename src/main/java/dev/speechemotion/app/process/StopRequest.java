package dev.speechemotion.app.process;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.slf4j.LoggerFactory;

/**
 * The wish to stop, by SIGTERM or Ctrl-C. A command that looks at it now and then ends in good
 * order and with an exit code of its own, where the JVM alone would end with 143 or 130 at once.
 */
public final class StopRequest {
  /** What every program gives when Ctrl-C ended it: 128 and the signal's number. */
  public static final int INTERRUPTED_EXIT_CODE = 130;

  private static final Duration PATIENCE = Duration.ofSeconds(40);

  /** How many pieces of work end by themselves when a signal comes. */
  private static final AtomicInteger LISTENING = new AtomicInteger();

  private final CountDownLatch requested = new CountDownLatch(1);

  /** A command's work. */
  @FunctionalInterface
  public interface Work {
    /** Gives the exit code. */
    int run(StopRequest stop) throws Exception;
  }

  /**
   * Runs a whole command: a signal meanwhile ends the process at once with {@link
   * #INTERRUPTED_EXIT_CODE}, unless work that looks at requests is under way.
   */
  public static int orInterrupted(IntSupplier command) {
    Thread hook =
        new Thread(
            () -> {
              if (LISTENING.get() == 0) {
                Runtime.getRuntime().halt(StandardOutput.exitCodeOr(INTERRUPTED_EXIT_CODE));
              }
            },
            "interrupted");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return command.getAsInt();
    } finally {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        LoggerFactory.getLogger(StopRequest.class).debug("a signal came as the command ended");
      }
    }
  }

  /** Runs a command's work; a signal meanwhile asks it to stop and waits until it has. */
  public static int onSignal(Work work) throws Exception {
    LISTENING.incrementAndGet();
    try {
      return listening(work);
    } finally {
      LISTENING.decrementAndGet();
    }
  }

  private static int listening(Work work) throws Exception {
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
