package dev.speechemotion.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.strimzi.api.kafka.model.topic.KafkaTopic;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Manifests read into the models of Kubernetes and Strimzi. A field that they do not know is an
 * error. Resources of other operators are read as they are.
 */
final class Manifests {
  private static final KubernetesSerialization MODELS = new KubernetesSerialization();

  private Manifests() {}

  /** All resources below a folder; what only tells Kustomize what to do is none. */
  static List<HasMetadata> below(Path folder) throws IOException {
    List<HasMetadata> resources = new ArrayList<>();
    try (var files = Files.walk(folder)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".yaml")).sorted().toList()) {
        if (!file.endsWith("kustomization.yaml")) {
          resources.addAll(read(Files.readString(file)));
        }
      }
    }
    return resources;
  }

  static List<HasMetadata> read(String text) throws IOException {
    List<HasMetadata> resources = new ArrayList<>();
    for (JsonNode document : Yaml.documents(text)) {
      String json = document.toString();
      HasMetadata resource =
          document.path("apiVersion").asText().startsWith("kafka.strimzi.io/")
              ? MODELS.unmarshal(json, KafkaTopic.class)
              : MODELS.unmarshal(json);
      if (!(resource instanceof GenericKubernetesResource)) {
        requireKnownFields(resource.getKind() + " " + resource.getMetadata().getName(), resource);
      }
      resources.add(resource);
    }
    return resources;
  }

  /** The only resource of a type. */
  static <T extends HasMetadata> T only(List<HasMetadata> resources, Class<T> type) {
    List<T> found = resources.stream().filter(type::isInstance).map(type::cast).toList();
    assertThat(found).as(type.getSimpleName()).hasSize(1);
    return found.get(0);
  }

  /** The only resource of a kind that there are no models of. */
  static GenericKubernetesResource only(List<HasMetadata> resources, String kind) {
    return only(
        resources.stream().filter(resource -> resource.getKind().equals(kind)).toList(),
        GenericKubernetesResource.class);
  }

  /** The models put what they do not know into a map, at every level. */
  private static void requireKnownFields(String where, Object model) {
    if (model instanceof Collection<?> items) {
      items.forEach(item -> requireKnownFields(where, item));
    } else if (model != null && isModel(model.getClass())) {
      for (Method getter : model.getClass().getMethods()) {
        if (getter.getName().startsWith("get") && getter.getParameterCount() == 0) {
          Object value = value(model, getter);
          if (getter.getName().equals("getAdditionalProperties")) {
            assertThat((Map<?, ?>) value).as("unknown fields of " + where).isNullOrEmpty();
          } else {
            requireKnownFields(where + "." + getter.getName().substring(3), value);
          }
        }
      }
    }
  }

  private static boolean isModel(Class<?> type) {
    return !type.isEnum()
        && (type.getName().startsWith("io.fabric8.kubernetes.api.model")
            || type.getName().startsWith("io.strimzi.api"));
  }

  private static Object value(Object model, Method getter) {
    try {
      return getter.invoke(model);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new AssertionError(getter.toString(), e);
    }
  }
}
