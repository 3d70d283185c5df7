/**
 * The configuration: every property with its type, default, valid values and meaning; read from
 * file, environment and command line, and handed out as {@code streams} takes it. Serves all other
 * sub-packages of {@code app}. May import {@code process}, {@code streams} and Kafka's {@code
 * ConfigDef}.
 */
package dev.speechemotion.app.settings;
