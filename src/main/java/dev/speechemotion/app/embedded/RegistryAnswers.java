package dev.speechemotion.app.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.speechemotion.streams.registry.SchemaRegistry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A schema registry in memory: for this process by itself, for others as much of the Confluent
 * Schema Registry's API as clients need.
 */
public final class RegistryAnswers implements SchemaRegistry {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Answer MISSING =
      new Answer(404, "{\"error_code\": 40403, \"message\": \"Schema not found\"}");
  private static final Answer NO_SUCH_RESOURCE =
      new Answer(404, "{\"error_code\": 404, \"message\": \"HTTP 404 Not Found\"}");

  /** What was registered, without what names the subject; the id is the place, from 1. */
  private final List<JsonNode> schemas = new ArrayList<>();

  /** Ids by subject; the version is the place, from 1. */
  private final Map<String, List<Integer>> subjects = new TreeMap<>();

  private volatile boolean registrationForbidden;

  /**
   * An answer of the API.
   *
   * @param status of HTTP
   * @param body JSON
   */
  public record Answer(int status, String body) {}

  /** Whether nothing new may be registered. */
  public void forbidRegistration(boolean forbidden) {
    registrationForbidden = forbidden;
  }

  /** Loses all that it knew, as a registry does that keeps it in memory and is started again. */
  public synchronized void forget() {
    schemas.clear();
    subjects.clear();
  }

  /** Registers an Avro schema without a subject; gives its id. */
  public synchronized int add(String schema) {
    return id(JSON.createObjectNode().put("schema", schema));
  }

  public synchronized List<String> subjects() {
    return List.copyOf(subjects.keySet());
  }

  private int id(ObjectNode schema) {
    if (!schemas.contains(schema)) {
      schemas.add(schema);
    }
    return schemas.indexOf(schema) + 1;
  }

  /**
   * Answers a request.
   *
   * @param path of the request, decoded, without its query
   */
  public synchronized Answer answer(String method, String path, byte[] request) {
    List<String> parts = Arrays.stream(path.split("/")).filter(part -> !part.isEmpty()).toList();
    return switch (method) {
      case "GET" -> get(parts);
      case "POST" -> post(parts, request);
      default -> new Answer(405, "{\"error_code\": 405, \"message\": \"only GET and POST\"}");
    };
  }

  private Answer get(List<String> path) {
    if (path.size() == 3 && path.subList(0, 2).equals(List.of("schemas", "ids"))) {
      // /schemas/ids/ID
      return schema(number(path.get(2))).map(RegistryAnswers::found).orElse(MISSING);
    }
    if (path.isEmpty() || !path.get(0).equals("subjects")) {
      return path.isEmpty() ? found(Map.of()) : NO_SUCH_RESOURCE;
    }
    if (path.size() == 1) {
      // /subjects
      return found(subjects.keySet());
    }
    List<Integer> ids = subjects.getOrDefault(path.get(1), List.of());
    boolean ofVersions = path.size() >= 3 && path.get(2).equals("versions");
    if (ofVersions && path.size() == 3) {
      // /subjects/NAME/versions
      return ids.isEmpty() ? MISSING : found(IntStream.rangeClosed(1, ids.size()).boxed().toList());
    }
    if (ofVersions && path.size() == 4) {
      // /subjects/NAME/versions/VERSION
      int version = path.get(3).equals("latest") ? ids.size() : number(path.get(3));
      return version >= 1 && version <= ids.size()
          ? found(registered(path.get(1), ids.get(version - 1)))
          : MISSING;
    }
    return NO_SUCH_RESOURCE;
  }

  private Answer post(List<String> path, byte[] request) {
    boolean ofSubject = path.size() >= 2 && path.get(0).equals("subjects");
    boolean toRegister = ofSubject && path.size() == 3 && path.get(2).equals("versions");
    if (!toRegister && !(ofSubject && path.size() == 2)) {
      return NO_SUCH_RESOURCE;
    }
    Optional<ObjectNode> schema = schemaIn(request);
    if (schema.isEmpty()) {
      return new Answer(422, "{\"error_code\": 42201, \"message\": \"Invalid schema\"}");
    }
    String subject = path.get(1);
    if (!toRegister) {
      // /subjects/NAME
      int id = schemas.indexOf(schema.get()) + 1;
      return subjects.getOrDefault(subject, List.of()).contains(id)
          ? found(registered(subject, id))
          : MISSING;
    }
    // /subjects/NAME/versions
    if (registrationForbidden) {
      return new Answer(403, "{\"error_code\": 40301, \"message\": \"may not write\"}");
    }
    int id = id(schema.get());
    put(subject, id);
    return found(Map.of("id", id));
  }

  private void put(String subject, int id) {
    List<Integer> versions = subjects.computeIfAbsent(subject, name -> new ArrayList<>());
    if (!versions.contains(id)) {
      versions.add(id);
    }
  }

  /** What of a request is the schema; empty if there is none. */
  private static Optional<ObjectNode> schemaIn(byte[] request) {
    try {
      if (JSON.readTree(request) instanceof ObjectNode body && body.path("schema").isTextual()) {
        if (body.path("schemaType").asText().equals("AVRO")) {
          // As if it were not said, which means the same.
          body.remove("schemaType");
        }
        return Optional.of(body.retain("schema", "schemaType", "references"));
      }
    } catch (IOException e) {
      // Answered like other bodies without a schema.
    }
    return Optional.empty();
  }

  /** Of a path; 0, which is no number here, if it is none. */
  private static int number(String text) {
    return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
  }

  /** A schema, and where it is registered. */
  private JsonNode registered(String subject, int id) {
    ObjectNode answer = JSON.createObjectNode();
    answer.put("subject", subject);
    answer.put("version", subjects.get(subject).indexOf(id) + 1);
    answer.put("id", id);
    return answer.setAll((ObjectNode) schemas.get(id - 1));
  }

  private Optional<JsonNode> schema(int id) {
    return id >= 1 && id <= schemas.size() ? Optional.of(schemas.get(id - 1)) : Optional.empty();
  }

  @Override
  public synchronized int register(String subject, String schemaJson) {
    int id = add(schemaJson);
    put(subject, id);
    return id;
  }

  @Override
  public synchronized String schemaById(int id) throws UnknownSchemaException {
    JsonNode schema = schema(id).orElse(JSON.nullNode());
    if (!schema.has("schema") || schema.size() > 1) {
      // What has more is of another type, or refers to others.
      throw new UnknownSchemaException(
          "the schema registry in memory has no Avro schema of id " + id + " that is whole", null);
    }
    return schema.get("schema").asText();
  }

  @Override
  public void check() {
    // It is there.
  }

  @Override
  public void close() {
    // Holds nothing.
  }

  private static Answer found(Object body) {
    return new Answer(200, JSON.valueToTree(body).toString());
  }
}
