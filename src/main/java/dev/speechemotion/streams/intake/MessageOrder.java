package dev.speechemotion.streams.intake;

import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.streams.quality.NumberUnit;
import dev.speechemotion.streams.state.StateFields;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;
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
 * one with its number. What is done about it, late or duplicate, {@link StreamOrder} decides.
 */
public final class MessageOrder {
  public static final int MAX_HOLES = 32;

  /** The most messages that may be held, whatever the settings say. */
  public static final int MAX_HELD = 1_024;

  /** How many of the last numbers it knows the messages of. */
  static final int REMEMBERED = 64;

  /** Messages in a row whose numbers go up by their length that show how the feed counts. */
  private static final int SHOWN_BY = 4;

  /** Shorter messages do not show it: a feed may well leave out every second number. */
  private static final int LEAST_LENGTH = 5;

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
  private record Hole(long from, long to) {}

  private boolean begun;
  private long next;
  private long floor;

  /** Ascending; the last ones. */
  private final List<Hole> holes = new ArrayList<>(0);

  /** What came under a number that is remembered, by the number's last bits. */
  private final int[] prints = new int[REMEMBERED];

  private final CRC32 crc = new CRC32();

  /** The lowest number that can be remembered. */
  private long rememberedFrom;

  /** What the feed's numbers count; against the rules they may go up by the length of the audio. */
  private NumberUnit unit = NumberUnit.MESSAGES;

  /** Of the last message passed, the audio; and how many in a row showed either unit of it. */
  private int lastMillis;

  private int lastSamples;
  private int shownByMillis;
  private int shownBySamples;

  /** Whether what came before the next message was just given up. */
  private boolean gaveUp;

  /** By ascending number. */
  private final List<Message> held = new ArrayList<>(0);

  /** Whether it is known which number comes next. */
  boolean begun() {
    return begun;
  }

  /** The next number. */
  long next() {
    return next;
  }

