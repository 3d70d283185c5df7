/**
 * Acoustic features: what they are ({@link dev.speechemotion.features.FeatureSpec}), one frame's
 * values ({@link dev.speechemotion.features.FeatureExtractor}), their statistics over a window, and
 * the path from one channel's samples to windows that training and streaming share ({@link
 * dev.speechemotion.features.ChannelAnalyzer}). May import {@code audio} and JTransforms.
 */
package dev.speechemotion.features;
