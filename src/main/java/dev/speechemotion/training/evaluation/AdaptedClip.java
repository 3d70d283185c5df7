package dev.speechemotion.training.evaluation;

import dev.speechemotion.training.corpus.LabeledClip;

/**
 * A clip with the features that the network gets.
 *
 * @param callSeconds how much of the call came before the clip, seconds; 0 if there is no call
 */
public record AdaptedClip(LabeledClip clip, double callSeconds) {}
