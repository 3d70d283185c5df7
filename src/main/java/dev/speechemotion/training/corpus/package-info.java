/**
 * Labeled recordings: how corpora are laid out, which clips of them are of use, their windows'
 * features and the cache of these. Serves the other packages of {@code training}. May import {@code
 * training.augmentation} (what recordings go through before they are analyzed), {@code audio},
 * {@code features} and {@code emotion}.
 */
package dev.speechemotion.training.corpus;
