package dev.speechemotion.streams.intake;

import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.ChannelRole;
import java.util.Map;

/**
 * Who is heard on a channel: what the feed says; where it does not, what the settings say of the
 * channel's name, or of its position if it has none.
 */
public final class ChannelRoles {
  private final Map<String, ChannelRole> byName;

  public ChannelRoles(Map<String, ChannelRole> byName) {
    this.byName = byName;
  }

  /**
   * @param position of the channel in the interleaving
   */
  public ChannelRole of(AudioChannel channel, int position) {
    if (channel.getRole() != ChannelRole.UNKNOWN || byName.isEmpty()) {
      return channel.getRole();
    }
    String name = channel.getName() != null ? channel.getName() : Integer.toString(position);
    return byName.getOrDefault(name, ChannelRole.UNKNOWN);
  }
}
