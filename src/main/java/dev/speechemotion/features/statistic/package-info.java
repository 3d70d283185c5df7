/**
 * What can be said of a window's frames: one statistic a class, its names beside its values. Serves
 * {@code window}. May import {@code features.spec}, {@code features.dsp} and {@code
 * features.frame}.
 */
package dev.speechemotion.features.statistic;
