package dev.speechemotion.streams.registry;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.ParsedSchema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.avro.AvroSchema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;

/**
 * Makes schema registries out of the Confluent Schema Registry client. The one class that imports
 * the client, so that a change to the {@code io.confluent} coordinates is a change of imports.
 */
public final class RegistryClients {
  private static final int CACHED_SCHEMAS = 1_000;

  private RegistryClients() {}

  /**
   * A registry over HTTP; not asked anything yet.
   *
   * @param url one or more base addresses, separated by commas
   * @param config settings of the Confluent client, such as {@code basic.auth.user.info}
   * @throws IllegalArgumentException if an address is not a HTTP address
   */
  public static SchemaRegistry connect(String url, Map<String, ?> config) {
    List<String> urls = Arrays.stream(url.split(",")).map(String::trim).toList();
    for (String each : urls) {
      if (!each.matches("https?://[^\\s/]+\\S*")) {
        throw new IllegalArgumentException(
            "the schema registry's address must begin with http:// or https://, got '" + url + "'");
      }
    }
    Map<String, Object> settings = new HashMap<>();
    settings.put("http.connect.timeout.ms", 5_000);
    settings.put("http.read.timeout.ms", 10_000);
    // An id that does not exist is asked for once a minute, not for every bad record.
    settings.put("missing.id.cache.ttl.sec", 60L);
    settings.putAll(config);
    return new ClientRegistry(
        new CachedSchemaRegistryClient(urls, CACHED_SCHEMAS, settings),
        "the schema registry at " + url);
  }

  /** A registry in memory, for tests and the demo. */
  public static SchemaRegistry inMemory() {
    return new ClientRegistry(new MockSchemaRegistryClient(), "the schema registry in memory");
  }

  private record ClientRegistry(SchemaRegistryClient client, String name)
      implements SchemaRegistry {
    private static final int NOT_FOUND = 404;

    /** Unauthorized, forbidden, timeout, too many requests. */
    private static final Set<Integer> MAY_PASS = Set.of(401, 403, 408, 429);

    @Override
    public int register(String subject, String schemaJson) {
      try {
        return client.register(subject, new AvroSchema(schemaJson));
      } catch (RestClientException e) {
        throw new RegistryException(
            name + " refuses the schema of subject " + subject + ": " + oneLine(e),
            e,
            !isAnswer(e));
      } catch (IOException e) {
        throw notReachable(e);
      }
    }

    @Override
    public String schemaById(int id) throws UnknownSchemaException {
      try {
        ParsedSchema schema = client.getSchemaById(id);
        if (!AvroSchema.TYPE.equals(schema.schemaType())) {
          throw new UnknownSchemaException(
              name + " has a " + schema.schemaType() + " schema of id " + id + ", not Avro", null);
        }
        return schema.canonicalString();
      } catch (RestClientException e) {
        if (e.getStatus() == NOT_FOUND) {
          throw new UnknownSchemaException(name + " has no schema of id " + id, e);
        }
        if (isAnswer(e)) {
          throw new UnknownSchemaException(
              name + " does not give the schema of id " + id + ": " + oneLine(e), e);
        }
        throw new RegistryException(
            name + " does not give the schema of id " + id + ": " + oneLine(e), e, true);
      } catch (IOException e) {
        throw notReachable(e);
      }
    }

    @Override
    public void check() {
      try {
        client.getAllSubjects();
      } catch (RestClientException e) {
        throw new RegistryException(
            name + " answers with an error: " + oneLine(e) + "; check its address", e, true);
      } catch (IOException e) {
        throw notReachable(e);
      }
    }

    @Override
    public void close() {
      try {
        client.close();
      } catch (IOException e) {
        throw new RegistryException(name + " does not close: " + oneLine(e), e, false);
      }
    }

    private RegistryException notReachable(IOException e) {
      return new RegistryException(
          name + " is not reachable (" + oneLine(e) + "); start it or correct its address",
          e,
          true);
    }

    /**
     * Whether the registry has understood the question and says no. What it answers when it is in
     * trouble, overloaded, or does not know who asks may be another thing later.
     */
    private static boolean isAnswer(RestClientException e) {
      return e.getStatus() / 100 == 4 && !MAY_PASS.contains(e.getStatus());
    }

    private static String oneLine(Exception e) {
      String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      return text.lines().findFirst().orElse(text);
    }
  }
}
