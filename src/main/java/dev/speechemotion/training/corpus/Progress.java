package dev.speechemotion.training.corpus;

import java.io.PrintWriter;
import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/** A progress bar on a terminal; elsewhere a line now and then. Any thread may step. */
public final class Progress implements AutoCloseable {
  private static final long LINE_INTERVAL_NANOS = 10_000_000_000L;

  private final String task;
  private final long total;
  private final PrintWriter log;
  private final Optional<ProgressBar> bar;
  private long done;
  private long lastLineNanos = System.nanoTime();

  public Progress(String task, long total, PrintWriter log) {
    this.task = task;
    this.total = total;
    this.log = log;
    bar =
        System.console() == null
            ? Optional.empty()
            : Optional.of(new ProgressBarBuilder().setTaskName(task).setInitialMax(total).build());
  }

  public synchronized void step() {
    done++;
    if (bar.isPresent()) {
      bar.get().step();
    } else if (System.nanoTime() - lastLineNanos > LINE_INTERVAL_NANOS) {
      lastLineNanos = System.nanoTime();
      log.printf("%s: %d of %d%n", task, done, total);
      log.flush();
    }
  }

  @Override
  public void close() {
    bar.ifPresent(ProgressBar::close);
  }
}
