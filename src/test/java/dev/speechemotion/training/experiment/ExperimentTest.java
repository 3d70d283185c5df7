package dev.speechemotion.training.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.model.ModelFixture;
import dev.speechemotion.training.augmentation.Condition;
import dev.speechemotion.training.corpus.Corpora;
import dev.speechemotion.training.corpus.Corpus;
import dev.speechemotion.training.corpus.CorpusLayout;
import dev.speechemotion.training.corpus.FeatureCache;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.corpus.MadeUpCorpus;
import dev.speechemotion.training.evaluation.Adaptation;
import dev.speechemotion.training.evaluation.Calls;
import dev.speechemotion.training.evaluation.Protocol;
import dev.speechemotion.training.fitting.EpochSource;
import dev.speechemotion.training.fitting.FittingSettings;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentTest {
  private static final PrintWriter NO_LOG = new PrintWriter(Writer.nullWriter());

  @TempDir Path folder;

  @Test
  void shouldChangeRecordingsOfTheTrainingPartAlone() throws Exception {
    // given a source that writes down which recordings it is asked to change
    Experiment.Settings settings =
        new Experiment.Settings(
            MadeUpCorpus.LABELS,
            new WindowSettings(3000, 1000),
            new FittingSettings(
                ModelFixture.fcnn(List.of(256, 128), 0.2f),
                FeatureSpec.TELEPHONE_8K,
                ModelFixture.hyperparameters(0.001f, 32, 3, 10, 0.25, false, 0, 0),
                new Adaptation(Adaptation.Mode.NONE, 10, 0, 0.3f),
                0,
                1),
            0.5f,
            Calls.MIXED,
            true,
            1);
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
          asked.add(clips.stream().map(LabeledClip::key).collect(Collectors.toSet()));
          return clips;
        };
    // when either speaker is tested
    List<Experiment.FoldResult> folds =
        new Experiment(settings, corpora, source, Optional.empty(), NO_LOG)
            .run(
                Protocol.named("tess-speaker").orElseThrow(),
                corpora.clips(),
                List.of(),
                List.of(
                    Experiment.Tested.of(
                        Condition.CLEAN, corpora.clips(), (classifier, clips) -> {})))
            .get(0)
            .folds();

    // then for the population and in each of three epochs it was asked for the other speaker's
    // clips, but for those that
    // decide when to stop: 6 of the 24
    assertThat(asked).hasSize(8);
    for (int i = 0; i < asked.size(); i++) {
      Protocol.Fold fold = folds.get(i / 4).fold();
      assertThat(asked.get(i))
          .hasSize(18)
          .isSubsetOf(fold.train().stream().map(LabeledClip::key).toList())
          .doesNotContainAnyElementsOf(fold.test().stream().map(LabeledClip::key).toList());
    }
  }
}
