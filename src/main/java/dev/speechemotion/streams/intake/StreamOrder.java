package dev.speechemotion.streams.intake;

import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.streams.deadletters.RejectReason;
import dev.speechemotion.streams.deadletters.Rejection;
import dev.speechemotion.streams.quality.NumberUnit;
import dev.speechemotion.streams.state.StateFields;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The order of one media stream's messages. Says of each what is to be done with it; follows when
 * told that this is done. Most feeds number all messages of a stream, some those of each track by
 * themselves, some only media, and some begin to count anew.
 */
public final class StreamOrder {
  /** Sets of channels whose messages may have numbers of their own. */
  public static final int MAX_TRACKS = 64;

  /** Stands for "no number" and "no time". */
  public static final long NONE = Long.MIN_VALUE;

  /** What must be known of the channels that a message names. */
  public interface HeardChannels {
    /** The highest number heard of on them, or {@link #NONE}. */
    long lastNumber(Message message);

    /** Media time up to which they were heard, microseconds, or {@link #NONE}. */
    long heardUntilMicros(Message message);
  }

  /** Channels that come together, of a feed that numbers each track by itself. */
  private record Track(List<AudioChannel> channels, MessageOrder order) {}

  private final HeardChannels heard;

  /** Of all messages of the stream. */
  private final MessageOrder order = new MessageOrder();

  /** Whether the feed numbers the messages of each track by themselves; then tracks have orders. */
  private boolean byTrack;

  private final List<Track> tracks = new ArrayList<>(0);
  private boolean stopped;

  /** Of its messages so far, in milliseconds. */
  private long firstIngestedAtMs = Long.MAX_VALUE;

  private long lastIngestedAtMs;

  /** What was ingested until then is {@link #isEarlier}. */
  private long earlierUntilMs = Long.MIN_VALUE;

  public StreamOrder(HeardChannels heard) {
    this.heard = heard;
  }

  /** What is to be done with a message. Changes nothing. */
  public Verdict decide(Message message) {
    if (stopped) {
      return decideAfterStop(message);
    }
    if (beginsAnew(message)) {
      return Verdict.Taken.BEGINS_ANEW;
    }
    if (isEarlier(message)) {
      return message.isHeard() ? late(message) : Verdict.Taken.NOTED;
    }
    if (!byTrack) {
      return decide(order, message);
    }
    if (!message.isMedia()) {
      return Verdict.Taken.HEARD_NOW;
    }
    Optional<MessageOrder> own = track(message);
    return own.isPresent() ? decide(own.get(), message) : decideFirstOfTrack(message);
  }

  private Verdict decideAfterStop(Message message) {
    if (message.isHeard()) {
      return hasCome(message)
          ? Verdict.Taken.DUPLICATE
          : new Verdict.Rejected(new Rejection(RejectReason.LATE, "the stream has stopped"));
    }
    return message.kind() == ChunkKind.START && isNewest(message)
        ? Verdict.Taken.BEGINS_ANEW
        : Verdict.Taken.DUPLICATE;
  }

  /** Whether it is a START that comes later than all of its stream: the feed counts anew. */
  private boolean beginsAnew(Message message) {
    return message.kind() == ChunkKind.START
        && order.begun()
        && message.number() < order.next()
        && isNewest(message);
  }

  private Verdict decide(MessageOrder own, Message message) {
    return switch (own.place(message.number())) {
      case NEXT -> Verdict.Taken.HEARD_NOW;
      case AHEAD -> Verdict.Taken.HELD;
      case TAKEN -> isOfAnotherTrack(message) ? numbersByTrack(message) : decideTaken(own, message);
      case MISSED ->
          isNextOfItsTrack(message)
              ? numbersByTrack(message)
              : isOfNewCount(own, message) ? Verdict.Taken.BEGINS_ANEW : decideLate(message);
    };
  }

  /** Its track has no order yet: that begins where its channels stand. */
  private Verdict decideFirstOfTrack(Message message) {
    long last = heard.lastNumber(message);
    if (last == NONE || message.number() > last + 1) {
      return Verdict.Taken.HELD;
    }
    if (message.number() == last + 1) {
      return Verdict.Taken.HEARD_NOW;
    }
    // Nothing is remembered of the track: the ingestion time tells.
    if (!isNewest(message)) {
      return Verdict.Taken.DUPLICATE;
    }
    return isHeardAlready(message) ? numberTaken(order, message) : Verdict.Taken.BEGINS_ANEW;
  }

  private Verdict numbersByTrack(Message message) {
    long last = heard.lastNumber(message);
    return last != NONE && message.number() == last + 1
        ? Verdict.Taken.HEARD_NOW_BY_TRACK
        : Verdict.Taken.HELD_BY_TRACK;
  }

