package dev.speechemotion.streams.call;

import dev.speechemotion.audio.content.Bandwidth;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.features.window.WindowSink;
import dev.speechemotion.streams.intake.ChunkRules;
import dev.speechemotion.streams.models.OpenModel;
import dev.speechemotion.streams.models.OpenModels;
import dev.speechemotion.streams.state.StateOutput;
import java.io.DataInput;
import java.io.IOException;
import java.util.Optional;

/**
 * What a segment has beside its analyzer while it is not known whether it holds wide-band audio or
 * a telephone's: an analyzer for the latter, which can take over with all that was heard.
 *
 * <p>It can do so only at places that the audio alone determines, and at which neither analyzer has
 * a window due: half a second before a window ends, for the first time before the first one does.
 */
final class BandChoice {
  private static final WindowSink NOWHERE =
      new WindowSink() {
        @Override
        public boolean looksAtFeatures(float speechShare) {
          return false;
        }

        @Override
        public void window(long beginMs, long endMs, float speechShare, float[] features) {
          // What the other analyzer hands out counts.
        }
      };

  private static final int MOST_BEFORE_MS = 500;

  /** With less between windows there is no place at which none is due. */
  private static final int LEAST_HOP_MS = 250;

  private final Bandwidth bandwidth;
  private final SegmentAnalyzer telephone;
  private final long firstPlace;
  private final long placesApart;
  private long heard;

  private BandChoice(Bandwidth bandwidth, SegmentAnalyzer telephone, int rateHz) {
    this.bandwidth = bandwidth;
    this.telephone = telephone;
    WindowSettings windows = telephone.model().windows();
    long beforeMs = Math.min(MOST_BEFORE_MS, windows.hopMs() / 2);
    firstPlace = (windows.lengthMs() - beforeMs) * rateHz / 1_000;
    placesApart = (long) windows.hopMs() * rateHz / 1_000;
  }

  /** For a segment of that rate and model; empty if there is no other model for telephone audio. */
  static Optional<BandChoice> of(OpenModels models, OpenModel model, int rateHz) {
    if (rateHz < Bandwidth.LEAST_RATE_HZ) {
      return Optional.empty();
    }
    OpenModel telephone = telephoneModel(models);
    if (telephone == model || !telephone.windows().equals(model.windows())) {
      return Optional.empty();
    }
    return Optional.of(
        new BandChoice(new Bandwidth(rateHz), new SegmentAnalyzer(telephone, rateHz), rateHz));
  }

  private static OpenModel telephoneModel(OpenModels models) {
    return models.offered(ChunkRules.MIN_RATE_HZ);
  }

  /** The analyzer for telephone audio. */
  SegmentAnalyzer telephone() {
    return telephone;
  }

  /** Goes over to the model that is on offer, if that takes the same features. */
  boolean follow(OpenModels models) {
    return telephone.follow(telephoneModel(models));
  }

  /** Samples until the next place at which it can be decided. */
  int samplesLeft() {
    long next =
        heard < firstPlace
            ? firstPlace
            : firstPlace + ((heard - firstPlace) / placesApart + 1) * placesApart;
    return (int) Math.min(next - heard, Integer.MAX_VALUE);
  }

  /** Takes samples, not beyond the next place. */
  void accept(float[] samples, int offset, int count) {
    bandwidth.accept(samples, offset, count);
    telephone.accept(samples, offset, count, NOWHERE);
    heard += count;
  }

  /** Whether this is a place at which it is to be decided. */
  boolean isDue() {
    return heard >= firstPlace && (heard - firstPlace) % placesApart == 0;
  }

  /** Whether it can be decided here: at a place, or at an end before the first one. */
  boolean isPlace() {
    return heard < firstPlace || isDue();
  }

  /** Whether it is the last one. */
  boolean isLastPlace() {
    return heard >= firstPlace && telephone.model().windows().hopMs() < LEAST_HOP_MS;
  }

  /** What was found; empty as long as too little was said. */
  Optional<Boolean> isTelephone() {
    return bandwidth.isKnown() ? Optional.of(!bandwidth.isWide()) : Optional.empty();
  }

  /** Writes what {@link Stored} reads. */
  static void writeState(
      StateOutput out, CallRecords records, StateOutput scratch, Optional<BandChoice> choice)
      throws IOException {
    out.writeBoolean(choice.isPresent());
    if (choice.isPresent()) {
      choice.get().bandwidth.writeState(out);
      out.writeLong(choice.get().heard);
      SegmentAnalyzer.writeState(out, records, scratch, Optional.of(choice.get().telephone));
    }
  }

  /** The stored form of one for segments of a rate. */
  record Stored(Bandwidth bandwidth, long heard, SegmentAnalyzer.Stored telephone, int rateHz) {

    /**
     * @return empty if there was none
     */
    static Optional<Stored> read(DataInput in, int rateHz) throws IOException {
      if (!in.readBoolean()) {
        return Optional.empty();
      }
      if (rateHz < Bandwidth.LEAST_RATE_HZ) {
        throw new IOException("at " + rateHz + " Hz there is no choice of a band");
      }
      Bandwidth bandwidth = new Bandwidth(rateHz);
      bandwidth.readState(in);
      return Optional.of(
          new Stored(bandwidth, in.readLong(), SegmentAnalyzer.Stored.read(in), rateHz));
    }

    /** The choice with the model on offer; empty if that is one of other features. */
    Optional<BandChoice> open(OpenModels models, CallRecords records) throws IOException {
      Optional<SegmentAnalyzer> opened = telephone.open(telephoneModel(models), rateHz, records);
      if (opened.isEmpty()) {
        return Optional.empty();
      }
      BandChoice choice = new BandChoice(bandwidth, opened.get(), rateHz);
      choice.heard = heard;
      return Optional.of(choice);
    }
  }
}
