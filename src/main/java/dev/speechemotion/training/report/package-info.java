/**
 * What a training gave, for people: model card, report in HTML, plots. Serves the command {@code
 * train}. May import every other package of {@code training} but the commands, {@code model}, and
 * plotting.
 */
package dev.speechemotion.training.report;
