package dev.speechemotion.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.model.forward.FittedNetwork;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The kinds of networks. What sets a kind apart is here and in the {@link Network} that it makes;
 * nobody else compares kinds.
 */
public enum NetworkType {
  /**
   * Linear layers with ReLU between them, over statistics of a window; of one hidden layer there
   * may be several members.
   */
  FCNN("fcnn", FeatureSpec.LIBROSA_22K, List.of(), List.of(256, 128)) {
    @Override
    void requireSizes(List<Integer> channels, List<Integer> hidden) {
      ModelManifest.require(
          channels.isEmpty(), "architecture.channels must be empty with " + this, channels);
      ModelManifest.require(
          !hidden.isEmpty(), "architecture.hidden must be 1 to 8 sizes with " + this, hidden);
    }

    @Override
    boolean takesMembers(List<Integer> hidden) {
      return hidden.size() == 1;
    }

    @Override
    void requireFit(FeatureSpec spec) {
      ModelManifest.require(
          spec.windowFrames() == 0,
          "featureSpec must be one of statistics with " + this,
          spec.name());
    }

    @Override
    Network network(Architecture architecture, FeatureSpec spec, int labelCount, float dropRate) {
      return new Fcnn(
          architecture, FeatureLayout.of(spec).windowFeatureCount(), labelCount, dropRate);
    }

    @Override
    FittedNetwork fitted(
        Architecture architecture, FeatureSpec spec, int labelCount, byte[] weights)
        throws ModelException {
      return Fcnn.fitted(
          architecture, FeatureLayout.of(spec).windowFeatureCount(), labelCount, weights);
    }

    @Override
    String inWords(Architecture architecture, int featureCount, int labelCount) {
      String members =
          architecture.members() == 1
              ? ""
              : "the mean of %d networks, each of ".formatted(architecture.members());
      return architecture.hidden().isEmpty()
          ? "a linear map of %d to %d".formatted(featureCount, labelCount)
          : members
              + "fully connected layers of %d, %s, %d, ReLU"
                  .formatted(featureCount, joined(architecture.hidden()), labelCount);
    }
  },

  /** Convolutions, a bidirectional LSTM and attention, over log-mel frames of a window. */
  CNN_LSTM("cnn-lstm", FeatureSpec.WIDEBAND_16K_LOGMEL, List.of(16, 32, 64), List.of(64)) {
    @Override
    void requireSizes(List<Integer> channels, List<Integer> hidden) {
      ModelManifest.require(
          channels.size() >= 2
              && channels.size() <= 6
              && channels.stream().allMatch(size -> size > 0 && size <= 512),
          "architecture.channels must be 2 to 6 sizes from 1 to 512 with " + this,
          channels);
      ModelManifest.require(
          hidden.size() == 1,
          "architecture.hidden must be one size, that of the LSTM, with " + this,
          hidden);
    }

    @Override
    boolean takesMembers(List<Integer> hidden) {
      return false;
    }

    @Override
    void requireFit(FeatureSpec spec) {
      ModelManifest.require(
          spec.windowFrames() > 0 && !spec.encoderInput(),
          "featureSpec must be one of log-mel frames with " + this,
          spec.name());
    }

    @Override
    Network network(Architecture architecture, FeatureSpec spec, int labelCount, float dropRate) {
      int bands = FeatureLayout.of(spec).windowColumnCount();
      return new CnnLstm(
          architecture,
          FeatureLayout.of(spec).windowFeatureCount() / bands,
          bands,
          labelCount,
          dropRate);
    }

    @Override
    String inWords(Architecture architecture, int featureCount, int labelCount) {
      return "convolutions of %s channels, a bidirectional LSTM of %d units each way, attention"
          .formatted(joined(architecture.channels()), architecture.hidden().get(0));
    }
  },

