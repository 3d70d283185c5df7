package dev.speechemotion.features.window;

import dev.speechemotion.features.codes.FrameRing;
import dev.speechemotion.features.codes.WindowFrames;
import dev.speechemotion.features.frame.FrameValue;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.features.statistic.WindowSummary;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/** Windows have the statistics of their frames, which are kept as codes. */
final class SummaryOfFrames extends WindowVector {
  private final FeatureSpec spec;
  private final WindowFrames frames;
  private final WindowSummary summary;

  SummaryOfFrames(FeatureSpec spec, List<FrameValue> values) {
    this(spec, new WindowFrames(values, (double) spec.sampleRateHz() / spec.hopLength()));
  }

  private SummaryOfFrames(FeatureSpec spec, WindowFrames frames) {
    this(spec, frames, new WindowSummary(spec, frames));
  }

  private SummaryOfFrames(FeatureSpec spec, WindowFrames frames, WindowSummary summary) {
    super(summary.names());
    this.spec = spec;
    this.frames = frames;
    this.summary = summary;
  }

  @Override
  WindowAccumulator accumulator(WindowSettings settings) {
    return new KeptFrames(new FrameRing(spec, settings, frames.codes()));
  }

  private final class KeptFrames implements WindowAccumulator {
    private final FrameRing ring;

    private KeptFrames(FrameRing ring) {
      this.ring = ring;
    }

    @Override
    public void add(int row, float[] features, float loudestDb, int flags) {
      ring.add(features, loudestDb, flags);
    }

    @Override
    public void drop(int row, int count) {
      ring.drop(count);
    }

    @Override
    public void compute(int firstRow, int count, float[] out) {
      ring.copyTo(frames);
      summary.compute(out);
    }

    @Override
    public void writeRest(DataOutput out) throws IOException {
      ring.writeState(out);
    }

    @Override
    public void readRest(int count, DataInput in) throws IOException {
      ring.readState(in);
      WindowCutter.requireFrames(count, ring.count());
    }

    @Override
    public long first() {
      return ring.first();
    }

    @Override
    public long end() {
      return ring.end();
    }

    @Override
    public void write(long from, long to, DataOutput out) throws IOException {
      ring.write(from, to, out);
    }

    @Override
    public void read(long from, long to, DataInput in) throws IOException {
      ring.read(from, to, in);
    }
  }
}
