package dev.speechemotion.streams.registry;

import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;

/** A registry that is there as long as the process. */
final class InMemoryRegistry implements SchemaRegistry {
  private final List<String> schemas = new ArrayList<>();

  @Override
  public synchronized int register(String subject, String schemaJson) {
    String schema = new Schema.Parser().setValidateDefaults(false).parse(schemaJson).toString();
    if (!schemas.contains(schema)) {
      schemas.add(schema);
    }
    return schemas.indexOf(schema) + 1;
  }

  @Override
  public synchronized String schemaById(int id) throws UnknownSchemaException {
    if (id < 1 || id > schemas.size()) {
      throw new UnknownSchemaException(
          "the schema registry in memory has no schema of id " + id, null);
    }
    return schemas.get(id - 1);
  }

  @Override
  public void check() {
    // It is there.
  }

  @Override
  public void close() {
    // Holds nothing.
  }
}
