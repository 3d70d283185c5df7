/**
 * The command {@code gateway}: phone systems connect to it, and what they send goes to the input
 * topic. Below it {@code twilio}, {@code audiohook}, and {@code rtp}, and what they share, {@code
 * feed}. May import those, {@code client}, {@code http}, {@code settings}, {@code process}, and
 * picocli.
 */
package dev.speechemotion.app.gateway;
