/**
 * The vocabulary of results: emotions, scores, the classifier that a topology is given, and the
 * normalization that adapts to a call. May import only the JDK, so that a test can bring a
 * classifier of its own in plain Java.
 */
package dev.speechemotion.emotion;
