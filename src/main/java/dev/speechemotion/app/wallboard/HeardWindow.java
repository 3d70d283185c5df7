package dev.speechemotion.app.wallboard;

import dev.speechemotion.avro.ChannelRole;

/**
 * What was said of a window.
 *
 * @param emotion of the events
 */
record HeardWindow(
    ChannelRole role, String emotion, String modelName, String modelVersion, String modelHash) {}
