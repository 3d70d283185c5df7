package dev.speechemotion.app.commands;

import java.util.Locale;

/** In which form a command prints its results. */
enum OutputFormat {
  JSON,
  TABLE;

  /** As it is given on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
