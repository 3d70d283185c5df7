package dev.speechemotion.app.settings;

import java.util.List;
import java.util.Locale;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.types.Password;

/** The properties as documentation shows them. */
public final class PropertyMarkdown {
  private PropertyMarkdown() {}

  /** The properties as a table in Markdown. */
  public static String markdown() {
    StringBuilder table =
        new StringBuilder("| property | type | default | meaning |\n| --- | --- | --- | --- |\n");
    for (ConfigKey key : Property.DEFINITION.configKeys().values()) {
      boolean none =
          key.defaultValue == null || List.of("", new Password("")).contains(key.defaultValue);
      String defaultValue = none ? "" : "`" + key.defaultValue + "`";
      table.append(
          String.format(
              "| `%s` | %s | %s | %s |\n",
              key.name, key.type.name().toLowerCase(Locale.ROOT), defaultValue, key.documentation));
    }
    table.append(
        String.format(
            "| `%s*` | | | Passed without the prefix to Kafka Streams and the Kafka clients, such as"
                + " `%snum.stream.threads` |\n",
            Property.KAFKA_PREFIX, Property.KAFKA_PREFIX));
    table.append(
        String.format(
            "| `%s*` | | | Passed without the prefix to the registry client, such as"
                + " `%sbasic.auth.user.info` |\n",
            Property.REGISTRY_PREFIX, Property.REGISTRY_PREFIX));
    return table.toString();
  }
}
