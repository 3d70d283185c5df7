package dev.speechemotion.training.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.training.augmentation.Condition;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class CorpusReaderTest {
  @TempDir private Path folder;

  private final StringWriter log = new StringWriter();

  @Test
  void shouldSayWhatIsWrongWhereNoRecordingCanBeUsed() throws Exception {
    Path csv = folder.resolve("list.csv");
    Files.writeString(csv, "path,label\nbad line\na.wav,angry\nb.wav,sad\n");
    Files.writeString(folder.resolve("a.wav"), "no sound");

    assertThatThrownBy(() -> read(csv, List.of("angry", "sad")))
        .isInstanceOf(CorpusException.class)
        .hasMessageContaining("none of 2 recordings under " + csv + " can be used; the first: ")
        .hasMessageContaining("b.wav: there is no such file");
    assertThatThrownBy(() -> read(csv, List.of("happy")))
        .isInstanceOf(CorpusException.class)
        .hasMessageContaining("no recordings with labels [happy]")
        .hasMessageContaining("its labels: {angry=1, sad=1}); rename its labels, or train");
  }

  @Test
  void shouldPassOnTheWarningsOfRecordings() throws Exception {
    Path csv = folder.resolve("list.csv");
    Files.writeString(csv, "path,label\na.wav,angry\n");
    MadeUpCorpus.write(folder.resolve("a.wav"), 300, 0.5, 1);
    byte[] whole = Files.readAllBytes(folder.resolve("a.wav"));
    Files.write(folder.resolve("a.wav"), Arrays.copyOf(whole, whole.length - 100));

    assertThat(read(csv, List.of("angry")).clips()).hasSize(1);

    assertThat(log.toString())
        .contains(
            "warnings of recordings: 1, the first: " + folder.resolve("a.wav") + " should hold")
        .contains("it is read to its end");
  }

  /** A pipe that nobody writes to is waited for forever. */
  @Test
  @Timeout(60)
  void shouldNotWaitForAPipe() throws Exception {
    Path csv = folder.resolve("list.csv");
    Path pipe = folder.resolve("pipe.wav");
    assumeThat(makePipe(pipe)).as("mkfifo").isTrue();
    Files.createDirectory(folder.resolve("folder.wav"));
    Files.writeString(csv, "path,label\npipe.wav,angry\nfolder.wav,sad\n");

    assertThatThrownBy(() -> read(csv, List.of("angry", "sad")))
        .isInstanceOf(CorpusException.class)
        .hasMessageContaining("none of 2 recordings")
        .hasMessageContaining("it is no file, but a folder, a pipe, or a device");
  }

  private static boolean makePipe(Path pipe) throws InterruptedException {
    try {
      return new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private Corpus read(Path csv, List<String> labels) throws Exception {
    Corpus.Settings settings =
        new Corpus.Settings(
            labels,
            FeatureSpec.TELEPHONE_8K,
            WindowSettings.DEFAULT,
            Condition.CLEAN,
            Optional.empty());
    return new CorpusReader(settings, FeatureCache.none(), new PrintWriter(log))
        .read("csv", CorpusLayout.CSV, csv);
  }
}