  /** Tells the message that came under a number from another one that has it too. */
  private Verdict decideTaken(MessageOrder own, Message message) {
    // While a stream goes on no STOP can have been passed.
    boolean passedStop = message.kind() == ChunkKind.STOP && own.heldAt(message.number()).isEmpty();
    if (isCopy(own, message) && !passedStop) {
      return Verdict.Taken.DUPLICATE;
    }
    if (message.kind() != ChunkKind.MEDIA) {
      return Verdict.Taken.OUT_OF_TURN;
    }
    // The last number again is no new count: such a feed does not count at all.
    boolean behind = own.begun() && message.number() < own.next() - 1;
    return behind && isNewest(message) && !isHeardAlready(message)
        ? Verdict.Taken.BEGINS_ANEW
        : numberTaken(own, message);
  }

  private boolean isHeardAlready(Message message) {
    return message.offsetMicros().isPresent()
        && message.offsetMicros().getAsLong() < heard.heardUntilMicros(message);
  }

  /**
   * Whether audio whose number was given up long ago goes on from what was heard: it is not late.
   */
  private boolean isOfNewCount(MessageOrder own, Message message) {
    if (!message.isMedia()
        || message.offsetMicros().isEmpty()
        || !own.isFarBehind(message.number())
        || !isNewest(message)) {
      return false;
    }
    long heardUntil = heard.heardUntilMicros(message);
    return heardUntil != NONE && message.offsetMicros().getAsLong() >= heardUntil;
  }

  private Verdict decideLate(Message message) {
    return message.isHeard() ? late(message) : Verdict.Taken.OUT_OF_TURN;
  }

  private Verdict late(Message message) {
    return new Verdict.Rejected(
        new Rejection(
            RejectReason.LATE,
            "sequenceNumber " + message.number() + " has been passed; next is " + order.next()));
  }

  private static Verdict numberTaken(MessageOrder own, Message message) {
    boolean standsStill = message.number() == own.highest();
    return new Verdict.Rejected(
        new Rejection(
            RejectReason.BAD_SEQUENCE_NUMBER,
            "sequenceNumber "
                + message.number()
                + " is another message's"
                + (standsStill
                    ? ", the last one's; have the feed number the messages of a stream 1, 2, 3 …"
                    : "")));
  }

  /**
   * Whether a message is the one that came under its number: by what it says where that is
   * remembered, else by when it was ingested.
   */
  private boolean isCopy(MessageOrder own, Message message) {
    return own.remembers(message.number()) ? own.isSame(message) : !isNewest(message);
  }

  /** Whether a message of a stream that has stopped has come before. */
  public boolean hasCome(Message message) {
    Optional<MessageOrder> own = byTrack ? track(message) : Optional.of(order);
    return own.isPresent()
        && own.get().place(message.number()) == MessageOrder.Place.TAKEN
        && isCopy(own.get(), message);
  }

  /** Whether a message was numbered before the feed began to count anew. */
  private boolean isEarlier(Message message) {
    return message.ingestedAtMs() <= earlierUntilMs;
  }

  /** Whether a message was ingested later than all that have come of the stream. */
  public boolean isNewest(Message message) {
    return message.ingestedAtMs() > lastIngestedAtMs;
  }

  /** Whether the number was taken, but not by a message of these channels. */
  private boolean isOfAnotherTrack(Message message) {
    if (byTrack || !message.isMedia()) {
      return false;
    }
    return order
        .heldAt(message.number())
        .map(held -> !held.isMedia() || !held.channels().equals(message.channels()))
        .orElseGet(() -> heard.lastNumber(message) < message.number());
  }

  /** Whether the channels' own numbers go on with it, though the stream's have passed it. */
  private boolean isNextOfItsTrack(Message message) {
    if (byTrack || !message.isMedia()) {
      return false;
    }
    long last = heard.lastNumber(message);
    return last == NONE ? order.isBelowFloor(message.number()) : last + 1 == message.number();
  }

  /** Whether a message would be one track too many. */
  public boolean isTrackTooMany(Message message) {
    return tracks.size() >= MAX_TRACKS && byTrack && track(message).isEmpty();
  }

  /** Takes note of when a message was ingested. */
  public void note(Message message) {
    firstIngestedAtMs = Math.min(firstIngestedAtMs, message.ingestedAtMs());
    lastIngestedAtMs = Math.max(lastIngestedAtMs, message.ingestedAtMs());
  }

  /** From now on the messages of each track have numbers of their own. */
  public void numberByTrack() {
    byTrack = true;
    for (Message message : List.copyOf(order.held())) {
      if (message.isMedia()) {
        orderOf(message).takeOver(order, message.channels());
      }
    }
  }

  /** Passes a message whose turn it is; what its order holds may come next. */
  public MessageOrder pass(Message message) {
    MessageOrder own = orderOf(message);
    own.passIfNext(message);
    return own;
  }

