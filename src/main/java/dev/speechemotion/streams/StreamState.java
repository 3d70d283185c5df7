package dev.speechemotion.streams;

import dev.speechemotion.avro.AudioChannel;
import java.util.ArrayList;
import java.util.List;

/** One media stream of a call. */
final class StreamState {
  final String streamId;
  final List<ChannelState> channels = new ArrayList<>(2);
  boolean stopped;

  StreamState(String streamId) {
    this.streamId = streamId;
  }

  /**
   * The channel that a chunk names in that position of its interleaving, or null. A channel is
   * known by the feed's name; without one, by its role and position.
   */
  ChannelState channel(AudioChannel channel, int position) {
    String name = channel.getName();
    for (int i = 0; i < channels.size(); i++) {
      ChannelState known = channels.get(i);
      if (name != null
          ? name.equals(known.feedName)
          : known.feedName == null
              && known.position == position
              && known.role == channel.getRole()) {
        return known;
      }
    }
    return null;
  }
}
