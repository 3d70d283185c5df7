/**
 * Fits networks: what a training hears in each epoch, what it keeps aside, one fit, the choice of
 * the number of epochs, and the trainings of a protocol. Serves the reports and the commands. May
 * import {@code training.corpus}, {@code training.augmentation}, {@code training.evaluation},
 * {@code audio}, {@code features}, {@code emotion}, {@code model} and DJL.
 */
package dev.speechemotion.training.fitting;
