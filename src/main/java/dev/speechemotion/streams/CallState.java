package dev.speechemotion.streams;

import java.util.ArrayList;
import java.util.List;

/** What is known of a call in progress. Its streams and channels are in the order first heard. */
final class CallState {
  static final long NOT_SEEN = -1;

  private final String callId;
  final List<StreamState> streams = new ArrayList<>(2);
  String account;
  String source;
  String endReason;
  long firstIngestedAtMs;
  long lastIngestedAtMs;

  /**
   * Wall-clock time of the last message here, milliseconds. Not stored: a restart is not
   * inactivity. After one it is set at the first look, as a task's clock stands at 0 during init.
   */
  long lastSeenMs = NOT_SEEN;

  /** Whether the store has still to write it. */
  boolean changed;

  CallState(String callId) {
    this.callId = callId;
  }

  String callId() {
    return callId;
  }

  /** The stream of that id, or null. */
  StreamState stream(String streamId) {
    for (int i = 0; i < streams.size(); i++) {
      StreamState stream = streams.get(i);
      if (stream.streamId.equals(streamId)) {
        return stream;
      }
    }
    return null;
  }

  int channelCount() {
    int count = 0;
    for (StreamState stream : streams) {
      count += stream.channels.size();
    }
    return count;
  }

  boolean allStopped() {
    for (StreamState stream : streams) {
      if (!stream.stopped) {
        return false;
      }
    }
    return true;
  }
}
