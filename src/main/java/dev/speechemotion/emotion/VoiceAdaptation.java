package dev.speechemotion.emotion;

import java.io.ByteArrayInputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Adapts the feature vectors of one voice to what it has said so far. This is the one adaptation:
 * streaming and {@code classify} have one for each channel of a call, evaluation one for each
 * speaker, so a model is measured by what it will be used with.
 *
 * <p>What was heard is kept while a model takes vectors as they are, and forgotten when one comes
 * that was trained on another population.
 */
public final class VoiceAdaptation {
  private static final int MAX_STATE_BYTES = 64 << 10;

  private Optional<RunningNormalization> heard = Optional.empty();

  /**
   * Counts a window toward what the voice is like.
   *
   * @param population of the model that will classify; empty: it takes vectors as they are
   * @param features {@code [featureCount]}, or {@code [frames][featureCount]}
   * @param speechShare share of speech in the window, 0 to 1
   */
  public void hear(Optional<Population> population, float[] features, float speechShare) {
    if (population.isPresent()) {
      against(population.get()).count(features, speechShare);
    }
  }

  /**
   * The vector that the model gets.
   *
   * @param population of the model
   * @param features {@code [featureCount]}, or {@code [frames][featureCount]}
   * @param scratch as {@code features}; may be {@code features}
   * @return {@code scratch} with the adapted vector, or {@code features} where the model takes
   *     vectors as they are
   */
  public float[] apply(Optional<Population> population, float[] features, float[] scratch) {
    if (population.isEmpty()) {
      return features;
    }
    against(population.get()).apply(features, scratch);
    return scratch;
  }

  private RunningNormalization against(Population population) {
    if (heard.isEmpty() || !heard.get().isAgainst(population)) {
      heard = Optional.of(new RunningNormalization(population));
    }
    return heard.get();
  }

  /** Number of windows that count so far. */
  public int windows() {
    return heard.map(RunningNormalization::windows).orElse(0);
  }

  /** Writes a length in four bytes, and what {@link RunningNormalization#writeState} writes. */
  public void writeState(DataOutput out) throws IOException {
    out.writeInt(heard.map(RunningNormalization::stateBytes).orElse(0));
    if (heard.isPresent()) {
      heard.get().writeState(out);
    }
  }

  /**
   * Reads what {@link #writeState} wrote; forgets it if it was counted against another population.
   *
   * @param population of the model on offer, asked only if something was written; empty: forgets it
   * @throws IOException if it is cut off or holds what was never written
   */
  public void readState(DataInput in, Supplier<Optional<Population>> population)
      throws IOException {
    int length = in.readInt();
    if (length < 0 || length > MAX_STATE_BYTES) {
      throw new IOException(
          "the statistics of a voice have %d bytes, more than %d"
              .formatted(length, MAX_STATE_BYTES));
    }
    byte[] state = new byte[length];
    in.readFully(state);
    heard = length == 0 ? Optional.empty() : read(state, population.get());
  }

  private static Optional<RunningNormalization> read(byte[] state, Optional<Population> population)
      throws IOException {
    if (population.isPresent()) {
      RunningNormalization normalization = new RunningNormalization(population.get());
      if (normalization.readState(new DataInputStream(new ByteArrayInputStream(state)))) {
        return Optional.of(normalization);
      }
    }
    return Optional.empty();
  }
}
