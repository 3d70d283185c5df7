package dev.speechemotion.training.corpus;

import dev.speechemotion.fuzz.FuzzTarget;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Lists of recordings. */
public final class CsvFuzz implements FuzzTarget {
  private Path file;

  @Override
  public List<byte[]> seeds() {
    return List.of(
        "path,label,speaker\na.wav,angry,ann\n\"b, c.wav\",sad,bob\n"
            .getBytes(StandardCharsets.UTF_8),
        "\uFEFFsep=;\r\npath;label;text\r\nw\\a.wav;angry;\"two\r\nlines \"\"x\"\"\";\r\n"
            .getBytes(StandardCharsets.UTF_8),
        "path\tlabel\n\"open\n".getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void read(byte[] input) throws Exception {
    if (file == null) {
      file = Files.createTempFile("fuzz", ".csv");
      file.toFile().deleteOnExit();
    }
    Files.write(file, input);
    CorpusLayout.Listing listing;
    try {
      listing = CorpusLayout.CSV.list(file);
    } catch (CorpusException e) {
      return;
    }
    for (Recording recording : listing.recordings()) {
      if (recording.label().isBlank() || recording.id().isBlank()) {
        throw new AssertionError("a recording without path or label");
      }
    }
  }
}
