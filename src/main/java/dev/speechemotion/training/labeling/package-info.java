/**
 * What a few labeled recordings of a place do for a model: reading their list, joining what was
 * said of calls with their windows, fitting the head again and checking that on speakers left out,
 * choosing what to label next, and the measurement of all that. Serves {@code training}. May import
 * {@code training.linear}, {@code training.evaluation}, {@code training.corpus}, {@code audio},
 * {@code features}, {@code emotion} and {@code model}.
 */
package dev.speechemotion.training.labeling;
