package dev.speechemotion.app.settings;

import dev.speechemotion.app.process.CommandFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Values that nobody is to see: read from files where a value says so, and left out of texts. */
final class Secrets {
  private static final String HIDDEN = "***";

  /** Whatever a value is a part of, such as the password of a JAAS configuration. */
  private static final Pattern IN_FILE = Pattern.compile("\\$\\{file:([^}]+)}");

  /** Passwords, keys, tokens, and what holds such, by the names that Kafka and Confluent give. */
  private static final Pattern NAME =
      Pattern.compile("(?i).*(password|passphrase|secret|token|[._]key|jaas\\.config|user\\.info)");

  /** In an address, a login ends before the path begins. */
  private static final Pattern LOGIN = Pattern.compile("(://)[^/\\s]*@");

  /** A chain of certificates is some kilobytes. */
  private static final int MOST_BYTES = 1 << 20;

  private Secrets() {}

  /**
   * Puts the text of a file in the place of each {@code ${file:PATH}}, without the line break at
   * its end.
   *
   * @param given values by property
   * @return the same properties
   * @throws CommandFailure if a file cannot be read; names the property and the file
   */
  static Map<String, String> read(Map<String, String> given) {
    Map<String, String> values = new TreeMap<>();
    given.forEach(
        (name, value) -> {
          if (IN_FILE.matcher(value).replaceAll("").contains("${file:")) {
            throw new CommandFailure(
                "configuration: %s has a reference to a file that does not end: write ${file:PATH}"
                    .formatted(name));
          }
          values.put(
              name,
              IN_FILE
                  .matcher(value)
                  .replaceAll(
                      match -> Matcher.quoteReplacement(textOf(match.group(1).trim(), name))));
        });
    return values;
  }

  private static String textOf(String path, String property) {
    try (InputStream in = Files.newInputStream(Path.of(path))) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw new IOException("more than " + MOST_BYTES + " bytes");
      }
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes))
          .toString()
          .stripTrailing();
    } catch (CharacterCodingException e) {
      throw new CommandFailure(
          "configuration: %s takes its value from the file %s, which is not text in UTF-8"
              .formatted(property, path),
          e);
    } catch (IOException | InvalidPathException e) {
      throw new CommandFailure(
          "configuration: %s takes its value from the file %s, which cannot be read: %s"
              .formatted(property, path, reason(e)),
          e);
    }
  }

  private static String reason(Exception e) {
    if (e instanceof NoSuchFileException) {
      return "there is none";
    }
    return e instanceof AccessDeniedException ? "no permission" : e.getMessage();
  }

  /**
   * A value as it may be shown. Of one in a file, it is the file's name; a secret is left out, and
   * so is the login of an address.
   *
   * @param given as it stands in the configuration
   */
  static String shown(String property, String given) {
    if (!given.isEmpty() && NAME.matcher(property).matches() && !IN_FILE.matcher(given).matches()) {
      return HIDDEN;
    }
    return LOGIN.matcher(given).replaceAll("$1" + HIDDEN + "@").replaceAll("\\R", "\\\\n");
  }

  /**
   * A text without the values that are not to be shown.
   *
   * @param given values by property as they stand in the configuration
   * @param values the same with what is in files
   */
  static String hide(String text, Map<String, String> given, Map<String, String> values) {
    String hidden = text;
    for (Map.Entry<String, String> each : given.entrySet()) {
      String value = values.get(each.getKey());
      if (!value.isEmpty()
          && (NAME.matcher(each.getKey()).matches() || !value.equals(each.getValue()))) {
        hidden = hidden.replace(value, HIDDEN);
      }
    }
    return hidden;
  }
}
