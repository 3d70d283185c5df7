package dev.speechemotion.app.commands;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.app.fixtures.ChildJvm;
import dev.speechemotion.app.fixtures.FastModels;
import dev.speechemotion.app.fixtures.OtherPrograms;
import dev.speechemotion.app.fixtures.OtherPrograms.Language;
import dev.speechemotion.app.fixtures.StreamProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code demo --serve}, and what it tells one to paste, pasted. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class DemoServeIT {
  private static final int HEAP_MB = 512;

  /** An event as the scripts print it. */
  private static final String EVENT = "demo-call (customer-0|agent-0) \\d+ \\w+ [01]\\.\\d\\d";

  @TempDir private static Path folder;

  private ChildJvm demo;
  private List<String> toPaste;
  private int eventCount;

  @BeforeAll
  void serve() throws Exception {
    List<String> arguments = new ArrayList<>(List.of("demo", "--serve", "--speed", "max"));
    arguments.addAll(FastModels.OPTIONS);
    demo = ChildJvm.start(folder.resolve("demo.log"), HEAP_MB, StreamProcess.MAIN_CLASS, arguments);
    while (!demo.log().contains("kcat ")) {
      assertThat(demo.isAlive()).as(demo.log()).isTrue();
      Thread.sleep(100);
    }
    List<String> lines = demo.log().lines().toList();
    int first = lines.indexOf(lines.stream().filter(l -> l.contains("export ")).findFirst().get());
    toPaste = lines.subList(first, lines.size()).stream().map(String::strip).toList();
    Matcher counts = Pattern.compile("(\\d+) events,").matcher(demo.log());
    while (counts.find()) {
      eventCount += Integer.parseInt(counts.group(1));
    }
    assertThat(eventCount).as(demo.log()).isGreaterThan(20);
  }

  @AfterAll
  void stop() {
    assertThat(demo.stop()).as(demo.log()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Language.class)
  void shouldBeReadByThePastedLines(Language language) throws Exception {
    OtherPrograms.script(language, "read_events");
    String command = line(language == Language.PYTHON ? "python3 " : "node ");

    List<String> events =
        OtherPrograms.linesOf(
            "demo-call", eventCount, shell(command), environment(), repository(), folder);

    assertThat(events).hasSize(eventCount).allMatch(event -> event.matches(EVENT));
  }

  @Test
  void shouldShowItsTopicInKcat() throws Exception {
    OtherPrograms.requireKcat();

    // Ends at the end of the topic, which a user would do by Ctrl-C.
    List<String> events = OtherPrograms.run(shell(line("kcat ") + " -e"), environment(), folder);

    assertThat(events)
        .hasSize(eventCount)
        .allMatch(event -> event.matches("\\d{13} demo-call, \\d{3} bytes"));
  }

  private String line(String begin) {
    return toPaste.stream().filter(each -> each.startsWith(begin)).findFirst().orElseThrow();
  }

  private List<String> shell(String command) {
    return List.of("sh", "-c", line("export ") + "\nexec " + command);
  }

  /** Where the packages for Python are found. */
  private static Map<String, String> environment() {
    return Map.of(
        "PATH", OtherPrograms.pythonFolder().toAbsolutePath() + ":" + System.getenv("PATH"));
  }

  /** A repository in which somebody has installed the packages for Node. */
  private static Path repository() throws IOException {
    Path repository = Files.createTempDirectory(folder, "repository");
    for (String script : List.of("python/read_events.py", "javascript/read_events.mjs")) {
      Path from = Path.of("src/test").resolve(script);
      Path to = repository.resolve(from);
      Files.createDirectories(to.getParent());
      Files.copy(from, to);
    }
    Files.createSymbolicLink(
        repository.resolve("node_modules"), OtherPrograms.nodeModules().toAbsolutePath());
    return repository;
  }
}
