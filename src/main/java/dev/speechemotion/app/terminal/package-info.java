/**
 * What people read on a terminal: results as lines of text (or of JSON, for programs), and the
 * table of live calls. Serves the commands {@code demo} and {@code watch}. May import picocli (for
 * colors), JLine (for the terminal's size), and the Avro types.
 */
package dev.speechemotion.app.terminal;
