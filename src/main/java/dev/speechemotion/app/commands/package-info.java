/**
 * The command line: one class for each command of the stream side, the options they share, and how
 * results are printed. Serves {@link dev.speechemotion.app.Main}. May import all other sub-packages
 * of {@code app}, and {@code training} for its commands; only the main class imports it.
 */
package dev.speechemotion.app.commands;
