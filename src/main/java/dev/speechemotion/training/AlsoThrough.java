package dev.speechemotion.training;

import dev.speechemotion.training.augmentation.Condition;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The option that says in which conditions a training hears its recordings besides. */
final class AlsoThrough {
  @Option(
      names = "--also-through",
      paramLabel = "CONDITION,...",
      description =
          "Each recording is also heard in these conditions (telephone, pauses, noise:SNR, or"
              + " several of them as in pauses+telephone), as one of a corpus of its own.")
  private List<String> names = List.of();

  /** What is also heard; a bad value is wrong usage of the command. */
  List<Condition> conditions(CommandLine command) {
    try {
      return names.stream()
          .flatMap(list -> Stream.of(list.split(",", -1)))
          .map(Condition::parse)
          // Clean is what all recordings are heard as anyway.
          .filter(condition -> !condition.equals(Condition.CLEAN))
          .distinct()
          .toList();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          command, e.getMessage().replace("--condition", "--also-through"), e);
    }
  }
}
