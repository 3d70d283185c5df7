package dev.speechemotion.training;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Trains a model from a corpus of recordings. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description = "Trains a model from a corpus of recordings.")
public final class TrainCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    throw new UnsupportedOperationException();
  }
}
