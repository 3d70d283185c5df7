/**
 * Signal processing with plain parameters, which knows nothing of a spec: the one door to the
 * Fourier transform ({@link dev.speechemotion.features.dsp.RealFft}), power spectrum, mel filters,
 * decibels, pitch, slopes. Serves the packages above it within {@code features}, and {@code
 * training}'s augmentation. May import JTransforms, which nobody else does.
 */
package dev.speechemotion.features.dsp;
