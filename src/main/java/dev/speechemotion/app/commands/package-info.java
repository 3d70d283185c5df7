/**
 * The command line: a class for each command but those of {@code training}, the options they share,
 * and how results are printed. Serves {@link dev.speechemotion.app.Main}, which alone imports it.
 * May import everything but its parent.
 */
package dev.speechemotion.app.commands;
