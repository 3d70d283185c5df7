package dev.speechemotion.training;

import picocli.CommandLine;

/** Offline training: the same as the command {@code train}. */
public final class TrainMain {
  private TrainMain() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new TrainCommand()).execute(args));
  }
}
