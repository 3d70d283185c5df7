package dev.speechemotion.training;

import java.util.List;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** The options that a command was given. */
final class GivenOptions {
  /** Places that are written to: they say nothing of what was done. */
  private static final Set<String> PLACES = Set.of("--out", "--cache");

  private GivenOptions() {}

  /** Wrong usage of the command if that is no name of a model or a version. */
  static void requireName(CommandSpec spec, String option, String value) {
    if (value.isBlank()) {
      throw new ParameterException(spec.commandLine(), option + " must not be blank");
    }
    if (value.chars().anyMatch(Character::isISOControl)) {
      throw new ParameterException(
          spec.commandLine(), option + " must hold no control characters, such as ends of lines");
    }
  }

  /** As a shell takes it for one word. */
  static String quoted(String value) {
    return value.matches("[\\w./:,-]+") ? value : "'" + value.replace("'", "'\\''") + "'";
  }

  /**
   * As text that gives the same again, in the order of the command's own.
   *
   * @param others that are left away, beside places that are written to; long names
   */
  static String of(CommandSpec spec, String... others) {
    StringBuilder text = new StringBuilder();
    for (OptionSpec option : spec.options()) {
      if (option.inherited()
          || PLACES.contains(option.longestName())
          || List.of(others).contains(option.longestName())
          || !spec.commandLine().getParseResult().hasMatchedOption(option)) {
        continue;
      }
      // A list that is not split by commas is given by naming the option again.
      List<String> values =
          option.arity().max() == 0
              ? List.of("")
              : option.splitRegex().isEmpty()
                  ? option.originalStringValues()
                  : List.of(String.join(",", option.originalStringValues()));
      for (String value : values) {
        text.append(' ').append(option.longestName());
        if (!value.isEmpty()) {
          text.append(' ').append(quoted(value));
        }
      }
    }
    return text.toString().strip();
  }
}
