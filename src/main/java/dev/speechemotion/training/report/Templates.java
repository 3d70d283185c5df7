package dev.speechemotion.training.report;

import io.pebbletemplates.pebble.PebbleEngine;
import io.pebbletemplates.pebble.loader.ClasspathLoader;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Locale;
import java.util.Map;

/**
 * The templates of {@code resources/report} with values filled in. What a template prints is
 * escaped for HTML, unless it switches that off itself.
 */
final class Templates {
  private static final PebbleEngine ENGINE = engine();

  private Templates() {}

  private static PebbleEngine engine() {
    ClasspathLoader loader = new ClasspathLoader(Templates.class.getClassLoader());
    loader.setPrefix("report");
    return new PebbleEngine.Builder()
        .loader(loader)
        .autoEscaping(true)
        // A name that is not there is an error; it would be shown as nothing.
        .strictVariables(true)
        // Else the word after a value that ends a line would be joined to it.
        .newLineTrimming(false)
        .build();
  }

  /**
   * @param template its file's name
   * @param values by name; a record's are read by its accessors
   */
  static String text(String template, Map<String, Object> values) throws IOException {
    StringWriter text = new StringWriter();
    ENGINE.getTemplate(template).evaluate(text, values, Locale.ROOT);
    return text.toString();
  }
}
