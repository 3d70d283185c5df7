package dev.speechemotion.streams.results;

import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.EmotionAlert;

/** The channel that an alert is about, as the alert sees it. */
public interface AlertingChannel {
  /** Who is heard on it. */
  ChannelRole role();

  /** An alert with what the channel knows: call, stream, channel, role, model, and the time. */
  EmotionAlert newAlert();

  /** Sends an alert on. */
  void send(EmotionAlert alert);
}
