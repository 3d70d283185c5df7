package dev.speechemotion.app.gateway.feed;

/**
 * What every message of a media stream says of it.
 *
 * @param callId the call, as the feed names it
 * @param streamId the stream within the call
 * @param source the kind of feed
 * @param protocolVersion of the feed; may be null
 * @param account at the feed's provider; may be null
 */
public record StreamIdentity(
    String callId, String streamId, String source, String protocolVersion, String account) {}
