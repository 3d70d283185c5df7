package dev.speechemotion.training.labeling;

import dev.speechemotion.training.corpus.Corpus;
import dev.speechemotion.training.corpus.CorpusException;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.corpus.Recording;
import dev.speechemotion.training.corpus.WindowedFeatures;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What somebody said of the emotions in calls, joined with the calls' windows as they are heard: of
 * each label, the windows that lie within its time are a labeled recording. Each channel of a call
 * is taken for a speaker of its own.
 */
public final class CallLabels {
  /**
   * A label.
   *
   * @param channel of the call, unique within it
   * @param beginMs media time, milliseconds
   * @param endMs exclusive
   */
  public record Label(String call, String channel, long beginMs, long endMs, String emotion) {
    String speaker() {
      return call + " " + channel;
    }

    String id() {
      return speaker() + "@" + beginMs + "-" + endMs;
    }
  }

  /** The windows of a label, as far as they were heard. */
  private static final class Heard {
    private final Label label;
    private final List<float[]> windows = new ArrayList<>();
    private final List<Float> speechShares = new ArrayList<>();

    Heard(Label label) {
      this.label = label;
    }

    LabeledClip clip() {
      float[] shares = new float[speechShares.size()];
      for (int i = 0; i < shares.length; i++) {
        shares[i] = speechShares.get(i);
      }
      return new LabeledClip(
          "site",
          new Recording(Path.of(""), label.id(), label.emotion, label.speaker(), ""),
          label.id(),
          new WindowedFeatures((label.endMs - label.beginMs) / 1_000.0, windows, shares));
    }
  }

  private final String source;
  private final Map<String, Heard> byId = new LinkedHashMap<>();
  private final Map<String, List<Heard>> bySpeaker;
  private final long unknown;

  /**
   * @param source of the labels, for messages
   * @param given in the order in which they were made: of the same time of a channel, the last
   *     counts
   * @param emotions that the model tells apart; labels with others are left out
   */
  public CallLabels(String source, Collection<Label> given, List<String> emotions) {
    this.source = source;
    given.stream()
        .filter(label -> emotions.contains(label.emotion))
        .forEach(label -> byId.put(label.id(), new Heard(label)));
    bySpeaker =
        byId.values().stream().collect(Collectors.groupingBy(heard -> heard.label.speaker()));
    unknown = given.stream().filter(label -> !emotions.contains(label.emotion)).count();
  }

  /**
   * Takes a window of a call.
   *
   * @param features as the head takes them; kept if a label is for them
   */
  public void hear(
      String call, String channel, long beginMs, long endMs, float speechShare, float[] features) {
    for (Heard heard : bySpeaker.getOrDefault(call + " " + channel, List.of())) {
      if (beginMs >= heard.label.beginMs && endMs <= heard.label.endMs) {
        heard.windows.add(features);
        heard.speechShares.add(speechShare);
      }
    }
  }

  private List<Heard> found() {
    return byId.values().stream().filter(heard -> !heard.windows.isEmpty()).toList();
  }

  /** How many labels there are, and for how many there are windows. */
  public String report() {
    int found = found().size();
    return "%s: %d corrections, %d of them with speech%s%s"
        .formatted(
            source,
            byId.size(),
            found,
            found == 0 && !byId.isEmpty()
                ? " (are the ids pseudonyms, made with a key that is not given here?)"
                : "",
            unknown == 0 ? "" : ", and %d with labels the model does not know".formatted(unknown));
  }

  /**
   * The labeled recordings.
   *
   * @throws CorpusException if they are too few to learn from
   */
  public LabeledClips clips() throws CorpusException {
    List<Heard> found = found();
    LabelList.requireEnough(
        source,
        found.size(),
        found.stream().map(heard -> heard.label.speaker()).distinct().count(),
        found.stream().map(heard -> heard.label.emotion).distinct().count());
    String said =
        found.stream()
            .map(heard -> heard.label.id() + " " + heard.label.emotion)
            .sorted()
            .collect(Collectors.joining("\n"));
    return new LabeledClips(
        found.stream().map(Heard::clip).toList(),
        Corpus.sha256(said.getBytes(StandardCharsets.UTF_8)));
  }
}
