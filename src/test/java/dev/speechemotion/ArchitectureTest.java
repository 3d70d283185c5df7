package dev.speechemotion;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Holds the table of packages and what each may import. */
class ArchitectureTest {
  private static final String ROOT = "dev.speechemotion.";
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.speechemotion");

  private static final List<String> JDK = List.of("java..", "javax.sound..");
  private static final List<String> JTRANSFORMS = List.of("org.jtransforms..", "pl.edu.icm..");

  /** With JNA, which it brings. */
  private static final List<String> DJL = List.of("ai.djl..", "com.sun.jna..");

  private static final List<String> JSON = List.of("com.fasterxml.jackson..");
  private static final List<String> LOGGING = List.of("org.slf4j..");
  private static final List<String> KAFKA = List.of("org.apache.kafka..", "org.apache.avro..");
  private static final List<String> REGISTRY = List.of("org.apache.flink.avro..");
  private static final List<String> CLI = List.of("picocli..");
  private static final List<String> PLOTTING =
      List.of("org.knowm.xchart..", "me.tongfei.progressbar..", "java.awt..", "javax.imageio..");

  private static final List<String> TEMPLATES = List.of("io.pebbletemplates..");

  @ParameterizedTest(name = "{0} imports only {1} {2}")
  @CsvSource({
    "audio,    '',                              ''",
    "features, 'audio',                         'jtransforms'",
    "emotion,  '',                              ''",
    "model,    'features emotion',              'djl json logging'",
    "streams,  'audio features emotion avro',   'kafka registry logging'",
    "training, 'audio features emotion model',  'jtransforms djl json plotting templates cli logging'",
    "avro,     '',                              'kafka'",
  })
  void shouldImportOnlyWhatTheTableAllows(String owner, String packages, String libraries) {
    List<String> allowed = new ArrayList<>(JDK);
    allowed.add(ROOT + owner + "..");
    words(packages).forEach(name -> allowed.add(ROOT + name + ".."));
    words(libraries).forEach(name -> allowed.addAll(library(name)));

    ArchRule rule =
        classes()
            .that()
            .resideInAPackage(ROOT + owner + "..")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(allowed.toArray(new String[0])))
            .as(owner + " imports only " + allowed);

    rule.check(CLASSES);
  }

  @Test
  void shouldHaveNoCycles() {
    slices().matching("dev.speechemotion.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void shouldKeepAvroTypesWithinStreamsAndApp() {
    classes()
        .that(resideInAPackage(ROOT + "avro.."))
        .should()
        .onlyHaveDependentClassesThat(
            resideInAnyPackage(ROOT + "avro..", ROOT + "streams..", ROOT + "app.."))
        .check(CLASSES);
  }

  @Test
  void shouldImportTheRegistryClientInOneClass() {
    List<String> importers =
        CLASSES.stream()
            .filter(not(resideInAPackage(ROOT + "avro..")))
            .filter(
                type ->
                    type.getDirectDependenciesFromSelf().stream()
                        .anyMatch(
                            dependency ->
                                dependency
                                    .getTargetClass()
                                    .getPackageName()
                                    .startsWith("org.apache.flink.avro")))
            .map(type -> type.getName().replaceAll("\\$.*", ""))
            .distinct()
            .toList();

    assertThat(importers).containsExactly(ROOT + "streams.RegistryClients");
  }

  @Test
  void shouldSayInEveryPackageWhatItOwns() throws Exception {
    try (var folders = Files.list(Path.of("src/main/java/dev/speechemotion"))) {
      for (Path folder : folders.filter(Files::isDirectory).toList()) {
        assertThat(
                Files.readString(folder.resolve("package-info.java")).replaceAll("\\s[*\\s]+", " "))
            .as(folder.toString())
            .startsWith("/**")
            .containsIgnoringCase("may import");
      }
    }
  }

  private static List<String> words(String text) {
    return text.isBlank() ? List.of() : Arrays.asList(text.trim().split(" "));
  }

  private static List<String> library(String name) {
    return switch (name) {
      case "jtransforms" -> JTRANSFORMS;
      case "djl" -> DJL;
      case "json" -> JSON;
      case "logging" -> LOGGING;
      case "kafka" -> KAFKA;
      case "registry" -> REGISTRY;
      case "plotting" -> PLOTTING;
      case "templates" -> TEMPLATES;
      case "cli" -> CLI;
      default -> throw new IllegalArgumentException(name);
    };
  }
}
