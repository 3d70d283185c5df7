/**
 * What can be said of a window's frames: one statistic a class, its names beside its values. A new
 * one is listed in {@link dev.speechemotion.features.statistic.WindowSummary}. Serves {@code
 * window}. May import {@code features.spec}, {@code dsp}, {@code frame} and {@code codes}.
 */
package dev.speechemotion.features.statistic;
