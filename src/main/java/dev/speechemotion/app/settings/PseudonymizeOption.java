package dev.speechemotion.app.settings;

import dev.speechemotion.app.process.CommandFailure;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The option of commands that make pseudonyms, or look for what has them. */
public final class PseudonymizeOption {
  @Option(
      names = "--pseudonymize",
      paramLabel = "FILE",
      description =
          "Hash the ids of calls, streams and channels with the key in this file, before anything"
              + " is made of them; it sets pseudonymize.key.")
  private Optional<Path> keyFile = Optional.empty();

  /** What it sets. */
  public Map<String, String> properties() {
    return keyFile
        .map(file -> Map.of(Property.PSEUDONYMIZE_KEY, "${file:" + file + "}"))
        .orElse(Map.of());
  }

  /**
   * Checks that there is a key, if one was asked for.
   *
   * @throws CommandFailure if the file is empty
   */
  public void requireKey(Settings settings) {
    if (keyFile.isPresent() && settings.streamSettings().pseudonymKey().isEmpty()) {
      throw new CommandFailure(keyFile.get() + " holds no key");
    }
  }
}
