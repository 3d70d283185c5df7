package dev.speechemotion.training.fitting;

import dev.speechemotion.training.corpus.LabeledClip;
import java.io.IOException;
import java.util.List;

/**
 * What a training hears in each epoch, in place of its clips: such as the same recordings with
 * noise. It is asked one epoch ahead, from another thread than the training's, one call at a time;
 * for the first epoch twice, because the population is that of what is heard.
 */
@FunctionalInterface
public interface EpochSource {
  /** The clips as they are. */
  EpochSource PLAIN = (clips, epoch) -> clips;

  /**
   * The same arguments give the same clips.
   *
   * @param clips the part that the network is fitted on, never one that it is tested on or stopped
   *     by
   * @param epoch from 1
   * @return clips of the same labels, with at least one window each; {@code clips} itself if
   *     nothing is to change. What a voice says may be parted among voices of other names
   * @throws IOException if a recording cannot be read
   */
  List<LabeledClip> clips(List<LabeledClip> clips, int epoch) throws IOException;
}
