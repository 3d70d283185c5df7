/**
 * What is kept of a window's frames: whole numbers of 12 bits, of which sums and ranks are exact.
 * So a window's statistics are the same before and after its frames were stored. Serves {@code
 * statistic} and {@code window}. May import {@code features.spec}, {@code dsp} and {@code frame}.
 */
package dev.speechemotion.features.codes;
