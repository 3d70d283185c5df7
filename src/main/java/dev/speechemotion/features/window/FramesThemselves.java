package dev.speechemotion.features.window;

import dev.speechemotion.features.frame.FrameValue;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import java.util.List;
import java.util.stream.IntStream;

/**
 * {@code logmel1@1}, {@code logmel2@1}, …: windows have their log-mel frames, all bands of the
 * first frame, then those of the second.
 */
final class FramesThemselves extends WindowVector {
  private final FeatureSpec spec;

  FramesThemselves(FeatureSpec spec, List<FrameValue> values) {
    super(
        IntStream.rangeClosed(1, spec.windowFrames())
            .boxed()
            .flatMap(frame -> values.stream().map(value -> value.name() + "@" + frame))
            .toList());
    this.spec = spec;
  }

  @Override
  public int columnCount() {
    return spec.melBands();
  }

  @Override
  WindowAccumulator accumulator(WindowSettings settings) {
    return new LogMelWindow(spec, settings);
  }
}
