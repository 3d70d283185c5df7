package dev.speechemotion.streams.registry;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The schemas that the registry has told or was told, so that each is asked for once, and those
 * that are known serve while the registry is away. Shared by all serdes on the registry.
 */
final class KnownSchemas {
  private static final Logger LOG = LoggerFactory.getLogger(KnownSchemas.class);

  private final SchemaRegistry registry;
  private final Map<Integer, Schema> byId = new ConcurrentHashMap<>();
  private final Map<String, Registered> byTopic = new ConcurrentHashMap<>();

  private record Registered(int id, String publicForm) {}

  KnownSchemas(SchemaRegistry registry) {
    this.registry = Objects.requireNonNull(registry, "registry");
  }

  /**
   * The id of the schema of a topic's values; registers it if that has not been done.
   *
   * @throws SchemaRegistry.RegistryException if the registry is not reachable or refuses the schema
   */
  int idFor(String topic, Schema schema) {
    Registered registered = byTopic.get(topic);
    if (registered == null) {
      registered = register(registry, topic, ConfluentAvro.publicForm(schema));
    }
    return registered.id();
  }

  private Registered register(SchemaRegistry asked, String topic, String publicForm) {
    int id = asked.register(ConfluentAvro.subject(topic), publicForm);
    // Known from now on, so that records of our own version can be read while the registry is away.
    byId.put(id, parse(publicForm));
    Registered registered = new Registered(id, publicForm);
    byTopic.put(topic, registered);
    return registered;
  }

  /**
   * The schema of an id.
   *
   * @throws SchemaRegistry.UnknownSchemaException if the registry gives no usable one
   * @throws SchemaRegistry.RegistryException if the registry is not reachable
   */
  Schema byId(int id) throws SchemaRegistry.UnknownSchemaException {
    Schema known = byId.get(id);
    if (known == null) {
      known = fetch(registry, id);
      byId.put(id, known);
    }
    return known;
  }

  private static Schema fetch(SchemaRegistry asked, int id)
      throws SchemaRegistry.UnknownSchemaException {
    String json = asked.schemaById(id);
    try {
      return parse(json);
    } catch (AvroRuntimeException e) {
      throw new SchemaRegistry.UnknownSchemaException("schema " + id + " cannot be parsed", e);
    }
  }

  private static Schema parse(String json) {
    return new Schema.Parser().setValidateDefaults(false).parse(json);
  }

  /** See {@link EmotionSerdes#restoreLost}. */
  void restoreLost(SchemaRegistry asked) {
    boolean lost = false;
    List<String> refused = new ArrayList<>();
    // In the order of their ids, which they get again from an empty registry that counts them.
    List<Map.Entry<String, Registered>> inOrder =
        byTopic.entrySet().stream()
            .sorted(Comparator.comparing(each -> each.getValue().id()))
            .toList();
    for (Map.Entry<String, Registered> each : inOrder) {
      if (!has(asked, each.getValue())) {
        lost = true;
        restore(asked, each.getKey(), each.getValue()).ifPresent(refused::add);
      }
    }
    if (lost) {
      replaceReassigned(asked);
    }
    if (!refused.isEmpty()) {
      throw new SchemaRegistry.RegistryException(String.join("; ", refused), null, false);
    }
  }

  /** Gives why it is not possible. */
  private Optional<String> restore(SchemaRegistry asked, String topic, Registered lost) {
    int id;
    try {
      id = register(asked, topic, lost.publicForm()).id();
    } catch (SchemaRegistry.RegistryException e) {
      return Optional.of(
          "the schema of topic " + topic + " is lost and not registered again: " + e.getMessage());
    }
    if (id == lost.id()) {
      LOG.warn("the schema registry had lost the schema of topic {}; registered again", topic);
    } else {
      LOG.warn(
          "the schema registry had lost the schema of topic {}; registered again, with id {} in"
              + " place of {}, so who does not know schema {} cannot read the topic's older records",
          topic,
          id,
          lost.id(),
          lost.id());
    }
    return Optional.empty();
  }

  private static boolean has(SchemaRegistry asked, Registered registered) {
    try {
      return fetch(asked, registered.id()).equals(parse(registered.publicForm()));
    } catch (SchemaRegistry.UnknownSchemaException e) {
      return false;
    }
  }

  /**
   * A registry that has lost its schemas may give their ids to others. What it does not know any
   * more stays known here: producers go on with the ids that they have.
   */
  private void replaceReassigned(SchemaRegistry asked) {
    byId.replaceAll(
        (id, known) -> {
          try {
            Schema now = fetch(asked, id);
            return now.equals(known) ? known : now;
          } catch (SchemaRegistry.UnknownSchemaException e) {
            return known;
          }
        });
  }
}
