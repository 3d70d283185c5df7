package dev.speechemotion.training;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Measures a model on a corpus, or a protocol with training inside. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    description = "Measures a model on a corpus, or a protocol with training inside.")
public final class EvaluateCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    throw new UnsupportedOperationException();
  }
}
