/**
 * Which model is for which channel, and those that a task has open. Serves {@code call}, and
 * whoever offers models. May import {@code results} (for the emotions that alert rules ask for),
 * {@code features} and {@code emotion}.
 */
package dev.speechemotion.streams.models;
