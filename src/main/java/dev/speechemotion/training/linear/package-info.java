/**
 * Linear discriminants: from the windows of clips to statistics, and from those to a linear map and
 * a head; self-training. Serves {@code training.fitting}, {@code training.experiment} and {@code
 * training.labeling}. May import {@code training.corpus} and {@code model}.
 */
package dev.speechemotion.training.linear;
