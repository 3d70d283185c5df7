/**
 * The networks, the pretrained encoder before some of them, and their files: builds them in DJL,
 * reads and writes model directories (weights and manifest, checked by hash), classifies with them.
 * A new kind of network is a constant of {@code NetworkType} and its {@code Network}; below it
 * {@code forward} runs them on a window. Serves {@code training} and {@code app}. May import {@code
 * features}, {@code emotion} and DJL.
 */
package dev.speechemotion.model;