  /** The highest number that is held or was passed. */
  long highest() {
    return held.isEmpty() ? next - 1 : held.get(held.size() - 1).number();
  }

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
    unit = NumberUnit.MESSAGES;
    lastMillis = 0;
    lastSamples = 0;
    shownByMillis = 0;
    shownBySamples = 0;
    held.clear();
  }

  /** Forgets what came under the numbers, but not that it came. */
  void forgetPrints() {
    rememberedFrom = next;
  }

  /** What the feed's numbers count. */
  NumberUnit unit() {
    return unit;
  }

  Place place(long number) {
    if (begun && isNext(number)) {
      return Place.NEXT;
    }
    if (begun && number < next) {
      return isBelowFloor(number) || isGivenUp(number) ? Place.MISSED : Place.TAKEN;
    }
    return heldAt(number).isEmpty() ? Place.AHEAD : Place.TAKEN;
  }

  /** Of milliseconds and samples those near the next one are taken for it: feeds round. */
  private boolean isNext(long number) {
    return unit == NumberUnit.MESSAGES
        ? number == next
        : number >= next - lastLength() / 2 && number < next + lastLength();
  }

  /** Of the last message passed, what its number counts. */
  private int lastLength() {
    return switch (unit) {
      case MESSAGES -> 1;
      case MILLISECONDS -> Math.max(1, lastMillis);
      case SAMPLES -> Math.max(1, lastSamples);
    };
  }

  /** Whether it is not known any more whether a message came under that number. */
  boolean isBelowFloor(long number) {
    return number < floor;
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

  /** The message held under that number. */
  Optional<Message> heldAt(long number) {
    for (int i = 0; i < held.size(); i++) {
      if (held.get(i).number() == number) {
        return Optional.of(held.get(i));
      }
    }
    return Optional.empty();
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
  boolean isSame(Message message) {
    int known =
        heldAt(message.number())
            .map(same -> same.print(crc))
            .orElseGet(() -> prints[slot(message.number())]);
    return message.print(crc) == known;
  }

  private static int slot(long number) {
    return (int) number & REMEMBERED - 1;
  }

  /** Passes a message if it is {@link Place#NEXT}. */
  void passIfNext(Message message) {
    if (begun && isNext(message.number())) {
      pass(message);
    }
  }

  private void pass(Message message) {
    prints[slot(message.number())] = message.print(crc);
    if (!gaveUp) {
      shownByMillis = 0;
      shownBySamples = 0;
    }
    gaveUp = false;
    lastMillis = millis(message);
    lastSamples = message.frames();
    // Where numbers overlap it never goes back: what it has passed stays passed.
    next = Math.max(next, message.number() + lastLength());
  }

  /** Holds a message that is {@link Place#AHEAD}. */
  void hold(Message message) {
    int at = held.size();
    while (at > 0 && held.get(at - 1).number() > message.number()) {
      at--;
    }
    held.add(at, message);
    if (message.kind() == ChunkKind.START && !begun) {
      giveUp();
    }
  }

  boolean holdsNothing() {
    return held.isEmpty();
  }

  /** The next message, if it is held; it is passed then. */
  public Optional<Message> poll() {
    if (!begun || held.isEmpty()) {
      return Optional.empty();
    }
    long first = held.get(0).number();
    // Where numbers count audio, a long message may have passed what was ahead.
    if (first >= next && !isNext(first)) {
      return Optional.empty();
    }
    Message message = held.remove(0);
    pass(message);
    return Optional.of(message);
  }

  /**
   * Waits no longer for what comes before the first message held.
   *
   * @return whether any is held
   */
  public boolean giveUp() {
    if (held.isEmpty()) {
      return false;
    }
    long first = held.get(0).number();
    if (!begun) {
      begin(first);
      return true;
    }
    gaveUp = true;
    if (unit == NumberUnit.MESSAGES) {
      unit = shownUnit(first);
      if (unit != NumberUnit.MESSAGES) {
        next = first;
        return true;
      }
    }
    if (holes.size() == MAX_HOLES) {
      floor = holes.remove(0).to;
    }
    holes.add(new Hole(next, first));
    next = first;
    return true;
  }

  /** What numbers go up by, from the last one passed on, if it is the audio before them. */
  private NumberUnit shownUnit(long first) {
    long up = first - (next - 1);
    shownByMillis = isUpBy(up, lastMillis) ? shownByMillis + 1 : 0;
    shownBySamples = isUpBy(up, lastSamples) ? shownBySamples + 1 : 0;
    if (shows(shownByMillis, MessageOrder::millis)) {
      return NumberUnit.MILLISECONDS;
    }
    return shows(shownBySamples, Message::frames) ? NumberUnit.SAMPLES : NumberUnit.MESSAGES;
  }

  private boolean shows(int shownBefore, ToIntFunction<Message> length) {
    int shown = shownBefore;
    for (int i = 1; i < held.size(); i++) {
      Message before = held.get(i - 1);
      if (!isUpBy(held.get(i).number() - before.number(), length.applyAsInt(before))) {
        break;
      }
      shown++;
    }
    return shown >= SHOWN_BY;
  }

  private static boolean isUpBy(long numbers, int length) {
    return length >= LEAST_LENGTH && Math.abs(numbers - length) <= 1;
  }

  private static int millis(Message message) {
    return (int) ((message.durationMicros() + 500) / 1_000);
  }

  /** How many messages were given up between two numbers, both exclusive. */
  long givenUpBetween(long after, long before) {
    long count = 0;
    for (int i = 0; i < holes.size(); i++) {
      Hole hole = holes.get(i);
      count += Math.max(0, Math.min(hole.to, before) - Math.max(hole.from, after + 1));
    }
    return count / lastLength();
  }

  /**
   * Whether what is held has waited for long enough.
   *
   * @param latest the last message that came
   * @param maxCount the most messages that may be held
   * @param maxMicros media time by which messages may be held up: from the begin of the first to
   *     the begin of the last one with the same channels as {@code latest}, microseconds
   */
  public boolean holdsTooMuch(Message latest, int maxCount, long maxMicros) {
    // A STOP may stand at the end of a stream that began without START: nothing more will come.
    return !begun && holdsStop()
        || held.size() > maxCount
        || latest.isMedia() && heldMicros(latest) >= maxMicros;
  }

  private long heldMicros(Message like) {
    long sum = 0;
    long last = 0;
    for (Message each : held) {
      if (each.isMedia() && each.channels().equals(like.channels())) {
        last = each.durationMicros();
        sum += last;
      }
    }
    return sum - last;
  }

  boolean holdsStop() {
    for (Message message : held) {
      if (message.kind() == ChunkKind.STOP) {
        return true;
      }
    }
    return false;
  }

  List<Message> held() {
    return held;
  }

  /** Channels of all messages that wait, each as often as it is named. */
  int heldChannels() {
    int count = 0;
    for (int i = 0; i < held.size(); i++) {
      count += held.get(i).channels().size();
    }
    return count;
  }

  /** Audio of all messages that wait. */
  int heldBytes() {
    int bytes = 0;
    for (int i = 0; i < held.size(); i++) {
      bytes += held.get(i).payloadBytes();
    }
    return bytes;
  }

  /** Takes audio of these channels over from another order. */
  void takeOver(MessageOrder from, List<AudioChannel> channels) {
    for (Iterator<Message> each = from.held.iterator(); each.hasNext(); ) {
      Message message = each.next();
      if (message.isMedia() && message.channels().equals(channels)) {
        hold(message);
        each.remove();
      }
    }
  }

  void writeState(DataOutput out) throws IOException {
    out.writeBoolean(begun);
    if (begun) {
      out.writeLong(floor);
      StateFields.writeCount(out, next - floor);
      StateFields.writeCount(out, holes.size());
      long after = floor;
      for (Hole hole : holes) {
        StateFields.writeCount(out, hole.from - after);
        StateFields.writeCount(out, hole.to - hole.from);
        after = hole.to;
      }
      long from = Math.max(rememberedFrom, next - REMEMBERED);
      StateFields.writeCount(out, next - from);
      for (long number = from; number < next; number++) {
        out.writeInt(prints[slot(number)]);
      }
      unit.writeState(out);
      StateFields.writeCount(out, lastMillis);
      StateFields.writeCount(out, lastSamples);
      StateFields.writeCount(out, shownByMillis);
      StateFields.writeCount(out, shownBySamples);
    }
    StateFields.writeCount(out, held.size());
    for (Message message : held) {
      message.writeState(out);
    }
  }

  void readState(DataInput in, String streamId) throws IOException {
    if (in.readBoolean()) {
      begin(in.readLong());
      next = floor + StateFields.readCount(in);
      int holeCount = StateFields.readCount(in, "gaps", MAX_HOLES);
      long after = floor;
      for (int i = 0; i < holeCount; i++) {
        long from = after + StateFields.readCount(in);
        after = from + StateFields.readCount(in);
        holes.add(new Hole(from, after));
      }
      rememberedFrom = next - StateFields.readCount(in, "remembered messages", REMEMBERED);
      for (long number = rememberedFrom; number < next; number++) {
        prints[slot(number)] = in.readInt();
      }
      unit = NumberUnit.readState(in);
      lastMillis = StateFields.readCount(in, "milliseconds", Integer.MAX_VALUE);
      lastSamples = StateFields.readCount(in, "samples", Integer.MAX_VALUE);
      shownByMillis = StateFields.readCount(in, "numbers", SHOWN_BY);
      shownBySamples = StateFields.readCount(in, "numbers", SHOWN_BY);
    }
    int heldCount = StateFields.readCount(in, "messages that wait", MAX_HELD + 1);
    for (int i = 0; i < heldCount; i++) {
      held.add(Message.readState(in, streamId));
    }
  }
}
