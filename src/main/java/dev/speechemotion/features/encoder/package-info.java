/**
 * What the pretrained encoder takes of a window: the mel bands of centered frames, how they are
 * kept until the window ends, and how they are brought to the window's own level. Serves {@code
 * window}. May import {@code features.spec}, {@code dsp} and {@code codes}.
 */
package dev.speechemotion.features.encoder;
