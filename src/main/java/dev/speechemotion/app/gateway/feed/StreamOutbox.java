package dev.speechemotion.app.gateway.feed;

import dev.speechemotion.avro.AudioChunk;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The messages of one media stream on their way to Kafka, where they arrive in the order in which
 * they are sent. The one place in which a gateway's messages get their ids. Serves all threads.
 */
public final class StreamOutbox {
  private final ChunkOutbox outbox;
  private final StreamIdentity identity;

  private long messages;
  private long bytes;
  private Runnable waiting;
  private final List<Runnable> whenAcknowledged = new ArrayList<>(1);

  StreamOutbox(ChunkOutbox outbox, StreamIdentity identity) {
    this.outbox = outbox;
    this.identity = identity;
  }

  public StreamIdentity identity() {
    return identity;
  }

  /**
   * Sends a message; returns before Kafka has it.
   *
   * @param chunk all but its ids, and when it came
   */
  public void send(AudioChunk.Builder chunk) {
    AudioChunk built =
        chunk
            .setCallId(identity.callId())
            .setStreamId(identity.streamId())
            .setSource(identity.source())
            .setProtocolVersion(identity.protocolVersion())
            .setAccount(identity.account())
            .setIngestedAt(Instant.ofEpochMilli(System.currentTimeMillis()))
            .build();
    long size = ChunkOutbox.size(built);
    synchronized (this) {
      messages++;
      bytes += size;
    }
    outbox.send(this, built, size);
  }

  /**
   * Goes on when there is room for more: at once, or when Kafka has acknowledged enough.
   *
   * @param next in the thread of the caller, or of Kafka's producer: it must not wait
   * @return whether there is room at once
   */
  public boolean whenRoom(Runnable next) {
    if (hasRoom()) {
      next.run();
      return true;
    }
    outbox.waits(this);
    synchronized (this) {
      waiting = next;
    }
    // There may have been room before it was known that somebody waits.
    goOnIfThereIsRoom();
    return false;
  }

  /** Whether there is room for more: a stream may have as much on its way as is still free. */
  public synchronized boolean hasRoom() {
    return outbox.hasRoom() && bytes < outbox.freeBytes();
  }

  void goOnIfThereIsRoom() {
    Runnable next;
    synchronized (this) {
      if (waiting == null || !hasRoom()) {
        return;
      }
      next = waiting;
      waiting = null;
    }
    outbox.goesOn(this);
    next.run();
  }

  /**
   * Does something when Kafka has all that was sent until now; at once, if it has.
   *
   * @param done in the thread of the caller, or of Kafka's producer: it must not wait
   */
  public void whenAcknowledged(Runnable done) {
    synchronized (this) {
      if (messages > 0) {
        whenAcknowledged.add(done);
        return;
      }
    }
    done.run();
  }

  void acknowledged(long size) {
    List<Runnable> done = List.of();
    synchronized (this) {
      messages--;
      bytes -= size;
      if (messages == 0 && !whenAcknowledged.isEmpty()) {
        done = List.copyOf(whenAcknowledged);
        whenAcknowledged.clear();
      }
    }
    done.forEach(Runnable::run);
    goOnIfThereIsRoom();
  }
}
