/**
 * Linear discriminants: from the windows of clips to statistics, and from those to a linear map.
 * Serves {@code training.fitting} and {@code training.labeling}. May import {@code training.corpus}
 * and {@code model}.
 */
package dev.speechemotion.training.linear;
