/**
 * How a channel's frames become windows: which frames belong to which, what is kept of them until
 * the window ends, and the vector that it then has. Serves the analyzer above; {@code streams},
 * {@code training} and {@code app} take windows from it. May import {@code features.spec}, {@code
 * frame}, {@code codes}, {@code statistic} and {@code encoder}.
 */
package dev.speechemotion.features.window;
