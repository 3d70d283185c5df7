package dev.speechemotion.streams;

import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChunkKind;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Puts messages in the order of their numbers. The one with the next number is passed on at once;
 * one that is ahead is held until those before it have come, or are given up.
 *
 * <p>Where the first number is not known, as no START has come, messages are held until it is given
 * up that one with a lower number will come. That delays nothing but the very first window.
 *
 * <p>Says of a number that was passed whether its message came or was given up: of numbers since
 * the {@link #floor}, which rises where more were given up than are remembered.
 */
final class MessageOrder {
  static final int MAX_HOLES = 32;

  /** Where a message stands. */
  enum Place {
    NEXT,
    AHEAD,
    /** There was a message of that number, or one is held. */
    TAKEN,
    /** Its number was passed without it. */
    MISSED
  }

  /** Numbers that were given up, {@code from} to {@code to}, exclusive. */
  record Hole(long from, long to) {}

  boolean begun;
  long next;
  long floor;

  /** Ascending; the last ones. */
  final List<Hole> holes = new ArrayList<>(0);

  /** By ascending number. */
  final List<AudioChunk> held = new ArrayList<>(0);

  /** Begins with a number: what is lower comes too late. */
  void begin(long first) {
    begun = true;
    next = first;
    floor = first;
    holes.clear();
  }

  Place place(long number) {
    if (begun && number < next) {
      return number < floor || isGivenUp(number) ? Place.MISSED : Place.TAKEN;
    }
    if (begun && number == next) {
      return Place.NEXT;
    }
    return heldAt(number) == null ? Place.AHEAD : Place.TAKEN;
  }

  private boolean isGivenUp(long number) {
    for (int i = holes.size() - 1; i >= 0; i--) {
      Hole hole = holes.get(i);
      if (number >= hole.from) {
        return number < hole.to;
      }
    }
    return false;
  }

  /** The message held under that number, or null. */
  AudioChunk heldAt(long number) {
    for (AudioChunk chunk : held) {
      if (chunk.getSequenceNumber() == number) {
        return chunk;
      }
    }
    return null;
  }

  /** Passes a message that is {@link Place#NEXT}. */
  void pass() {
    next++;
  }

  /** Holds a message that is {@link Place#AHEAD}. */
  void hold(AudioChunk chunk) {
    int at = held.size();
    while (at > 0 && held.get(at - 1).getSequenceNumber() > chunk.getSequenceNumber()) {
      at--;
    }
    held.add(at, chunk);
  }

  /** The next message, if it is held; it is passed then. */
  AudioChunk poll() {
    if (!begun || held.isEmpty() || held.get(0).getSequenceNumber() != next) {
      return null;
    }
    next++;
    return held.remove(0);
  }

  /** Waits no longer for what comes before the first message held. */
  void giveUp() {
    long first = held.get(0).getSequenceNumber();
    if (!begun) {
      begin(first);
      return;
    }
    if (holes.size() == MAX_HOLES) {
      floor = holes.remove(0).to;
    }
    holes.add(new Hole(next, first));
    next = first;
  }

  /** How many of the numbers between two, both exclusive, were given up. */
  long givenUpBetween(long after, long before) {
    long count = 0;
    for (Hole hole : holes) {
      count += Math.max(0, Math.min(hole.to, before) - Math.max(hole.from, after + 1));
    }
    return count;
  }

  /**
   * Media time by which messages are held up: from the begin of the first to the begin of the last
   * one with the same channels as {@code chunk}, microseconds.
   */
  long heldMicros(AudioChunk chunk) {
    long sum = 0;
    long last = 0;
    for (AudioChunk each : held) {
      if (each.getKind() == ChunkKind.MEDIA && each.getChannels().equals(chunk.getChannels())) {
        last = ChannelAudio.micros(each);
        sum += last;
      }
    }
    return sum - last;
  }

  boolean holdsStop() {
    for (AudioChunk chunk : held) {
      if (chunk.getKind() == ChunkKind.STOP) {
        return true;
      }
    }
    return false;
  }

  int heldChannels() {
    int count = 0;
    for (int i = 0; i < held.size(); i++) {
      count += held.get(i).getChannels().size();
    }
    return count;
  }

  int heldBytes() {
    int bytes = 0;
    for (AudioChunk chunk : held) {
      bytes += chunk.getPayload().remaining();
    }
    return bytes;
  }

  /** Takes messages of these channels over from another order. */
  void takeOver(MessageOrder from, List<?> channels) {
    for (Iterator<AudioChunk> each = from.held.iterator(); each.hasNext(); ) {
      AudioChunk chunk = each.next();
      if (chunk.getKind() == ChunkKind.MEDIA && chunk.getChannels().equals(channels)) {
        hold(chunk);
        each.remove();
      }
    }
  }
}
