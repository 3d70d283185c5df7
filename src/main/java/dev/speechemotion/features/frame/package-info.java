/**
 * The features of one frame, each with the names and ranges of its values, and what those of a
 * channel's next frame need to know of its frames so far. Serves the packages above it within
 * {@code features}. May import {@code audio}, {@code features.spec} and {@code features.dsp}.
 */
package dev.speechemotion.features.frame;
