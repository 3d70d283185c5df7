package dev.speechemotion.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.features.spec.FeatureSpec;
import java.util.List;
import java.util.Objects;

/**
 * What a network is like.
 *
 * @param type its kind, which says what the sizes mean
 * @param channels of each convolution; empty for a kind without convolutions
 * @param hidden sizes of the hidden layers; empty for a linear map
 * @param members how many networks of that size there are, whose outputs before the softmax are
 *     averaged
 * @param dropout share of a hidden layer's outputs that training switches off
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Architecture(
    NetworkType type, List<Integer> channels, List<Integer> hidden, int members, float dropout) {
  public Architecture {
    Objects.requireNonNull(type, "architecture.type is missing");
    channels = List.copyOf(channels);
    hidden = List.copyOf(hidden);
    type.requireSizes(channels, hidden);
    ModelManifest.require(
        hidden.size() <= 8 && hidden.stream().allMatch(size -> size > 0 && size <= 4096),
        "architecture.hidden must be at most 8 sizes from 1 to 4096",
        hidden);
    ModelManifest.require(
        members >= 1 && members <= 32, "architecture.members must be from 1 to 32", members);
    ModelManifest.require(
        members == 1 || type.takesMembers(hidden),
        "architecture.members must be 1 but with fcnn or encoder of one hidden layer",
        members);
    ModelManifest.require(
        dropout >= 0 && dropout < 1, "architecture.dropout must be from 0 to below 1", dropout);
  }

  /**
   * @throws IllegalArgumentException if the network cannot take such features
   */
  public void requireFit(FeatureSpec spec) {
    type.requireFit(spec);
    ModelManifest.require(
        FeatureLayout.of(spec).windowColumnCount() >> channels.size() > 0,
        "featureSpec must have bands that can be halved once for each of architecture.channels",
        spec.name());
  }

  /** How many values of a window enter the network once they are normalized. */
  public int columnCount(FeatureSpec spec) {
    return type.columnCount(spec);
  }

  /** Names of these values in their order. */
  public List<String> columnNames(FeatureSpec spec) {
    return type.columnNames(spec);
  }

  /**
   * What each of these values tells of: {@code mfcc}, {@code chroma}, {@code contrast}, {@code
   * zcr}, {@code level}, {@code pitch}, {@code shape} of the spectrum or {@code timing}; of a
   * pretrained encoder, the layer and the statistic, such as {@code layer1.mean}; of frames, {@code
   * logmel}.
   */
  public List<String> columnGroups(FeatureSpec spec) {
    return columnNames(spec).stream().map(Architecture::group).toList();
  }

  private static String group(String name) {
    String withoutNumber = name.replaceFirst("\\d+$", "");
    if (withoutNumber.startsWith("layer")) {
      return withoutNumber;
    }
    if (withoutNumber.startsWith("logmel")) {
      return "logmel"; // logmel1@1 is the first band of the first frame.
    }
    String kind = name.replaceFirst("\\d*(\\..*)?$", "");
    return switch (kind) {
      case "rms" -> "level";
      case "f", "voicing", "voiced" -> "pitch";
      case "centroid", "bandwidth", "rolloff", "flatness", "flux" -> "shape";
      case "speech", "pause", "syllable" -> "timing";
      default -> kind;
    };
  }

  /** Whether it is one linear map of what a pretrained encoder says. */
  public boolean linear() {
    return type.pretrained() && hidden.isEmpty();
  }

  /** The network in words, for people. */
  public String inWords(int featureCount, int labelCount) {
    return type.inWords(this, featureCount, labelCount);
  }
}
