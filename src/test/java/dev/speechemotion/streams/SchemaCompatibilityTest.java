package dev.speechemotion.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Holds schemas to what has been released: each must read what every released version of it wrote,
 * and be read by it. A new version is released by copying the schemas to {@code
 * schemas/released/N/}; what lies there is never changed.
 */
class SchemaCompatibilityTest {
  private static final Path SCHEMAS = Path.of("schemas");
  private static final List<String> NAMES =
      List.of("AudioChunk", "EmotionEvent", "CallSummary", "EmotionAlert");

  @ParameterizedTest
  @MethodSource("releasedSchemas")
  void shouldReadAndBeReadByEveryReleasedVersion(Path released) throws IOException {
    Schema before = parse(Files.readString(released));
    Schema now = parse(Files.readString(SCHEMAS.resolve(released.getFileName())));

    assertThat(incompatibilities(now, before)).as("reading what %s wrote", released).isEmpty();
    assertThat(incompatibilities(before, now)).as("being read by %s", released).isEmpty();
  }

  @Test
  void shouldHaveEverySchemaInEveryRelease() throws IOException {
    assertThat(releasedSchemas()).hasSizeGreaterThanOrEqualTo(NAMES.size());
    try (Stream<Path> versions = Files.list(SCHEMAS.resolve("released"))) {
      for (Path version : versions.toList()) {
        for (String name : NAMES) {
          assertThat(version.resolve(name + ".avsc")).exists();
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"AudioChunk", "EmotionEvent", "CallSummary", "EmotionAlert"})
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
  @ValueSource(strings = {"AudioChunk", "EmotionEvent", "CallSummary", "EmotionAlert"})
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

  private static List<Path> releasedSchemas() throws IOException {
    try (Stream<Path> files = Files.walk(SCHEMAS.resolve("released"))) {
      return files.filter(file -> file.toString().endsWith(".avsc")).sorted().toList();
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
