package dev.speechemotion.training.corpus;

import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.training.augmentation.Condition;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The clips of a corpus that are of use, without duplicates, and what was left out and why. */
public final class Corpus {
  /**
   * How a corpus is read.
   *
   * @param encoder that windows go through; empty: clips have the windows' features
   */
  public record Settings(
      List<String> labels,
      FeatureSpec spec,
      WindowSettings windows,
      Condition condition,
      Optional<WindowEncoder> encoder) {

    public Settings(
        List<String> labels, FeatureSpec spec, WindowSettings windows, Condition condition) {
      this(labels, spec, windows, condition, Optional.empty());
    }

    /** The same of what comes through another condition. */
    public Settings in(Condition other) {
      return new Settings(labels, spec, windows, other, encoder);
    }

    /** The same with another encoder. */
    public Settings through(WindowEncoder other) {
      return new Settings(labels, spec, windows, condition, Optional.of(other));
    }

    /** The same where recordings without a label are heard as well. */
    public Settings andUnlabeled() {
      List<String> more = new ArrayList<>(labels);
      more.add(Labels.UNLABELED);
      return new Settings(List.copyOf(more), spec, windows, condition, encoder);
    }

    /** As a model takes its windows. */
    public static Settings of(EmotionModel model, Condition condition) {
      return new Settings(
          model.labels(),
          model.featureSpec(),
          model.manifest().windows(),
          condition,
          WindowEncoder.of(model));
    }
  }

  private final String name;
  private final CorpusLayout layout;
  private final List<LabeledClip> clips;
  private final Map<String, Integer> leftOut;
  private final int notDrawn;
  private final int duplicates;
  private final List<String> problems;

  Corpus(
      String name,
      CorpusLayout layout,
      List<LabeledClip> clips,
      Map<String, Integer> leftOut,
      int notDrawn,
      int duplicates,
      List<String> problems) {
    this.name = name;
    this.layout = layout;
    this.clips = clips;
    this.leftOut = leftOut;
    this.notDrawn = notDrawn;
    this.duplicates = duplicates;
    this.problems = problems;
  }

  /** Its name in this run. */
  public String name() {
    return name;
  }

  public CorpusLayout layout() {
    return layout;
  }

  /** In the order of their ids. */
  public List<LabeledClip> clips() {
    return clips;
  }

  /** Number of recordings by label that nobody asked for. */
  Map<String, Integer> leftOut() {
    return leftOut;
  }

  /** The same as text, such as {@code 400 disgust}; {@code nothing} if no clip was left out. */
  public String leftOutText() {
    return leftOut.isEmpty()
        ? "nothing"
        : leftOut.entrySet().stream()
            .map(entry -> entry.getValue() + " " + entry.getKey())
            .collect(Collectors.joining(", "));
  }

  /** Number of recordings that {@link Sample} left out. */
  public int notDrawn() {
    return notDrawn;
  }

  /** Number of files dropped because another has the same content. */
  public int duplicates() {
    return duplicates;
  }

  /** A line for each file that was skipped. */
  public List<String> problems() {
    return problems;
  }

  /** SHA-256 over the clips' own, sorted, each followed by a line feed. */
  public String sha256() {
    MessageDigest digest = newDigest();
    clips.stream()
        .map(LabeledClip::sha256)
        .sorted()
        .forEach(hash -> digest.update((hash + "\n").getBytes(StandardCharsets.US_ASCII)));
    return HexFormat.of().formatHex(digest.digest());
  }

  /** SHA-256 of a file's content, lower-case hexadecimal. */
  public static String sha256(byte[] content) {
    return HexFormat.of().formatHex(newDigest().digest(content));
  }

  static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
