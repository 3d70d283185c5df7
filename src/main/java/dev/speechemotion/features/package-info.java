/**
 * The door to acoustic features: one frame's values ({@link
 * dev.speechemotion.features.FeatureExtractor}), the path from one channel's samples to windows
 * that training and streaming share ({@link dev.speechemotion.features.ChannelAnalyzer}), and what
 * the values are ({@link dev.speechemotion.features.FeatureLayout}). What is computed stands in
 * {@code spec}; the data runs through {@code dsp}, {@code frame}, {@code codes}, {@code statistic}
 * or {@code encoder}, and {@code window}. May import {@code audio} and these; only {@code dsp}
 * JTransforms.
 */
package dev.speechemotion.features;
