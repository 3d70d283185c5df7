package dev.speechemotion.streams.registry;

import java.util.List;
import org.apache.avro.Schema;

/**
 * A producer that calls a field or a type by a name of its own, with ours as an alias, can be read.
 * Avro heeds only the reader's aliases; so these are turned around.
 */
final class ProducerAliases {
  private ProducerAliases() {}

  /** The reader's schema, with the writer's names as aliases where the writer's aliases say so. */
  static Schema added(Schema reader, Schema writer) {
    Schema copy = new Schema.Parser().parse(reader.toString());
    add(copy, writer);
    return copy;
  }

  private static void add(Schema reader, Schema writer) {
    if (writer.getType() == Schema.Type.UNION) {
      writer.getTypes().forEach(branch -> add(reader, branch));
      return;
    }
    List<Schema> candidates =
        reader.getType() == Schema.Type.UNION ? reader.getTypes() : List.of(reader);
    for (Schema candidate : candidates) {
      if (candidate.getType() == writer.getType()) {
        addAlike(candidate, writer);
      }
    }
  }

  private static void addAlike(Schema reader, Schema writer) {
    switch (reader.getType()) {
      case ARRAY -> add(reader.getElementType(), writer.getElementType());
      case MAP -> add(reader.getValueType(), writer.getValueType());
      case ENUM -> addName(reader, writer);
      case RECORD -> {
        addName(reader, writer);
        for (Schema.Field field : reader.getFields()) {
          for (Schema.Field written : writer.getFields()) {
            boolean renamed =
                writer.getField(field.name()) == null && written.aliases().contains(field.name());
            if (renamed) {
              field.addAlias(written.name());
            }
            if (renamed || written.name().equals(field.name())) {
              add(field.schema(), written.schema());
            }
          }
        }
      }
      default -> {
        // Has no name.
      }
    }
  }

  private static void addName(Schema reader, Schema writer) {
    if (writer.getAliases().contains(reader.getFullName())) {
      reader.addAlias(writer.getName(), writer.getNamespace());
    }
  }
}
