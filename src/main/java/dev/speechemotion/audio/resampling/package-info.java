/**
 * Changes sampling rates: {@code Resampler} is made of stages, each with its filter. Serves all
 * that hears audio. May import the JDK alone.
 */
package dev.speechemotion.audio.resampling;
