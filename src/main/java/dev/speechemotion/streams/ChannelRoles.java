package dev.speechemotion.streams;

import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.ChannelRole;
import java.util.Map;

/**
 * Who is heard on a channel: what the feed says; where it does not, what the settings say of the
 * channel's name, or of its position if it has none.
 */
final class ChannelRoles {
  private final Map<String, ChannelRole> byName;

  ChannelRoles(Map<String, ChannelRole> byName) {
    this.byName = byName;
  }

  ChannelRole of(AudioChannel channel, int position) {
    if (channel.getRole() != ChannelRole.UNKNOWN || byName.isEmpty()) {
      return channel.getRole();
    }
    String name = channel.getName() != null ? channel.getName() : Integer.toString(position);
    return byName.getOrDefault(name, ChannelRole.UNKNOWN);
  }
}
