/**
 * The vocabulary of results: emotions, scores, the classifier that a topology is given, and the one
 * adaptation to a voice, that of streaming, evaluation and {@code classify}; and how far what a
 * model hears is from its population. May import only the JDK, so that a test can bring a
 * classifier of its own in plain Java.
 */
package dev.speechemotion.emotion;
