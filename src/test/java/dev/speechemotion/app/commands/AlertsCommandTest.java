package dev.speechemotion.app.commands;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.speechemotion.training.corpus.MadeUpCorpus;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AlertsCommandTest {
  @TempDir private Path folder;

  @Test
  void shouldTellWhatRulesFindAndHowOftenTheyAreWrong() throws Exception {
    MadeUpCorpus.tess(folder, 6, 0.2);

    CommandLineRun table = alerts("--most-false", "1e9");
    CommandLineRun json = alerts("--format", "json", "--adapt", "site");

    assertThat(table.exitCode()).as(table.toString()).isZero();
    assertThat(table.out())
        .contains("tess ", "angry >= 0.20 for 1s ", "angry >= 0.95 for 1s ")
        .contains("false alerts an hour from there on: angry >= 0.20 for 1s");
    assertThat(json.exitCode()).as(json.toString()).isZero();
    JsonNode figures = new ObjectMapper().readTree(json.out());
    assertThat(figures.get("adapt").asText()).isEqualTo("site");
    assertThat(figures.get("corpora").get("tess").get("calls").asInt()).isEqualTo(2);
    assertThat(figures.get("corpora").get("tess").get("otherHours").asDouble()).isPositive();
    assertThat(figures.get("meanOfCorpora")).hasSize(16);
    JsonNode first = figures.get("meanOfCorpora").get(0);
    assertThat(first.get("rule").asText()).isEqualTo("angry >= 0.20 for 1s");
    assertThat(first.get("callRecall").asDouble()).isBetween(0.0, 1.0);
    assertThat(first.get("falseAlertsPerHourByLabel").fieldNames())
        .toIterable()
        .containsExactly("happy", "sad");
  }

  @Test
  void shouldMeasureRecordingsOfUnknownSpeakers() throws Exception {
    for (String label : List.of("angry", "sad")) {
      int seed = label.length();
      MadeUpCorpus.write(folder.resolve(label + "/long.wav"), 300, 4, seed);
      MadeUpCorpus.write(folder.resolve(label + "/short.wav"), 300, 0.5, 10 + seed);
    }

    CommandLineRun run = alerts("--layout", "folders");
    CommandLineRun tooShort = alerts("--layout", "folders", "--seconds", "60");

    assertThat(run.exitCode()).as(run.toString()).isZero();
    assertThat(run.out())
        .contains("1 angry calls", "no threshold is chosen: in 0.00 h of other speech")
        .doesNotContain("lowest with at most");
    assertThat(tooShort.exitCode()).isEqualTo(1);
    assertThat(tooShort.err()).contains("folders has no call of angry as long as the 60 s");
  }

  @Test
  void shouldSayThatThereIsNoOtherSpeech() throws Exception {
    MadeUpCorpus.write(folder.resolve("angry/long.wav"), 300, 4, 1);

    CommandLineRun run = alerts("--layout", "folders");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("folders has recordings of angry alone");
  }

  @Test
  void shouldRefuseWhatTheModelDoesNotKnow() throws Exception {
    MadeUpCorpus.tess(folder, 6, 0.2);

    assertThat(alerts("--emotion", "bored").exitCode()).isEqualTo(2);
    assertThat(alerts("--adapt", "speaker").exitCode()).isEqualTo(2);
    assertThat(alerts("--condition", "loud").exitCode()).isEqualTo(2);
    assertThat(alerts("--seconds", "-1").exitCode()).isEqualTo(2);
  }

  private CommandLineRun alerts(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "alerts",
                "--model",
                "models/tess-fcnn",
                "--layout",
                "tess",
                "--data",
                folder.toString(),
                "--cache",
                "none",
                "--seconds",
                "1"));
    for (int i = 0; i < more.length; i += 2) {
      int at = arguments.indexOf(more[i]);
      if (at >= 0) {
        arguments.set(at + 1, more[i + 1]);
      } else {
        arguments.addAll(List.of(more[i], more[i + 1]));
      }
    }
    return CommandLineRun.of(arguments.toArray(new String[0]));
  }
}
