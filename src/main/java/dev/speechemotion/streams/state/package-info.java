/**
 * How state is stored: the fields that every piece of a call's state writes itself with and reads
 * itself from. Serves all of {@code streams}. May import the JDK alone.
 */
package dev.speechemotion.streams.state;
