/**
 * The mains: command line, configuration, embedded broker, feeds and consumers. May import
 * everything; nobody imports it.
 */
package dev.speechemotion.app;
