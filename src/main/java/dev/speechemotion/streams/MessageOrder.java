package dev.speechemotion.streams;

import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChunkKind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32;

/**
 * Puts messages in the order of their numbers. The one with the next number is passed on at once;
 * one that is ahead is held until those before it have come, or are given up.
 *
 * <p>Where the first number is not known, as no START has come, messages are held until it is given
 * up that one with a lower number will come. That delays nothing but the very first window.
 *
 * <p>Says of a number that was passed whether its message came or was given up: of numbers since
 * the {@link #floor}, which rises where more were given up than are remembered. Of the last numbers
 * it also knows what came under them, so that a message that comes again can be told from another
 * one with its number.
 */
final class MessageOrder {
  static final int MAX_HOLES = 32;

  /** How many of the last numbers it knows the messages of. */
  static final int REMEMBERED = 64;

  /** Where a message stands. */
  enum Place {
    NEXT,
    AHEAD,
    /** There was a message of that number, or one is held; not necessarily the same. */
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

  /** What came under a number that is remembered, by the number's last bits. */
  private final int[] prints = new int[REMEMBERED];

  private final CRC32 crc = new CRC32();

  /** The lowest number that can be remembered. */
  private long rememberedFrom;

  /** By ascending number. */
  final List<AudioChunk> held = new ArrayList<>(0);

  /** Begins with a number: what is lower comes too late. */
  void begin(long first) {
    begun = true;
    next = first;
    floor = first;
    rememberedFrom = first;
    holes.clear();
  }

  /** Forgets all numbers and what is held; what comes next is the first again. */
  void forget() {
    begun = false;
    held.clear();
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

  /** Whether a number is too far behind to be remembered, however long it has been counted. */
  boolean isFarBehind(long number) {
    return number < next - REMEMBERED;
  }

  /** Whether it is known which message came under a number that is {@link Place#TAKEN}. */
  boolean remembers(long number) {
    return !begun || number >= Math.max(rememberedFrom, next - REMEMBERED);
  }

  /** Whether a message is the one that came under its number, which is remembered. */
  boolean isSame(AudioChunk chunk) {
    AudioChunk same = heldAt(chunk.getSequenceNumber());
    return print(chunk) == (same == null ? prints[slot(chunk.getSequenceNumber())] : print(same));
  }

  private static int slot(long number) {
    return (int) number & REMEMBERED - 1;
  }

  /** A hash of what a message says; stored, so it must not depend on the program's version. */
  private int print(AudioChunk chunk) {
    ByteBuffer payload = chunk.getPayload();
    crc.reset();
    crc.update(payload.array(), payload.arrayOffset() + payload.position(), payload.remaining());
    int print = 31 * (int) crc.getValue() + Objects.hashCode(chunk.getMediaOffsetMicros());
    return 31 * print + chunk.getKind().name().hashCode();
  }

  /** What is remembered, of the numbers before {@link #next}, ascending. */
  int[] remembered() {
    int[] remembered = new int[begun ? (int) Math.min(REMEMBERED, next - rememberedFrom) : 0];
    for (int i = 0; i < remembered.length; i++) {
      remembered[i] = prints[slot(next - remembered.length + i)];
    }
    return remembered;
  }

  /**
   * Takes over what is remembered of the numbers before {@link #next}.
   *
   * @param remembered ascending, at most {@link #REMEMBERED}; empty to remember nothing
   */
  void remember(int[] remembered) {
    rememberedFrom = next - remembered.length;
    for (int i = 0; i < remembered.length; i++) {
      prints[slot(rememberedFrom + i)] = remembered[i];
    }
  }

  /** Passes a message that is {@link Place#NEXT}. */
  void pass(AudioChunk chunk) {
    prints[slot(chunk.getSequenceNumber())] = print(chunk);
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
    AudioChunk first = held.remove(0);
    pass(first);
    return first;
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