  /**
   * The pretrained encoder, statistics over the window of what its layers give, and linear layers
   * with ReLU between them; without hidden layers one linear map, whose weights need no gradients
   * to be found.
   */
  ENCODER("encoder", FeatureSpec.ENCODER_16K, List.of(), List.of()) {
    @Override
    void requireSizes(List<Integer> channels, List<Integer> hidden) {
      ModelManifest.require(
          channels.isEmpty(), "architecture.channels must be empty with " + this, channels);
    }

    @Override
    boolean takesMembers(List<Integer> hidden) {
      return hidden.size() == 1;
    }

    @Override
    void requireFit(FeatureSpec spec) {
      ModelManifest.require(
          spec.encoderInput() && spec.windowFrames() <= 2 * SpeechEncoder.MOST_TOKENS,
          "featureSpec must be what the pretrained encoder takes with " + this,
          spec.name());
    }

    @Override
    int columnCount(FeatureSpec spec) {
      return EncoderPooling.LENGTH;
    }

    @Override
    List<String> columnNames(FeatureSpec spec) {
      return EncoderPooling.names();
    }

    @Override
    public boolean pretrained() {
      return true;
    }

    @Override
    Network network(Architecture architecture, FeatureSpec spec, int labelCount, float dropRate) {
      return new Fcnn(architecture, EncoderPooling.LENGTH, labelCount, dropRate);
    }

    @Override
    String inWords(Architecture architecture, int featureCount, int labelCount) {
      return "a pretrained encoder, statistics over the window of what its layers give, "
          + FCNN.inWords(architecture, EncoderPooling.LENGTH, labelCount);
    }
  };

  private final String id;
  private final FeatureSpec usualSpec;
  private final List<Integer> usualChannels;
  private final List<Integer> usualHidden;

  NetworkType(
      String id, FeatureSpec usualSpec, List<Integer> usualChannels, List<Integer> usualHidden) {
    this.id = id;
    this.usualSpec = usualSpec;
    this.usualChannels = usualChannels;
    this.usualHidden = usualHidden;
  }

  /**
   * @param id as manifests and the command line have it
   * @throws IllegalArgumentException if there is none of that name
   */
  @JsonCreator
  public static NetworkType named(String id) {
    for (NetworkType type : values()) {
      if (type.id.equals(id)) {
        return type;
      }
    }
    throw new IllegalArgumentException(
        "architecture.type must be one of %s, got %s".formatted(Arrays.toString(values()), id));
  }

  /** The name in manifests and on the command line. */
  @JsonValue
  @Override
  public String toString() {
    return id;
  }

  /** What is trained on unless told otherwise. */
  public FeatureSpec usualSpec() {
    return usualSpec;
  }

  /** Channels of the convolutions unless told otherwise; empty if there are none. */
  public List<Integer> usualChannels() {
    return usualChannels;
  }

  /** Sizes of the hidden layers unless told otherwise. */
  public List<Integer> usualHidden() {
    return usualHidden;
  }

  /** Whether the network takes a window's frames, not statistics of them. */
  public boolean ofFrames() {
    return usualSpec.windowFrames() > 0;
  }

  /**
   * @throws IllegalArgumentException if the network cannot have such sizes
   */
  abstract void requireSizes(List<Integer> channels, List<Integer> hidden);

  /** Whether there may be several networks of that size in one. */
  abstract boolean takesMembers(List<Integer> hidden);

  /**
   * @throws IllegalArgumentException if the network cannot take such features
   */
  abstract void requireFit(FeatureSpec spec);

  /** How many values of a window, or where it is its frames, of a frame, are normalized. */
  int columnCount(FeatureSpec spec) {
    return FeatureLayout.of(spec).windowColumnCount();
  }

  /** Names of these values. */
  List<String> columnNames(FeatureSpec spec) {
    return FeatureLayout.of(spec).windowFeatureNames();
  }

  /**
   * Whether what is normalized comes from the pretrained encoder, whose weights are a file more.
   */
  public boolean pretrained() {
    return false;
  }

  abstract Network network(
      Architecture architecture, FeatureSpec spec, int labelCount, float dropRate);

  /**
   * The network for use, with the weights of a file; by PyTorch where nothing else is written.
   *
   * @throws ModelException if the file is malformed or of another network, or PyTorch does not
   *     start where it is needed
   */
  FittedNetwork fitted(Architecture architecture, FeatureSpec spec, int labelCount, byte[] weights)
      throws ModelException {
    return network(architecture, spec, labelCount, 0).onTorch(weights);
  }

  abstract String inWords(Architecture architecture, int featureCount, int labelCount);

  private static String joined(List<Integer> sizes) {
    return sizes.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }
}
