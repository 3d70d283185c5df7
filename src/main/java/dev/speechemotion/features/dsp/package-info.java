/**
 * Signal processing with plain parameters, which knows nothing of a spec: Fourier transform, power
 * spectrum, mel filters, decibels, pitch, slopes. Serves the packages above it within {@code
 * features}. May import JTransforms.
 */
package dev.speechemotion.features.dsp;
