/**
 * Audio before it means anything: decoding of payloads (G.711, PCM), reading of WAV and AIFF files,
 * framing; below it {@code resampling}, and {@code content}: what the audio holds. Serves {@code
 * features}, {@code streams}, {@code training} and {@code app}. May import only the JDK.
 */
package dev.speechemotion.audio;
