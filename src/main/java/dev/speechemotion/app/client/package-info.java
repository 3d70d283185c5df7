/**
 * The other side of the topics: checks that a cluster is ready, plays recordings into it as calls,
 * reads the results out of it. Serves the commands. May import {@code settings}, {@code process},
 * {@code streams}, {@code audio}; nothing of the running application.
 */
package dev.speechemotion.app.client;
