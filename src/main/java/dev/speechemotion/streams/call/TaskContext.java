package dev.speechemotion.streams.call;

import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.EmotionAlert;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.emotion.Circumplex;
import dev.speechemotion.streams.intake.ChannelRoles;
import dev.speechemotion.streams.intake.ChunkRules;
import dev.speechemotion.streams.metrics.StreamMetrics;
import dev.speechemotion.streams.models.OpenModels;
import dev.speechemotion.streams.quality.FoundFault;
import dev.speechemotion.streams.state.StateOutput;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What all calls of a task share: settings, models, scratch space, and where results go. Knows
 * nothing of Kafka. Serves one thread.
 */
final class TaskContext {

  /** Receives what comes of calls. */
  interface Output {
    void event(EmotionEvent event);

    void alert(EmotionAlert alert);

    void summary(CallSummary summary);

    /** Audio of a call was found to be wrong; once for each kind. */
    void wrong(FoundFault found);
  }

  /** Samples decoded at a time; bounds the scratch space whatever the chunk. */
  static final int BLOCK_SAMPLES = 4_096;

  final CallSettings settings;
  final OpenModels models;
  final Output output;
  final StreamMetrics metrics;

  /** Of the models, if all of them are on the circle. */
  final Optional<Circumplex> circumplex;

  /** Scratch space for the channels of a message. */
  final Channel[] named = new Channel[ChunkRules.MAX_CHANNELS];

  /** Scratch space for decoded audio. */
  final float[] samples = new float[BLOCK_SAMPLES];

  /** Scratch space for a record. */
  final StateOutput scratch = new StateOutput(8 << 10);

  /** Scratch space for a window, {@code [labels]}. */
  final float[] probabilities;

  final float[] smoothed;

  private final ChannelRoles roles;
  private final LongSupplier clockMs;

  /** Whether audio is passed over, to catch up. */
  private boolean shedding;

  /**
   * @param clockMs wall-clock time, milliseconds
   */
  TaskContext(
      CallSettings settings,
      OpenModels models,
      LongSupplier clockMs,
      StreamMetrics metrics,
      Output output) {
    this.settings = settings;
    this.models = models;
    this.clockMs = clockMs;
    this.metrics = metrics;
    this.output = output;
    roles = new ChannelRoles(settings.channelRoles());
    circumplex = Circumplex.of(models.labels());
    probabilities = new float[models.labels().size()];
    smoothed = new float[models.labels().size()];
  }

  List<String> labels() {
    return models.labels();
  }

  /** Who is heard on a channel in that position of a message's interleaving. */
  ChannelRole role(AudioChannel channel, int position) {
    return roles.of(channel, position);
  }

  boolean isAnalyzed(ChannelRole role) {
    return settings.analyzedRoles().contains(role);
  }

  Instant now() {
    return Instant.ofEpochMilli(clockMs.getAsLong());
  }

  boolean isShedding() {
    return shedding;
  }

  /** Whether audio is passed over from now on: not analyzed, and counted as missing. */
  void setShedding(boolean shedding) {
    this.shedding = shedding;
  }
}
