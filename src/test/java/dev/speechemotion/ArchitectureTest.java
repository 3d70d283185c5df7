package dev.speechemotion;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
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

  /** In a folder, with its package-info. */
  private static final int MOST_FILES = 18;

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.speechemotion");

  private static final List<String> JDK = List.of("java..", "javax.crypto..", "javax.sound..");
  private static final List<String> JTRANSFORMS = List.of("org.jtransforms..", "pl.edu.icm..");

  /** With JNA, which it brings. */
  private static final List<String> DJL = List.of("ai.djl..", "com.sun.jna..");

  private static final List<String> JSON = List.of("com.fasterxml.jackson..");
  private static final List<String> LOGGING = List.of("org.slf4j..");
  private static final List<String> KAFKA = List.of("org.apache.kafka..", "org.apache.avro..");
  private static final List<String> REGISTRY =
      List.of("org.apache.flink.avro..", "javax.net.ssl..");
  private static final List<String> METERS = List.of("io.micrometer..");
  private static final List<String> CLI = List.of("picocli..");
  private static final List<String> TEMPLATES = List.of("io.pebbletemplates..");
  private static final List<String> PLOTTING =
      List.of("org.knowm.xchart..", "me.tongfei.progressbar..", "java.awt..", "javax.imageio..");

  @ParameterizedTest(name = "{0} imports only {1} {2}")
  @CsvSource({
    "audio,    '',                              ''",
    "features, 'audio',                         'jtransforms'",
    "emotion,  '',                              ''",
    "model,    'features emotion',              'djl json logging'",
    "streams,  'audio features emotion avro',   'kafka registry meters logging'",
    "training, 'audio features emotion model',  'djl json plotting templates cli logging'",
    "avro,     '',                              'kafka'",
  })
  void shouldImportOnlyWhatTheTableAllows(String owner, String packages, String libraries) {
    List<String> allowed = new ArrayList<>(JDK);
    allowed.add(ROOT + owner + "..");
    words(packages).forEach(name -> allowed.add(ROOT + name + ".."));
    words(libraries).forEach(name -> allowed.addAll(library(name)));

    classes()
        .that()
        .resideInAPackage(ROOT + owner + "..")
        .should()
        .onlyDependOnClassesThat(resideInAnyPackage(allowed.toArray(new String[0])))
        .as(owner + " imports only " + allowed)
        .check(CLASSES);
  }

  /** The way of the data within the packages that have others below them: imports run downwards. */
  @ParameterizedTest(name = "{0} imports of its neighbors only {1}")
  @CsvSource({
    "audio.content,         ''",
    "audio.resampling,      ''",
    "features.spec,         ''",
    "features.dsp,          ''",
    "features.frame,        'spec dsp'",
    "features.codes,        'spec dsp frame'",
    "features.statistic,    'spec dsp frame codes'",
    "features.encoder,      'spec dsp codes'",
    "features.window,       'spec frame codes statistic encoder'",
    "model.folder,          ''",
    "model.forward,         ''",
    "streams.state,         ''",
    "streams.metrics,       ''",
    "streams.deadletters,   'metrics'",
    "streams.registry,      'deadletters'",
    "streams.intake,        'state deadletters metrics quality'",
    "streams.media,         'state'",
    "streams.quality,       'state'",
    "streams.results,       'state'",
    "streams.models,        'results'",
    "streams.call,          'state metrics deadletters intake media quality results models'",
    "training.augmentation, ''",
    "training.corpus,       'augmentation'",
    "training.evaluation,   'corpus'",
    "training.linear,       'corpus'",
    "training.fitting,      'linear evaluation corpus augmentation'",
    "training.experiment,   'fitting linear evaluation corpus augmentation'",
    "training.labeling,     'linear evaluation corpus'",
    "training.tuning,       'linear evaluation corpus augmentation'",
    "training.report,       'experiment fitting evaluation corpus augmentation'",
    "app.process,           ''",
    "app.terminal,          ''",
    "app.settings,          'process'",
    "app.serving,           'settings process'",
    "app.http,              'settings process'",
    "app.client,            'settings process'",
    "app.wallboard,         'http client settings process'",
    "app.embedded,          'http settings process'",
    "app.running,           'serving settings process'",
    "app.loadtest,          'serving settings process'",
    "app.gateway.feed,      'settings process'",
    "app.gateway.twilio,    'gateway.feed http settings'",
    "app.gateway.audiohook, 'gateway.feed http settings process'",
    "app.gateway.rtp,       'gateway.feed http settings process'",
    "app.gateway,           'http client settings process'",
    "app.commands,          'gateway loadtest running serving wallboard http client embedded terminal settings process'",
  })
  void shouldImportOnlyNeighborsBelow(String owner, String neighbors) {
    String parent = owner.substring(0, owner.indexOf('.'));
    List<String> allowed = new ArrayList<>(List.of(ROOT + owner + ".."));
    words(neighbors).forEach(name -> allowed.add(ROOT + parent + "." + name + ".."));

    noClasses()
        .that()
        .resideInAPackage(ROOT + owner + "..")
        .should()
        .dependOnClassesThat(
            resideInAPackage(ROOT + parent + "..")
                .and(not(resideInAnyPackage(allowed.toArray(new String[0])))))
        .as(owner + " imports of its neighbors only '" + neighbors + "'")
        .check(CLASSES);
  }

  @Test
  void shouldHaveARowForEveryPackageBelowAnother() throws Exception {
    List<String> rows =
        Arrays.stream(
                getClass()
                    .getDeclaredMethod("shouldImportOnlyNeighborsBelow", String.class, String.class)
                    .getAnnotation(CsvSource.class)
                    .value())
            .map(row -> row.substring(0, row.indexOf(',')))
            .toList();

    assertThat(
            CLASSES.stream()
                .map(type -> type.getPackageName().replace("dev.speechemotion", ""))
                .filter(name -> name.matches("(\\.\\w+){2,}"))
                .map(name -> name.substring(1))
                .distinct())
        .containsExactlyInAnyOrderElementsOf(rows);
  }

  @Test
  void shouldHaveNoCycles() {
    slices().matching("dev.speechemotion.(**)").should().beFreeOfCycles().check(CLASSES);
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
  void shouldHaveOneDoorToTheFourierTransform() {
    noClasses()
        .that(resideOutsideOfPackage(ROOT + "features.dsp.."))
        .should()
        .dependOnClassesThat(resideInAnyPackage(JTRANSFORMS.toArray(new String[0])))
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

    assertThat(importers).containsExactly(ROOT + "streams.registry.RegistryClients");
  }

  @Test
  void shouldSayInEveryPackageWhatItOwns() throws Exception {
    try (var folders = Files.walk(Path.of("src/main/java/dev/speechemotion"))) {
      for (Path folder : folders.filter(ArchitectureTest::holdsCode).toList()) {
        assertThat(
                Files.readString(folder.resolve("package-info.java")).replaceAll("\\s[*\\s]+", " "))
            .as(folder.toString())
            .startsWith("/**")
            .containsIgnoringCase("may import");
      }
    }
  }

  @Test
  void shouldKeepFoldersSmall() throws Exception {
    try (var folders = Files.walk(Path.of("src/main/java/dev/speechemotion"))) {
      for (Path folder : folders.filter(ArchitectureTest::holdsCode).toList()) {
        try (var files = Files.list(folder)) {
          assertThat(files.filter(Files::isRegularFile).count())
              .as("files in " + folder)
              .isLessThanOrEqualTo(MOST_FILES);
        }
      }
    }
  }

  private static boolean holdsCode(Path path) {
    try (var files = Files.list(path)) {
      return files.anyMatch(Files::isRegularFile);
    } catch (NotDirectoryException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
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
      case "meters" -> METERS;
      case "plotting" -> PLOTTING;
      case "templates" -> TEMPLATES;
      case "cli" -> CLI;
      default -> throw new IllegalArgumentException(name);
    };
  }
}
