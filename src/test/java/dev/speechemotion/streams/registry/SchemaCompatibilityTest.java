package dev.speechemotion.streams.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the schemas to what their users rely on, and shows that a break of it would be seen. */
class SchemaCompatibilityTest {
  private static final Path SCHEMAS = Path.of("schemas");

  @ParameterizedTest
  @ValueSource(
      strings = {"AudioChunk", "EmotionEvent", "CallSummary", "EmotionAlert", "EmotionCorrection"})
  void shouldCatchAFieldWithoutDefault(String name) throws IOException {
    Schema before = parse(read(name));
    Schema after =
        parse(
            read(name)
                .replaceFirst(
                    "\"fields\": \\[", "\"fields\": [{\"name\": \"added\", \"type\": \"long\"},"));

    assertThat(incompatibilities(after, before)).anyMatch(text -> text.contains("added"));
  }

  @Test
  void shouldCatchARemovedFieldThatHasNoDefault() throws IOException {
    Schema before = parse(read("EmotionEvent"));
    Schema after =
        parse(read("EmotionEvent").replaceFirst("\\{\"name\": \"confidence\"[^}]*},", ""));

    assertThat(after.getField("confidence")).isNull();
    assertThat(incompatibilities(before, after)).isNotEmpty();
  }

  @Test
  void shouldCatchAChangedType() throws IOException {
    Schema before = parse(read("AudioChunk"));
    Schema after =
        parse(
            read("AudioChunk")
                .replaceFirst(
                    "\"name\": \"sampleRateHz\",\\s*\"type\": \"int\",\\s*\"default\": 0",
                    "\"name\": \"sampleRateHz\", \"type\": \"string\", \"default\": \"\""));

    assertThat(after).isNotEqualTo(before);
    assertThat(incompatibilities(after, before)).isNotEmpty();
  }

  @Test
  void shouldDefineSharedTypesAlikeInAllFiles() throws IOException {
    List<Schema> roles = new ArrayList<>();
    roles.add(
        parse(read("AudioChunk"))
            .getField("channels")
            .schema()
            .getElementType()
            .getField("role")
            .schema());
    roles.add(parse(read("EmotionEvent")).getField("role").schema());
    roles.add(parse(read("EmotionAlert")).getField("role").schema());
    roles.add(parse(read("EmotionCorrection")).getField("role").schema());
    roles.add(
        parse(read("CallSummary"))
            .getField("channels")
            .schema()
            .getElementType()
            .getField("role")
            .schema());

    assertThat(roles).extracting(Schema::getName).containsOnly("ChannelRole");
    assertThat(roles).extracting(Schema::toString).containsOnly(roles.get(0).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"AudioChunk", "EmotionEvent", "CallSummary", "EmotionAlert", "EmotionCorrection"})
  void shouldDocumentEveryField(String name) throws IOException {
    assertDocumented(parse(read(name)));
  }

  private static void assertDocumented(Schema schema) {
    switch (schema.getType()) {
      case RECORD -> {
        assertThat(schema.getDoc()).as(schema.getFullName()).isNotBlank();
        for (Schema.Field field : schema.getFields()) {
          assertThat(field.doc()).as(schema.getName() + "." + field.name()).isNotBlank();
          assertDocumented(field.schema());
        }
      }
      case ENUM -> {
        assertThat(schema.getDoc()).as(schema.getFullName()).isNotBlank();
        assertThat(schema.getEnumDefault()).as(schema.getFullName()).isEqualTo("UNKNOWN");
      }
      case ARRAY -> assertDocumented(schema.getElementType());
      case UNION -> schema.getTypes().forEach(SchemaCompatibilityTest::assertDocumented);
      default -> {
        // Plain types are documented by their field.
      }
    }
  }

  private static String read(String name) throws IOException {
    return Files.readString(SCHEMAS.resolve(name + ".avsc"));
  }

  private static Schema parse(String json) {
    return new Schema.Parser().parse(json);
  }

  private static List<String> incompatibilities(Schema reader, Schema writer) {
    var result = SchemaCompatibility.checkReaderWriterCompatibility(reader, writer);
    return result.getType() == SchemaCompatibilityType.COMPATIBLE
        ? List.of()
        : result.getResult().getIncompatibilities().stream()
            .map(found -> found.getLocation() + ": " + found.getMessage())
            .toList();
  }
}
