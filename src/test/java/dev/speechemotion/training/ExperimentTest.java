package dev.speechemotion.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ExperimentTest {
  private static final PrintWriter NO_LOG = new PrintWriter(Writer.nullWriter());

  @TempDir Path folder;

  @Test
  void shouldChangeRecordingsOfTheTrainingPartAlone() throws Exception {
    // given a source that writes down which recordings it is asked to change
    FittingOptions options = new FittingOptions();
    CommandLine command = new CommandLine(CommandLine.Model.CommandSpec.create());
    command.addMixin("fitting", options);
    command.parseArgs(
        "--labels",
        "angry,happy,sad",
        "--spec",
        "telephone-8k",
        "--epochs",
        "3",
        "--validation-share",
        "0.25");
    Experiment.Settings settings = options.settings(command);
    Corpora corpora =
        Corpora.load(
            List.of(
                new Corpora.Source(
                    CorpusLayout.TESS, MadeUpCorpus.tess(folder.resolve("TESS"), 8))),
            new Corpus.Settings(
                settings.labels(), settings.spec(), settings.windows(), Condition.CLEAN),
            FeatureCache.none(),
            NO_LOG);
    List<Set<String>> asked = Collections.synchronizedList(new ArrayList<>());
    EpochSource source =
        (clips, epoch) -> {
          asked.add(clips.stream().map(Clip::key).collect(Collectors.toSet()));
          return clips;
        };
    Map<String, Clip> heard =
        corpora.clips().stream().collect(Collectors.toMap(Clip::key, Function.identity()));

    // when either speaker is tested
    List<Experiment.FoldResult> folds =
        new Experiment(settings, corpora, source, NO_LOG)
            .run(
                Protocol.named("tess-speaker").orElseThrow(),
                corpora.clips(),
                List.of(),
                heard,
                null)
            .folds();

    // then for the population and in each of three epochs it was asked for the other speaker's
    // clips, but for those that
    // decide when to stop: 6 of the 24
    assertThat(asked).hasSize(8);
    for (int i = 0; i < asked.size(); i++) {
      Protocol.Fold fold = folds.get(i / 4).fold();
      assertThat(asked.get(i))
          .hasSize(18)
          .isSubsetOf(fold.train().stream().map(Clip::key).toList())
          .doesNotContainAnyElementsOf(fold.test().stream().map(Clip::key).toList());
    }
  }
}
