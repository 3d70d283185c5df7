package dev.speechemotion.app.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** As much of the Confluent Schema Registry's API as the commands need, in memory. */
public final class RegistryAnswers {
  private static final ObjectMapper JSON = new ObjectMapper();

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
    if (schema.path("schemaType").asText().equals("AVRO")) {
      schema.remove("schemaType");
    }
    if (!schemas.contains(schema)) {
      schemas.add(schema);
    }
    return schemas.indexOf(schema) + 1;
  }

  /**
   * Answers a request.
   *
   * @param uri path of the request
   * @throws IOException if the request is not JSON
   */
  public synchronized Answer answer(String method, String uri, byte[] request) throws IOException {
    String[] path = uri.split("/");
    boolean ofSubject = path.length > 2 && path[1].equals("subjects");
    if (method.equals("POST")) {
      ObjectNode schema =
          ((ObjectNode) JSON.readTree(request)).retain("schema", "schemaType", "references");
      if (path.length == 3) {
        // /subjects/NAME
        int id = schemas.indexOf(schema) + 1;
        return subjects.getOrDefault(path[2], List.of()).contains(id)
            ? found(Map.of("id", id, "subject", path[2]))
            : missing();
      }
      // /subjects/NAME/versions
      if (registrationForbidden) {
        return new Answer(403, "{\"error_code\": 40301, \"message\": \"may not write\"}");
      }
      int id = id(schema);
      List<Integer> versions = subjects.computeIfAbsent(path[2], name -> new ArrayList<>());
      if (!versions.contains(id)) {
        versions.add(id);
      }
      return found(Map.of("id", id));
    }
    if (path[1].equals("schemas")) {
      // /schemas/ids/ID
      return schema(Integer.parseInt(path[3])).map(RegistryAnswers::found).orElse(missing());
    }
    if (ofSubject) {
      // /subjects/NAME/versions/VERSION
      List<Integer> versions = subjects.getOrDefault(path[2], List.of());
      int version = Integer.parseInt(path[4]);
      return version <= versions.size()
          ? schema(versions.get(version - 1)).map(RegistryAnswers::found).orElse(missing())
          : missing();
    }
    return found(subjects.keySet());
  }

  private Optional<JsonNode> schema(int id) {
    return id >= 1 && id <= schemas.size() ? Optional.of(schemas.get(id - 1)) : Optional.empty();
  }

  private static Answer found(Object body) {
    return new Answer(200, JSON.valueToTree(body).toString());
  }

  private static Answer missing() {
    return new Answer(404, "{\"error_code\": 40403, \"message\": \"Schema not found\"}");
  }
}
