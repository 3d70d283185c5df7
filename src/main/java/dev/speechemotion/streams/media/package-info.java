/**
 * Where a channel's audio stands in media time: what has been heard, what is missing ({@code
 * GapRecord}), the noise that fills it ({@code LineNoise}), and who talks when. Serves {@code
 * call}. May import {@code state} and {@code audio}.
 */
package dev.speechemotion.streams.media;
