package dev.speechemotion.app.settings;

import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.process.LogFormat;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Where the values of properties come from: a file, the environment, the command line. */
final class SettingsSources {
  private static final String ENVIRONMENT_PREFIX = "SES_";

  /** Read by logback.xml, not here. */
  private static final Set<String> LOG_VARIABLES = Set.of("SES_LOG_LEVEL", LogFormat.VARIABLE);

  private SettingsSources() {}

  /**
   * Reads all sources, the later ones winning.
   *
   * @param file properties file; empty: none
   * @param environment all environment variables; those that begin with {@code SES_} count
   * @param overrides from the command line
   * @return values by property
   * @throws CommandFailure if a property is unknown
   */
  static Map<String, String> read(
      Optional<Path> file, Map<String, String> environment, Map<String, String> overrides) {
    Map<String, String> given = new HashMap<>();
    file.ifPresent(
        path -> readFile(path).forEach((name, value) -> put(given, name, value, path.toString())));
    new TreeMap<>(environment)
        .forEach(
            (variable, value) -> {
              if (variable.startsWith(ENVIRONMENT_PREFIX) && !LOG_VARIABLES.contains(variable)) {
                given.put(propertyOf(variable), value);
              }
            });
    overrides.forEach((name, value) -> put(given, name, value, "the command line"));
    return given;
  }

  private static Map<String, String> readFile(Path file) {
    Properties properties = new Properties();
    try (Reader reader =
        new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8)) {
      properties.load(reader);
    } catch (NoSuchFileException e) {
      throw new CommandFailure("configuration: no such file: " + file, e);
    } catch (IOException | IllegalArgumentException e) {
      throw new CommandFailure("configuration: cannot read " + file + ": " + e.getMessage(), e);
    }
    Map<String, String> values = new LinkedHashMap<>();
    properties.stringPropertyNames().stream()
        .sorted()
        .forEach(name -> values.put(name, properties.getProperty(name)));
    return values;
  }

  private static void put(Map<String, String> given, String name, String value, String source) {
    if (!isKnown(name)) {
      throw new CommandFailure(
          unknown("property '" + name + "' in " + source, name, Property.DEFINITION.names()));
    }
    given.put(name, value.trim());
  }

  private static boolean isKnown(String name) {
    return Property.DEFINITION.names().contains(name)
        || isLonger(name, Property.KAFKA_PREFIX)
        || isLonger(name, Property.REGISTRY_PREFIX);
  }

  private static boolean isLonger(String name, String prefix) {
    return name.startsWith(prefix) && name.length() > prefix.length();
  }

  private static String propertyOf(String variable) {
    Map<String, String> known =
        Property.DEFINITION.names().stream()
            .collect(Collectors.toMap(SettingsSources::environmentVariable, name -> name));
    String property = known.get(variable);
    if (property != null) {
      return property;
    }
    String dotted =
        variable.substring(ENVIRONMENT_PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '.');
    if (!isKnown(dotted)) {
      throw new CommandFailure(
          unknown("environment variable " + variable, variable, known.keySet()));
    }
    return dotted;
  }

  private static String environmentVariable(String property) {
    return ENVIRONMENT_PREFIX + property.toUpperCase(Locale.ROOT).replace('.', '_');
  }

  private static String unknown(String what, String name, Collection<String> known) {
    return "configuration: unknown "
        + what
        + "; did you mean '"
        + Spelling.nearest(name, known)
        + "'? `stream --help-config` lists all";
  }
}
