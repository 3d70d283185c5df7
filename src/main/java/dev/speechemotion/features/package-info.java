/**
 * The door to acoustic features: one frame's values ({@link
 * dev.speechemotion.features.FeatureExtractor}), and the path from one channel's samples to windows
 * that training and streaming share ({@link dev.speechemotion.features.ChannelAnalyzer}). Data runs
 * through the packages below as {@code dsp}, {@code frame}, {@code statistic}, {@code window}; what
 * is computed stands in {@code spec}. May import {@code audio} and these.
 */
package dev.speechemotion.features;
