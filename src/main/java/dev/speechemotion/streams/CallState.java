package dev.speechemotion.streams;

import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.emotion.ModelIdentity;
import java.util.ArrayList;
import java.util.List;

/**
 * What is known of a call in progress; or of one that has ended, for as long as that is remembered:
 * its numbers, so that what still comes can be told for late or for a duplicate. Its streams and
 * channels are in the order first heard.
 */
final class CallState {
  static final long NOT_SEEN = -1;

  private final String callId;
  final List<StreamState> streams = new ArrayList<>(2);
  String account;
  String source;
  String endReason;
  long firstIngestedAtMs;
  long lastIngestedAtMs;
  boolean ended;
  final TalkTime talk = new TalkTime();

  /** The models that made its events, in the order of their first. */
  final List<ModelIdentity> models = new ArrayList<>(1);

  /**
   * When a message last came, by {@link CallClock}. Not stored: a restart is not inactivity. After
   * one it is set at the first look.
   */
  long lastSeenMs = NOT_SEEN;

  /** What the records' time was then, by {@link CallClock}. */
  long lastRecordTimeMs = NOT_SEEN;

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
    for (int i = 0; i < streams.size(); i++) {
      count += streams.get(i).channels.size();
    }
    return count;
  }

  /** Audio that waits for its turn, bytes. */
  int heldBytes() {
    int bytes = 0;
    for (StreamState stream : streams) {
      for (MessageOrder order : stream.orders()) {
        bytes += order.heldBytes();
      }
    }
    return bytes;
  }

  boolean allStopped() {
    for (StreamState stream : streams) {
      if (!stream.stopped) {
        return false;
      }
    }
    return true;
  }

  /** Whether a message begins a call that has ended anew: a START, but not one that comes again. */
  boolean isBegunAnewBy(AudioChunk chunk) {
    StreamState known = stream(chunk.getStreamId());
    return ended && chunk.getKind() == ChunkKind.START && (known == null || known.isNewest(chunk));
  }

  /** Forgets all but what says that the call has ended. */
  void bury() {
    ended = true;
    account = null;
    source = null;
    endReason = null;
    models.clear();
    talk.forget();
    for (StreamState stream : streams) {
      stream.stopped = true;
      stream.channels.clear();
      stream.orders().forEach(order -> order.remember(new int[0]));
    }
  }
}