  /** Holds a message that is ahead of its turn, in the order returned. */
  public MessageOrder hold(Message message) {
    MessageOrder own = orderOf(message);
    own.hold(message);
    return own;
  }

  /** Makes a message's track known, if it is not yet. */
  public void knowTrack(Message message) {
    orderOf(message);
  }

  /** The order that a message belongs to; that of a track begins where its channels stand. */
  private MessageOrder orderOf(Message message) {
    if (!byTrack || !message.isMedia()) {
      return order;
    }
    Optional<MessageOrder> known = track(message);
    if (known.isPresent()) {
      return known.get();
    }
    MessageOrder own = new MessageOrder();
    long last = heard.lastNumber(message);
    if (last != NONE) {
      own.begin(last + 1);
    }
    tracks.add(new Track(message.channels(), own));
    return own;
  }

  private Optional<MessageOrder> track(Message message) {
    for (int i = 0; i < tracks.size(); i++) {
      if (tracks.get(i).channels.equals(message.channels())) {
        return Optional.of(tracks.get(i).order);
      }
    }
    return Optional.empty();
  }

  /** How many numbers of a message's order were given up between one and the message's own. */
  public long givenUpBetween(long after, Message message) {
    MessageOrder own = byTrack ? track(message).orElse(null) : order;
    return own == null ? 0 : own.givenUpBetween(after, message.number());
  }

  /** What the numbers of a message's order count. */
  public NumberUnit unit(Message message) {
    MessageOrder own = byTrack ? track(message).orElse(null) : order;
    return own == null ? NumberUnit.MESSAGES : own.unit();
  }

  /** Whether each track has numbers of its own. */
  public boolean isByTrack() {
    return byTrack;
  }

  public boolean isStopped() {
    return stopped;
  }

  /** From now on the stream has ended. */
  public void stop() {
    stopped = true;
  }

  /** The call has ended: only what tells what is late from what has come before is kept. */
  public void bury() {
    stopped = true;
    orders().forEach(MessageOrder::forgetPrints);
  }

  /** Forgets the numbers, for the stream begins anew with a message. */
  public void beginAnew(Message message) {
    stopped = false;
    byTrack = false;
    tracks.clear();
    earlierUntilMs = lastIngestedAtMs;
    order.forget();
    if (message.kind() == ChunkKind.START) {
      order.begin(message.number() + 1);
    } else {
      order.hold(message);
    }
  }

  /** All orders that may hold messages, as a snapshot. */
  public List<MessageOrder> orders() {
    List<MessageOrder> orders = new ArrayList<>(1 + tracks.size());
    orders.add(order);
    tracks.forEach(track -> orders.add(track.order));
    return orders;
  }

  /** Whether a STOP waits for messages before it. */
  public boolean holdsStop() {
    return order.holdsStop();
  }

  /** All messages that wait. */
  public List<Message> held() {
    List<Message> held = new ArrayList<>();
    orders().forEach(each -> held.addAll(each.held()));
    return held;
  }

  /** Channels of all messages that wait, each as often as it is named. */
  public int heldChannels() {
    int count = order.heldChannels();
    for (int i = 0; i < tracks.size(); i++) {
      count += tracks.get(i).order.heldChannels();
    }
    return count;
  }

  /** Audio that waits for its turn. */
  public int heldBytes() {
    int bytes = order.heldBytes();
    for (int i = 0; i < tracks.size(); i++) {
      bytes += tracks.get(i).order.heldBytes();
    }
    return bytes;
  }

  /** When the first of its messages was ingested, milliseconds. */
  public long firstIngestedAtMs() {
    return firstIngestedAtMs;
  }

  public void writeState(DataOutput out) throws IOException {
    out.writeBoolean(stopped);
    out.writeLong(firstIngestedAtMs);
    out.writeLong(lastIngestedAtMs);
    out.writeLong(earlierUntilMs);
    order.writeState(out);
    out.writeBoolean(byTrack);
    StateFields.writeCount(out, tracks.size());
    for (Track track : tracks) {
      Message.writeChannels(track.channels, out);
      track.order.writeState(out);
    }
  }

  /**
   * Reads what {@link #writeState} wrote.
   *
   * @throws IOException if it is cut off or holds what was never written
   */
  public void readState(DataInput in, String streamId) throws IOException {
    stopped = in.readBoolean();
    firstIngestedAtMs = in.readLong();
    lastIngestedAtMs = in.readLong();
    earlierUntilMs = in.readLong();
    order.readState(in, streamId);
    byTrack = in.readBoolean();
    int trackCount = StateFields.readCount(in, "tracks", MAX_TRACKS);
    for (int i = 0; i < trackCount; i++) {
      Track track = new Track(Message.readChannels(in), new MessageOrder());
      track.order.readState(in, streamId);
      tracks.add(track);
    }
  }
}
