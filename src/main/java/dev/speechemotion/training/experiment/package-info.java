/**
 * Trainings that belong together: those of a protocol, each tested on what it has not heard, and
 * the one whose model is saved; and what they hear where recordings are changed from epoch to
 * epoch. Serves the reports and the commands. May import {@code training.fitting}, {@code
 * training.evaluation}, {@code training.corpus}, {@code training.augmentation}, {@code audio},
 * {@code features}, {@code emotion} and {@code model}.
 */
package dev.speechemotion.training.experiment;
