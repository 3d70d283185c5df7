/**
 * How well clips are recognized: protocols that part them, adaptation to who speaks, calibration,
 * metrics and what they depend on. Serves {@code training.fitting}, the reports and the command
 * {@code evaluate}. May import {@code training.corpus}, {@code features}, {@code model} and {@code
 * emotion}.
 */
package dev.speechemotion.training.evaluation;
