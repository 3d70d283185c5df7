package dev.speechemotion.app.commands;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioFiles;
import dev.speechemotion.audio.AudioFormatException;
import dev.speechemotion.training.corpus.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.DoubleConsumer;

/**
 * Files, worked on one after another, as the commands on recordings do: a result for each file, bad
 * files named and skipped.
 */
final class FileBatch {
  private static final ObjectMapper JSON =
      new ObjectMapper().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);

  /** What is wrong with a name that Java cannot tell or be told. */
  static final String NAME_IN_OTHER_ENCODING =
      "its name cannot be written in the system's encoding; try LC_ALL=C.UTF-8, or rename it";

  /** What Java has in the place of bytes that are no character. */
  private static final char UNDECODABLE = '\uFFFD';

  private FileBatch() {}

  /** Whether a name has bytes that are no character in the system's encoding. */
  static boolean isUndecodable(String name) {
    return name.indexOf(UNDECODABLE) >= 0;
  }

  /** Work on one file. */
  @FunctionalInterface
  interface Work {
    /**
     * @param done to be told the share of the file that is done, 0 to 1
     * @return what prints the result
     */
    Result accept(Path file, DoubleConsumer done) throws IOException;
  }

  /** Prints what came of a file. */
  @FunctionalInterface
  interface Result {
    void print() throws IOException;
  }

  /**
   * Does the work on every file; gives exit code 1 if one could not be used, which is said on err.
   *
   * @param task what a progress bar says
   */
  static int process(String task, List<String> files, PrintWriter err, Work work) {
    int exitCode = 0;
    try (Progress progress = Progress.ofShares(task)) {
      for (int i = 0; i < files.size(); i++) {
        String file = files.get(i);
        int before = i;
        try {
          Result result =
              work.accept(Path.of(file), share -> progress.reach((before + share) / files.size()));
          progress.hide();
          result.print();
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
          progress.hide();
          err.println(describe(file, e));
          exitCode = 1;
        }
        progress.reach((i + 1.0) / files.size());
      }
    }
    return exitCode;
  }

  private static String describe(String file, Throwable e) {
    if (e instanceof InvalidPathException
        || e instanceof NoSuchFileException && isUndecodable(file)) {
      return file + ": " + NAME_IN_OTHER_ENCODING;
    } else if (e instanceof NoSuchFileException) {
      return "no such file: " + file;
    } else if (e instanceof AccessDeniedException) {
      return file + ": it may not be read";
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

  /**
   * Documents as JSON: the object itself where one file was asked for, or else an array. Each is
   * written when it comes, for all of them together may be more than fits into memory.
   */
  static final class JsonDocuments {
    private final boolean array;
    private final PrintWriter out;
    private int count;

    JsonDocuments(int fileCount, PrintWriter out) {
      this.array = fileCount != 1;
      this.out = out;
    }

    void add(ObjectNode document) throws IOException {
      if (array) {
        out.print(count == 0 ? "[" : ",");
      }
      count++;
      JSON.writeValue(out, document);
    }

    /** To be called after the last one. */
    void end() {
      if (array) {
        out.println(count == 0 ? "[]" : "]");
      } else if (count > 0) {
        out.println();
      }
    }
  }

  /** An empty document. */
  static ObjectNode newDocument() {
    return JSON.createObjectNode();
  }
}
