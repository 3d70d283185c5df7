/**
 * What a channel carries: speech or not ({@code VoiceActivity} by energy and voicing, {@code
 * VoiceMotion} by what moves), wide-band audio or a telephone's ({@code Bandwidth}). Serves {@code
 * audio}, {@code features}, {@code streams} and {@code app}. May import the JDK alone.
 */
package dev.speechemotion.audio.speech;
