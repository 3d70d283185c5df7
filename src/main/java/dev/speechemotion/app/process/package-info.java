/**
 * How a command ends: a failure that is told in one line, an output that cannot be written, a
 * request to stop that comes as a signal, and temporary directories that go away. Serves all other
 * sub-packages of {@code app}. May import the JDK and logging only.
 */
package dev.speechemotion.app.process;
