package dev.speechemotion.training.corpus;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/**
 * A progress bar on a terminal, on stderr, for work that takes longer than two seconds; elsewhere a
 * line now and then, or nothing. Any thread may step.
 */
public final class Progress implements AutoCloseable {
  private static final long SHOWN_AFTER_NANOS = 2_000_000_000L;
  private static final long LINE_INTERVAL_NANOS = 10_000_000_000L;

  /** Parts of work whose share is known, not the number of its steps. */
  private static final int OF_SHARES = 1_000;

  private final String task;
  private final long total;
  private final Optional<PrintWriter> log;
  private final Optional<Line> terminal;
  private final String unit;
  private final long unitSteps;
  private final LongSupplier nanoTime;
  private final long beganNanos;

  private Optional<ProgressBar> bar = Optional.empty();
  private boolean hidden;
  private long done;
  private long lastLineNanos;

  /**
   * @param total steps of the work
   * @param log gets a line now and then where there is no terminal
   */
  public Progress(String task, long total, PrintWriter log) {
    this(task, total, "", 1, Optional.of(log), terminal(), System::nanoTime);
  }

  Progress(
      String task,
      long total,
      String unit,
      long unitSteps,
      Optional<PrintWriter> log,
      Optional<PrintStream> terminal,
      LongSupplier nanoTime) {
    this.task = task;
    this.total = total;
    this.unit = unit;
    this.unitSteps = unitSteps;
    this.log = log;
    this.terminal = terminal.map(Line::new);
    this.nanoTime = nanoTime;
    beganNanos = nanoTime.getAsLong();
    lastLineNanos = beganNanos;
  }

  /** Of work whose share is known, see {@link #reach}; shows nothing where there is no terminal. */
  public static Progress ofShares(String task) {
    return new Progress(
        task, OF_SHARES, " %", OF_SHARES / 100, Optional.empty(), terminal(), System::nanoTime);
  }

  private static Optional<PrintStream> terminal() {
    return isTerminal()
        ? Optional.of(new PrintStream(new FileOutputStream(FileDescriptor.err), true))
        : Optional.empty();
  }

  /** The line that the bar is in; none is left behind. */
  private static final class Line extends ConsoleProgressBarConsumer {
    Line(PrintStream out) {
      super(out);
    }

    @Override
    public void close() {
      clear();
    }
  }

  /** Whether a person looks on: stdin and stdout are a terminal. */
  public static boolean isTerminal() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      // Since Java 22 there may be a console without a terminal, and this method to ask it.
      return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }

  public synchronized void step() {
    stepTo(done + 1);
  }

  /**
   * Goes on to a share of the work.
   *
   * @param share 0 to 1
   */
  public void reach(double share) {
    stepTo(Math.round(Math.min(1, Math.max(0, share)) * total));
  }

  private synchronized void stepTo(long steps) {
    done = steps;
    long now = nanoTime.getAsLong();
    if (terminal.isPresent()) {
      if (bar.isEmpty() && now - beganNanos > SHOWN_AFTER_NANOS) {
        bar =
            Optional.of(
                new ProgressBarBuilder()
                    .setTaskName(task)
                    .setInitialMax(total)
                    .setUnit(unit, unitSteps)
                    .setConsumer(terminal.get())
                    .clearDisplayOnFinish()
                    .build());
      }
      if (bar.isPresent() && hidden) {
        bar.get().resume();
        hidden = false;
      }
      bar.ifPresent(each -> each.stepTo(done));
    } else if (log.isPresent() && now - lastLineNanos > LINE_INTERVAL_NANOS) {
      lastLineNanos = now;
      log.get().printf("%s: %d of %d%n", task, done, total);
      log.get().flush();
    }
  }

  /** Makes room for a line that is printed to the same terminal; the next step shows it again. */
  public synchronized void hide() {
    if (bar.isPresent() && !hidden) {
      bar.get().pause();
      terminal.get().clear();
      hidden = true;
    }
  }

  @Override
  public synchronized void close() {
    bar.ifPresent(ProgressBar::close);
  }
}
