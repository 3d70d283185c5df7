/**
 * The models that are served: loaded from their directories, checked against the settings, shared
 * by tasks, and exchanged while the application runs. Serves {@code running} and the commands that
 * classify. May import {@code settings} and {@code process}, {@code streams}, {@code model}, {@code
 * emotion}.
 */
package dev.speechemotion.app.serving;
