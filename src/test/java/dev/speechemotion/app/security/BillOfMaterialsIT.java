package dev.speechemotion.app.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/** The list of what is in the application, by which others look for known vulnerabilities. */
class BillOfMaterialsIT {
  private static final Path BILL = Path.of("target/bom.json");
  private static final Path JAR = Path.of("target/speech-emotion-streams.jar");

  @Test
  void shouldListWhatTheApplicationRunsWith() throws Exception {
    assumeTrue(
        Files.exists(BILL)
            && Files.getLastModifiedTime(BILL)
                    .compareTo(Files.getLastModifiedTime(Path.of("pom.xml")))
                >= 0,
        "no target/bom.json of this pom.xml, because Maven writes it only with a network");

    assertThat(listed()).isEqualTo(onTheClassPath());
  }

  /** By their names as jars. */
  private static Set<String> listed() throws Exception {
    Set<String> listed = new TreeSet<>();
    for (JsonNode component : new ObjectMapper().readTree(BILL.toFile()).get("components")) {
      assertThat(component.get("licenses")).as(component.toString()).isNotEmpty();
      String url = component.get("purl").asText();
      String classifier =
          url.contains("classifier=") ? "-" + url.replaceAll(".*classifier=([^&]*).*", "$1") : "";
      listed.add(
          "%s-%s%s.jar"
              .formatted(
                  component.get("name").asText(), component.get("version").asText(), classifier));
    }
    return listed;
  }

  private static Set<String> onTheClassPath() throws Exception {
    try (JarFile jar = new JarFile(JAR.toFile())) {
      String path = jar.getManifest().getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
      return new TreeSet<>(Set.of(path.replace("lib/", "").split(" ")));
    }
  }
}
