/**
 * What can be done to the sound of a recording: voice, room, microphone, telephone line, noise, and
 * masks over its spectrogram. It knows samples, not corpora. Serves {@code training.corpus} and
 * {@code training.experiment}. May import {@code audio} and JTransforms.
 */
package dev.speechemotion.training.augmentation;
