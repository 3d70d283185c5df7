/**
 * What the stream counts and times, by Micrometer: one object with a method for each thing that
 * happens, so that the names stand in one place. May import Micrometer, and nothing of its
 * neighbors.
 */
package dev.speechemotion.streams.metrics;
