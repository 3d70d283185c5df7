package dev.speechemotion.app.process;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How what goes to stderr is written. The log itself is set up by logback.xml. */
public enum LogFormat {
  /** Lines for people. */
  TEXT,
  /** A JSON object per line, for programs that collect logs. */
  JSON;

  /** Read by logback.xml too. */
  public static final String VARIABLE = "SES_LOG_FORMAT";

  /**
   * The one that the environment asks for.
   *
   * @throws CommandFailure if there is none of that name
   */
  public static LogFormat of(Map<String, String> environment) {
    String name = environment.getOrDefault(VARIABLE, "text");
    return switch (name) {
      case "text" -> TEXT;
      case "json" -> JSON;
      default ->
          throw new CommandFailure(
              "the environment variable %s must be text or json, got '%s'"
                  .formatted(VARIABLE, name));
    };
  }

  /** Where a command says what is wrong: stderr, or the log, so that each line there is JSON. */
  public PrintStream errors() {
    return this == TEXT
        ? System.err
        : new PrintStream(new LoggedLines(), true, StandardCharsets.UTF_8);
  }

  private static final class LoggedLines extends OutputStream {
    private static final Logger LOG = LoggerFactory.getLogger(LogFormat.class);

    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    @Override
    public void write(int b) {
      if (b != '\n') {
        line.write(b);
        return;
      }
      String text = line.toString(StandardCharsets.UTF_8).strip();
      line.reset();
      if (!text.isEmpty()) {
        LOG.error("{}", text);
      }
    }
  }
}
