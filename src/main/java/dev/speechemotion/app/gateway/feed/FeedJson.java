package dev.speechemotion.app.gateway.feed;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.speechemotion.avro.ChannelRole;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.function.Predicate;

/** An object in JSON that came from outside, and its fields. */
public final class FeedJson {
  /** The most that a message has, characters. */
  public static final int MAX_CHARS = 1 << 16;

  /** The most that an id has; the stream takes no longer ones. */
  public static final int MAX_ID_CHARS = 256;

  private static final int MAX_TEXT_CHARS = 1_024;
  private static final int MAX_ATTRIBUTES = 64;
  private static final int MAX_DEPTH = 16;
  private static final int MAX_DIGITS = 32;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxNumberLength(MAX_DIGITS)
                          .maxStringLength(MAX_CHARS)
                          .maxDocumentLength(4L * MAX_CHARS)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final JsonNode node;

  private FeedJson(JsonNode node) {
    this.node = node;
  }

  /**
   * Reads an object.
   *
   * @throws BadMessageException if it is none, or too large
   */
  public static FeedJson parse(String text) throws BadMessageException {
    if (text.length() > MAX_CHARS) {
      throw new BadMessageException("the message has more than " + MAX_CHARS + " characters");
    }
    try {
      JsonNode node = MAPPER.readTree(text);
      if (node == null || !node.isObject()) {
        throw new BadMessageException("the message is not a JSON object");
      }
      return new FeedJson(node);
    } catch (JsonProcessingException e) {
      // What the parser says repeats the message.
      throw new BadMessageException("the message is not JSON");
    }
  }

  /** What the parts of a map make, as JSON. */
  public static String write(Map<String, ?> object) {
    try {
      return MAPPER.writeValueAsString(object);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The object in a field; empty if there is none. */
  public Optional<FeedJson> object(String name) {
    return Optional.ofNullable(node.get(name)).filter(JsonNode::isObject).map(FeedJson::new);
  }

  /** The object in a field that must be there. */
  public FeedJson requiredObject(String name) throws BadMessageException {
    return object(name).orElseThrow(() -> new BadMessageException(name + " is not an object"));
  }

  /** The objects in the array in a field; those that are none are left out. */
  public Iterable<FeedJson> objects(String name) {
    return () ->
        Optional.ofNullable(node.get(name)).filter(JsonNode::isArray).stream()
            .flatMap(array -> array.valueStream())
            .filter(JsonNode::isObject)
            .map(FeedJson::new)
            .iterator();
  }

  /** The texts in the array in a field; what is none is left out. */
  public Iterable<String> texts(String name) {
    return () ->
        Optional.ofNullable(node.get(name)).filter(JsonNode::isArray).stream()
            .flatMap(array -> array.valueStream())
            .filter(JsonNode::isTextual)
            .map(JsonNode::textValue)
            .iterator();
  }

  /** The text or number in a field; empty if there is none, or an empty one. */
  public Optional<String> text(String name) throws BadMessageException {
    JsonNode field = node.get(name);
    if (field == null || !field.isTextual() && !field.isNumber()) {
      return Optional.empty();
    }
    String text = field.asText();
    if (text.length() > MAX_TEXT_CHARS) {
      throw new BadMessageException(name + " has more than " + MAX_TEXT_CHARS + " characters");
    }
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  /** The text in a field that holds audio, whatever its length. */
  public String longText(String name) throws BadMessageException {
    JsonNode field = node.get(name);
    if (field == null || !field.isTextual()) {
      throw new BadMessageException(name + " is not a text");
    }
    return field.textValue();
  }

  /** The id in a field that must be there. */
  public String id(String name) throws BadMessageException {
    String id = text(name).orElseThrow(() -> new BadMessageException(name + " is missing"));
    if (id.isBlank() || id.length() > MAX_ID_CHARS) {
      throw new BadMessageException(
          name + " is blank or has more than " + MAX_ID_CHARS + " characters");
    }
    return id;
  }

  /** The whole number in a field, also one written as a text; empty if there is none. */
  public OptionalLong number(String name) throws BadMessageException {
    Optional<String> text = text(name);
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Long.parseLong(text.get()));
    } catch (NumberFormatException e) {
      throw new BadMessageException(name + " is not a whole number");
    }
  }

  /** The whole number in a field that must be there, from 0 to a bound. */
  public long requiredNumber(String name, long most) throws BadMessageException {
    long number =
        number(name).orElseThrow(() -> new BadMessageException(name + " is not a whole number"));
    if (number < 0 || number > most) {
      throw new BadMessageException(name + " is not from 0 to " + most);
    }
    return number;
  }

  /** What a field may hold. */
  public enum Kind {
    TEXT("a text", JsonNode::isTextual),
    OBJECT("an object", JsonNode::isObject),
    OBJECTS(
        "a list of objects",
        node -> node.isArray() && node.valueStream().allMatch(JsonNode::isObject));

    private final String name;
    private final Predicate<JsonNode> test;

    Kind(String name, Predicate<JsonNode> test) {
      this.name = name;
      this.test = test;
    }
  }

  /**
   * Refuses what is not expected, so that nothing that was meant is left out without a word.
   *
   * @param fields that there may be
   * @throws BadMessageException if there is another one, or one holds another kind
   */
  public void requireOnly(Map<String, Kind> fields) throws BadMessageException {
    if (!node.properties().stream().map(Map.Entry::getKey).allMatch(fields::containsKey)) {
      throw new BadMessageException(
          "there is a field other than " + String.join(", ", new TreeSet<>(fields.keySet())));
    }
    for (Map.Entry<String, Kind> field : fields.entrySet()) {
      requireKind(field.getKey(), field.getValue());
    }
  }

  /** Refuses a field that holds another kind, unless there is none, or null. */
  public void requireKind(String name, Kind kind) throws BadMessageException {
    JsonNode value = node.get(name);
    if (value != null && !value.isNull() && !kind.test.test(value)) {
      throw new BadMessageException(name + " is not " + kind.name);
    }
  }

  /** Whether a field holds {@code true}. */
  public boolean flag(String name) {
    return node.path(name).asBoolean(false);
  }

  /** The fields that hold a text, a number or a truth, as texts; all others in JSON. */
  public Map<String, String> attributes() throws BadMessageException {
    if (node.size() > MAX_ATTRIBUTES) {
      throw new BadMessageException("there are more than " + MAX_ATTRIBUTES + " attributes");
    }
    Map<String, String> attributes = new LinkedHashMap<>();
    node.properties()
        .forEach(
            field ->
                attributes.put(
                    field.getKey(),
                    field.getValue().isValueNode()
                        ? field.getValue().asText()
                        : field.getValue().toString()));
    return attributes;
  }

  /**
   * A role by its name.
   *
   * @throws BadMessageException if there is none of that name
   */
  public static ChannelRole role(String name) throws BadMessageException {
    try {
      return ChannelRole.valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new BadMessageException("a role is customer, agent or unknown");
    }
  }

  @Override
  public String toString() {
    return node.toString();
  }
}
