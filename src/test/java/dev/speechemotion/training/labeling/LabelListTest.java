package dev.speechemotion.training.labeling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.training.corpus.CorpusException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelListTest {
  private static final List<String> LABELS = List.of("angry", "happy", "sad");

  @TempDir Path folder;

  @BeforeEach
  void makeFiles() throws IOException {
    for (int i = 0; i < 20; i++) {
      Files.writeString(folder.resolve(i + ".wav"), "sound");
    }
  }

  @Test
  void shouldReadAListAsPeopleWriteIt() throws IOException {
    StringBuilder text = new StringBuilder("\uFEFFPath, Label ,speaker,note\n\n");
    for (int i = 0; i < 20; i++) {
      text.append("\"%d.wav\",%s,s%d,\"a, b\"%n".formatted(i, i < 10 ? "Anger" : "sad", i % 3));
    }

    LabelList list = list(text.toString());

    assertThat(list.files()).hasSize(20);
    assertThat(list.sha256()).matches("[0-9a-f]{64}");
  }

  @Test
  void shouldReadAListAsSpreadsheetsInOtherCountriesWriteIt() throws IOException {
    StringBuilder text = new StringBuilder("\uFEFFsep=;\r\npath;label;speaker;;\r\n");
    for (int i = 0; i < 20; i++) {
      text.append(".\\%d.wav;%s;s%d;;\r\n".formatted(i, i < 10 ? "angry" : "sad", i % 3));
    }

    assertThat(list(text.toString()).files()).hasSize(20);
  }

  @Test
  void shouldTakeWindowsOfARecordingAsRecordings() throws IOException {
    StringBuilder text = new StringBuilder("path,label,speaker,channel,start\n");
    for (int i = 0; i < 20; i++) {
      text.append("0.wav,%s,s%d,%d,%d.0%n".formatted(LABELS.get(i % 3), i % 4, i % 2, i));
    }

    assertThat(list(text.toString()).files()).hasSize(1);
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0.wav,angry           | line 2: has 2 fields, the first line 3; a field
          0.wav,,tom            | line 2: path, label and speaker must not be empty
          0.wav,angry,          | line 2: path, label and speaker must not be empty
          0.wav,bored,tom       | line 2: label boredom is not one of the model's: [angry, happy, sad]
          none.wav,angry,tom    | line 2: there is no file
          "0.wav,angry,tom      | line 2: a quote is not closed
          0.wav,angry,tom       | has 1 recordings of 1 speakers with 1 labels: 20 recordings, 3 speakers
          """)
  void shouldSayWhatIsWrongWithALine(String line, String message) {
    assertThatThrownBy(() -> list("path,label,speaker\n" + line))
        .isInstanceOf(CorpusException.class)
        .hasMessageContaining(message);
  }

  @Test
  void shouldSayAllThatIsWrong() {
    assertThatThrownBy(() -> list("path,label\n0.wav,sad"))
        .hasMessageContaining("lacks the columns [speaker]");
    assertThatThrownBy(() -> list("")).hasMessageContaining("lacks the columns [path, label");
    assertThatThrownBy(
            () -> list("path,label,speaker\n0.wav,sad,a\n./0.wav,sad,a\nx,sad,a\n1.wav,joy,b"))
        .hasMessageContaining("has lines that cannot be used, 3 in all")
        .hasMessageContaining("line 3: ./0.wav is there twice")
        .hasMessageContaining("line 4: there is no file")
        .hasMessageContaining("line 5: label joy");
    assertThatThrownBy(() -> list("path,label,speaker,channel,start\n0.wav,sad,a,left,2"))
        .hasMessageContaining("line 2: channel must be a whole number");
    assertThatThrownBy(() -> list("path,label,speaker,label\n0.wav,sad,a,angry"))
        .hasMessageContaining("has the column label twice");
    assertThatThrownBy(() -> new LabelList(folder.resolve("none.csv"), LABELS))
        .hasMessageContaining("there is no file");
    Path latin = folder.resolve("latin.csv");
    assertThatThrownBy(
            () -> {
              Files.write(latin, "path,label,speaker\nä".getBytes(StandardCharsets.ISO_8859_1));
              new LabelList(latin, LABELS);
            })
        .hasMessageContaining("is not in UTF-8");
  }

  private LabelList list(String text) throws IOException {
    return new LabelList(Files.writeString(folder.resolve("labels.csv"), text), LABELS);
  }
}
