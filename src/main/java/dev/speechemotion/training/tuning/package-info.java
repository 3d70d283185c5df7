/**
 * Fine-tuning of the pretrained encoder on the training's recordings. Serves {@code training}
 * alone. May import {@code training.fitting}, {@code training.linear}, {@code training.evaluation},
 * {@code training.corpus}, {@code training.augmentation} and {@code model}.
 */
package dev.speechemotion.training.tuning;
