/**
 * How a channel's frames become windows: which frames belong to which, what is kept of them until
 * the window ends, and the vector that it then has. Serves the analyzer above. May import {@code
 * features.spec}, {@code features.dsp}, {@code features.frame} and {@code features.statistic}.
 */
package dev.speechemotion.features.window;
