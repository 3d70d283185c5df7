/**
 * The features of one frame, and what those of a channel's next frame need to know of its frames so
 * far. Serves {@code window} and the extractor. May import {@code features.spec} and {@code
 * features.dsp}.
 */
package dev.speechemotion.features.frame;
