package dev.speechemotion.training.fitting;

import dev.speechemotion.training.corpus.LabeledClip;
import java.io.IOException;
import java.util.List;

/** Finds the weights of networks of the same settings. */
public interface Trainer {
  /** Fits with a part of the clips kept aside, which says for how long, and how sure it may be. */
  ValidatedTraining fit(String task, List<LabeledClip> clips) throws IOException;

  /** Fits on all of the clips for a number of epochs. */
  FittedNetwork fitAll(String task, List<LabeledClip> clips, int epochs) throws IOException;
}
