package dev.speechemotion.app.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class FileBatchTest {
  private final StringWriter written = new StringWriter();
  private final PrintWriter out = new PrintWriter(written, true);

  @Test
  void shouldWriteEachDocumentWhenItComes() throws Exception {
    FileBatch.JsonDocuments documents = new FileBatch.JsonDocuments(2, out);

    documents.add(FileBatch.newDocument().put("file", "a"));
    assertThat(written).hasToString("[{\"file\":\"a\"}");
    documents.add(FileBatch.newDocument().put("file", "b"));
    documents.end();

    assertThat(written.toString().strip()).isEqualTo("[{\"file\":\"a\"},{\"file\":\"b\"}]");
  }

  @Test
  void shouldWriteTheObjectOfALoneFile() throws Exception {
    FileBatch.JsonDocuments documents = new FileBatch.JsonDocuments(1, out);

    documents.add(FileBatch.newDocument().put("file", "a"));
    documents.end();

    assertThat(written.toString().strip()).isEqualTo("{\"file\":\"a\"}");
  }

  @Test
  void shouldWriteAnArrayOfNothingWhereAllFilesWereBad() {
    new FileBatch.JsonDocuments(2, out).end();

    assertThat(written.toString().strip()).isEqualTo("[]");
  }

  @Test
  void shouldGoOnWhereOneFileIsTooMuchForTheMemory() {
    StringBuilder done = new StringBuilder();

    int exitCode =
        FileBatch.process(
            "working",
            List.of("big.wav", "small.wav"),
            out,
            (file, share) -> {
              if (file.toString().equals("big.wav")) {
                throw new OutOfMemoryError("Java heap space");
              }
              return () -> done.append(file);
            });

    assertThat(exitCode).isEqualTo(1);
    assertThat(done).hasToString("small.wav");
    assertThat(written.toString()).startsWith("big.wav: too little memory").contains("-Xmx");
  }
}
