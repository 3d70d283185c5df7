/**
 * The program: its main class, and below it everything that makes a command of the other packages.
 * Serves whoever runs the jar. May import everything; nobody imports it. Itself it imports {@code
 * commands} and {@code process} only.
 */
package dev.speechemotion.app;
