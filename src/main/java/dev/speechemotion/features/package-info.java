/**
 * Acoustic features: what they are ({@link dev.speechemotion.features.spec.FeatureSpec}), one
 * frame's values ({@link dev.speechemotion.features.FeatureExtractor}), their statistics over a
 * window, and the path from one channel's samples to windows that training and streaming share
 * ({@link dev.speechemotion.features.ChannelAnalyzer}). May import {@code audio} and JTransforms.
 *
 * <p>The named specs' frames are transformed by {@code ComplexFft}, which takes about two thirds of
 * the time that JTransforms takes in double precision; frames of other lengths by JTransforms.
 */
package dev.speechemotion.features;
