package dev.speechemotion.deploy;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads YAML; a key that comes twice is an error. */
final class Yaml {
  private static final ObjectMapper MAPPER =
      new ObjectMapper(new YAMLFactory().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION));

  private Yaml() {}

  static JsonNode read(Path file) throws IOException {
    List<JsonNode> documents = documents(Files.readString(file));
    if (documents.size() != 1) {
      throw new IOException(file + " holds " + documents.size() + " documents");
    }
    return documents.get(0);
  }

  static List<JsonNode> documents(String text) throws IOException {
    try (var values = MAPPER.readerFor(JsonNode.class).<JsonNode>readValues(text)) {
      return values.readAll();
    }
  }
}
