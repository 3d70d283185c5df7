package dev.speechemotion.app.commands;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioFiles;
import dev.speechemotion.audio.AudioFormatException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.InvalidPathException;
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
  static int process(List<String> files, PrintWriter err, Work work) {
    int exitCode = 0;
    for (String file : files) {
      try {
        work.accept(Path.of(file));
      } catch (IOException | RuntimeException | OutOfMemoryError e) {
        err.println(describe(file, e));
        exitCode = 1;
      }
    }
    return exitCode;
  }

  private static String describe(String file, Throwable e) {
    if (e instanceof NoSuchFileException) {
      return "no such file: " + file;
    } else if (e instanceof AccessDeniedException) {
      return file + ": it may not be read";
    } else if (e instanceof InvalidPathException) {
      return file + ": its name cannot be written in the system's encoding; try LC_ALL=C.UTF-8";
    } else if (e instanceof OutOfMemoryError) {
      return file + ": too little memory; give Java more with -Xmx, or cut the recording";
    } else if (e instanceof AudioFormatException || e instanceof CommandFailure) {
      return e.getMessage();
    }
    // Something that nobody expects: its type may be all that tells.
    return file + ": " + (e instanceof IOException ? e.getMessage() : e.toString());
  }

  /** Reads a recording; says on err what is amiss with it. */
  static AudioClip read(Path file, PrintWriter err) throws IOException {
    AudioClip clip = AudioFiles.read(file);
    clip.warnings().forEach(warning -> err.println("warning: " + warning));
    return clip;
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
