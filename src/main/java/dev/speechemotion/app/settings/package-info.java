/**
 * The configuration: every property with its type, default, valid values and meaning; read from
 * file, environment and command line, and handed out as {@code streams} takes it. Serves all of
 * {@code app} above it. May import {@code process}, {@code streams}, {@code features.spec}, and
 * Kafka's {@code ConfigDef}.
 */
package dev.speechemotion.app.settings;
