/**
 * What audio holds, before it has features: voice activity, whether what is voiced moves as a voice
 * does, and up to which frequency a recording goes. Serves {@code features}, {@code streams} and
 * {@code app}. May import only the JDK.
 */
package dev.speechemotion.audio.content;
