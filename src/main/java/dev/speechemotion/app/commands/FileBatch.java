package dev.speechemotion.app.commands;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.speechemotion.app.process.CommandFailure;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * Files, worked on one after another, as the commands on recordings do: a result for each file, bad
 * files named and skipped.
 */
final class FileBatch {
  private static final ObjectMapper JSON = new ObjectMapper();

  private FileBatch() {}

  /** Work on one file. */
  @FunctionalInterface
  interface Work {
    void accept(Path file) throws IOException;
  }

  /**
   * Does the work on every file; gives exit code 1 if one could not be used, which is said on err.
   */
  static int process(List<Path> files, PrintWriter err, Work work) {
    int exitCode = 0;
    for (Path file : files) {
      try {
        work.accept(file);
      } catch (NoSuchFileException e) {
        err.println("no such file: " + file);
        exitCode = 1;
      } catch (IOException | CommandFailure e) {
        err.println(e.getMessage());
        exitCode = 1;
      }
    }
    return exitCode;
  }

  /** Writes documents as JSON: the object itself where one file was asked for, or else an array. */
  static void printJson(List<ObjectNode> documents, int fileCount, PrintWriter out)
      throws JsonProcessingException {
    if (fileCount == 1) {
      for (ObjectNode document : documents) {
        out.println(JSON.writeValueAsString(document));
      }
    } else {
      out.println(JSON.writeValueAsString(documents));
    }
  }

  /** An empty document. */
  static ObjectNode newDocument() {
    return JSON.createObjectNode();
  }
}
