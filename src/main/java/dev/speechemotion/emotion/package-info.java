/**
 * The vocabulary of results: emotions, scores, and the classifier that a topology is given. May
 * import only the JDK, so that a test can bring a classifier of its own in plain Java.
 */
package dev.speechemotion.emotion;
