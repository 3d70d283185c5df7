package dev.speechemotion.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.speechemotion.features.spec.FeatureSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** Manifests as JSON. The same manifest gives the same bytes on every machine. */
final class ManifestJson {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .addMixIn(FeatureSpec.class, FeatureSpecJson.class)
          .build();

  /** Fields of a feature spec that are left out where they are empty. */
  private static final List<String> OPTIONAL_LISTS = List.of("groups", "statistics");

  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  private interface FeatureSpecJson {
    @JsonInclude(JsonInclude.Include.NON_DEFAULT)
    int windowFrames();

    @JsonInclude(JsonInclude.Include.NON_DEFAULT)
    boolean encoderInput();
  }

  private static final DefaultPrettyPrinter PRINTER =
      new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n"));

  private ManifestJson() {}

  static byte[] write(ModelManifest manifest) {
    try {
      String text = JSON.writer(PRINTER).writeValueAsString(manifest);
      return (text + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  static ModelManifest parse(byte[] json) throws ModelException {
    try {
      JsonNode tree = JSON.readTree(json);
      JsonNode version = tree.path("formatVersion");
      if (!version.isInt() && tree.has("source")) {
        throw new ModelException(
            "this is a pretrained encoder, which is a part of a model and none itself; name a model"
                + " made with it, such as models/open");
      }
      if (!version.isInt()) {
        throw new ModelException(
            EmotionModel.MANIFEST_FILE
                + " has no formatVersion, a whole number: it is not a model manifest");
      }
      if (version.intValue() != ModelManifest.FORMAT_VERSION) {
        throw new ModelException(
            "%s has formatVersion %d, this program reads %d; use a model made with this version of the program, or train it again"
                .formatted(
                    EmotionModel.MANIFEST_FILE, version.intValue(), ModelManifest.FORMAT_VERSION));
      }
      addDefaults(tree);
      return JSON.treeToValue(tree, ModelManifest.class);
    } catch (ModelException e) {
      throw e;
    } catch (ValueInstantiationException e) {
      boolean isNull = e.getCause() instanceof NullPointerException;
      throw malformed(
          isNull
              ? "null stands where something must"
              : e.getCause() == null ? e.getOriginalMessage() : e.getCause().getMessage(),
          e);
    } catch (JsonMappingException e) {
      String field =
          e.getPath().stream()
              .map(JsonMappingException.Reference::getFieldName)
              .filter(Objects::nonNull)
              .collect(Collectors.joining("."));
      // Jackson names its own switches there.
      boolean missing = e.getOriginalMessage().contains("FAIL_ON_NULL");
      throw malformed(field + ": " + (missing ? "is missing or null" : e.getOriginalMessage()), e);
    } catch (JsonProcessingException e) {
      throw malformed(e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw malformed(e.getMessage(), e);
    }
  }

  /** Puts in what says the default by not being there, as {@link #write} leaves it out. */
  private static void addDefaults(JsonNode tree) {
    if (tree instanceof ObjectNode manifest) {
      List.of("pretrained", "statistics", "sites", "shares", "speechDetector").stream()
          .filter(field -> !manifest.has(field))
          .forEach(manifest::putArray);
      for (JsonNode each : manifest.get("sites")) {
        if (each instanceof ObjectNode site && !site.has("labeled")) {
          site.putArray("labeled");
        }
      }
    }
    for (JsonNode each : tree.path("sites")) {
      if (each instanceof ObjectNode site) {
        List.of("from", "to", "taughtBy").stream()
            .filter(field -> !site.has(field))
            .forEach(field -> site.put(field, ""));
      }
    }
    if (tree.get("featureSpec") instanceof ObjectNode spec) {
      OPTIONAL_LISTS.stream().filter(field -> !spec.has(field)).forEach(spec::putArray);
      if (!spec.has("windowFrames")) {
        spec.put("windowFrames", 0);
      }
      if (!spec.has("encoderInput")) {
        spec.put("encoderInput", false);
      }
    }
    if (tree.get("architecture") instanceof ObjectNode architecture) {
      List.of("channels", "hidden").stream()
          .filter(field -> !architecture.has(field))
          .forEach(architecture::putArray);
    }
  }

  /** A pretrained encoder's manifest. */
  static PretrainedEncoder.Manifest parseEncoder(byte[] json) throws ModelException {
    try {
      return JSON.readValue(json, PretrainedEncoder.Manifest.class);
    } catch (IOException e) {
      throw malformed(e.getMessage(), e);
    }
  }

  private static ModelException malformed(String reason, Exception cause) {
    String firstLine = reason == null ? "unknown error" : reason.lines().findFirst().orElse("");
    return new ModelException(EmotionModel.MANIFEST_FILE + " is not valid: " + firstLine, cause);
  }
}
