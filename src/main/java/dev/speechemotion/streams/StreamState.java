package dev.speechemotion.streams;

import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChunkKind;
import java.util.ArrayList;
import java.util.List;

/** One media stream of a call. */
final class StreamState {

  /** Channels that come together, of a feed that numbers each track by itself. */
  record Track(List<AudioChannel> channels, MessageOrder order) {}

  /** What is to be done with a message, by its number. */
  enum Arrival {
    IN_TURN,
    EARLY,
    DUPLICATE,
    LATE,
    /** Another message has had its number. */
    NUMBER_TAKEN,
    /** It has no audio, and a number that it shares with another one: it counts when it comes. */
    UNNUMBERED,
    /** It shows that the feed has begun to count anew. */
    COUNTED_ANEW,
    /** It shows that the feed numbers each track by itself. */
    NUMBERED_BY_TRACK
  }

  private static final long NO_NUMBER = Long.MIN_VALUE;

  /** Sets of channels whose messages may have numbers of their own. */
  static final int MAX_TRACKS = 64;

  final String streamId;
  final List<ChannelState> channels = new ArrayList<>(2);
  boolean stopped;

  /** Of all messages of the stream. */
  final MessageOrder order = new MessageOrder();

  /** Whether the feed numbers the messages of each track by themselves; then tracks have orders. */
  boolean byTrack;

  final List<Track> tracks = new ArrayList<>(0);

  /** Of its messages so far, in milliseconds. */
  long firstIngestedAtMs = Long.MAX_VALUE;

  long lastIngestedAtMs;

  /** What was ingested until then is {@link #isEarlier}. */
  long earlierUntilMs = Long.MIN_VALUE;

  /**
   * Wall-clock time of media time 0, milliseconds, as the first audio said; to compare with other
   * streams.
   */
  Long originMs;

  /** {@link CallState#lastSeenMs} of this stream. */
  long lastSeenMs = CallState.NOT_SEEN;

  StreamState(String streamId) {
    this.streamId = streamId;
  }

  /** All orders that may hold messages. */
  List<MessageOrder> orders() {
    List<MessageOrder> orders = new ArrayList<>(1 + tracks.size());
    orders.add(order);
    tracks.forEach(track -> orders.add(track.order));
    return orders;
  }

  Arrival arrival(AudioChunk chunk, ChannelRoles roles) {
    long number = chunk.getSequenceNumber();
    if (isEarlier(chunk)) {
      return Arrival.LATE;
    }
    MessageOrder own = order;
    if (byTrack) {
      if (chunk.getKind() != ChunkKind.MEDIA) {
        return Arrival.IN_TURN;
      }
      own = knownTrack(chunk);
      if (own == null) {
        long last = lastNumber(chunk, roles);
        return last == NO_NUMBER || number > last + 1
            ? Arrival.EARLY
            : number == last + 1 ? Arrival.IN_TURN : ofNumberTaken(null, chunk, roles);
      }
    }
    return switch (own.place(number)) {
      case NEXT -> Arrival.IN_TURN;
      case AHEAD -> Arrival.EARLY;
      case TAKEN ->
          isOfAnotherTrack(own, chunk, roles)
              ? Arrival.NUMBERED_BY_TRACK
              : ofNumberTaken(own, chunk, roles);
      case MISSED ->
          isNextOfItsTrack(own, chunk, roles)
              ? Arrival.NUMBERED_BY_TRACK
              : isOfNewCount(own, chunk, roles) ? Arrival.COUNTED_ANEW : Arrival.LATE;
    };
  }

  /**
   * Tells the message that came under a number from another one that has it too.
   *
   * @param own null if there is none yet
   */
  private Arrival ofNumberTaken(MessageOrder own, AudioChunk chunk, ChannelRoles roles) {
    // While a stream goes on no STOP can have been passed.
    boolean stops = chunk.getKind() == ChunkKind.STOP;
    if (isCopy(own, chunk) && !(stops && own.heldAt(chunk.getSequenceNumber()) == null)) {
      return Arrival.DUPLICATE;
    }
    if (chunk.getKind() != ChunkKind.MEDIA) {
      return Arrival.UNNUMBERED;
    }
    // The last number again is no new count: such a feed does not count at all.
    boolean behind = own == null || own.begun && chunk.getSequenceNumber() < own.next - 1;
    Long offsetMicros = chunk.getMediaOffsetMicros();
    boolean heardAlready = offsetMicros != null && offsetMicros < heardUntilMicros(chunk, roles);
    return behind && isNewest(chunk) && !heardAlready ? Arrival.COUNTED_ANEW : Arrival.NUMBER_TAKEN;
  }

  /**
   * Whether audio whose number was given up long ago goes on from what was heard: it is not late.
   */
  private boolean isOfNewCount(MessageOrder own, AudioChunk chunk, ChannelRoles roles) {
    if (chunk.getKind() != ChunkKind.MEDIA
        || chunk.getMediaOffsetMicros() == null
        || !own.isFarBehind(chunk.getSequenceNumber())
        || !isNewest(chunk)) {
      return false;
    }
    long heardUntil = heardUntilMicros(chunk, roles);
    return heardUntil != ChannelState.NONE && chunk.getMediaOffsetMicros() >= heardUntil;
  }

  /**
   * Whether a message is the one that came under its number: by what it says where that is
   * remembered, else by when it was ingested.
   */
  private boolean isCopy(MessageOrder own, AudioChunk chunk) {
    return own != null && own.remembers(chunk.getSequenceNumber())
        ? own.isSame(chunk)
        : !isNewest(chunk);
  }

  /** Whether a message of a stream that has stopped has come before. */
  boolean hasCome(AudioChunk chunk) {
    MessageOrder own = byTrack ? knownTrack(chunk) : order;
    return own != null
        && own.place(chunk.getSequenceNumber()) == MessageOrder.Place.TAKEN
        && isCopy(own, chunk);
  }

  /** Whether a message was numbered before the feed began to count anew. */
  boolean isEarlier(AudioChunk chunk) {
    return chunk.getIngestedAt().toEpochMilli() <= earlierUntilMs;
  }

  /** Whether a message was ingested later than all that have come of the stream. */
  boolean isNewest(AudioChunk chunk) {
    return chunk.getIngestedAt().toEpochMilli() > lastIngestedAtMs;
  }

  /** Media time up to which a chunk's channels were heard, or {@link ChannelState#NONE}. */
  private long heardUntilMicros(AudioChunk chunk, ChannelRoles roles) {
    long until = ChannelState.NONE;
    List<AudioChannel> named = chunk.getChannels();
    for (int i = 0; i < named.size(); i++) {
      ChannelState channel = channel(named.get(i), roles.of(named.get(i), i), i);
      if (channel != null && channel.heard) {
        until = Math.max(until, channel.heardUntilMicros());
      }
    }
    return until;
  }

  /** Whether the number was taken, but not by a message of these channels. */
  private boolean isOfAnotherTrack(MessageOrder own, AudioChunk chunk, ChannelRoles roles) {
    if (byTrack || chunk.getKind() != ChunkKind.MEDIA) {
      return false;
    }
    AudioChunk held = own.heldAt(chunk.getSequenceNumber());
    if (held != null) {
      return held.getKind() != ChunkKind.MEDIA || !held.getChannels().equals(chunk.getChannels());
    }
    return lastNumber(chunk, roles) < chunk.getSequenceNumber();
  }

  /** Whether the channels' own numbers go on with it, though the stream's have passed it. */
  private boolean isNextOfItsTrack(MessageOrder own, AudioChunk chunk, ChannelRoles roles) {
    if (byTrack || chunk.getKind() != ChunkKind.MEDIA) {
      return false;
    }
    long last = lastNumber(chunk, roles);
    return last == NO_NUMBER
        ? chunk.getSequenceNumber() < own.floor
        : last + 1 == chunk.getSequenceNumber();
  }

  /** The highest number heard of on a chunk's channels, or {@link #NO_NUMBER}. */
  private long lastNumber(AudioChunk chunk, ChannelRoles roles) {
    long last = NO_NUMBER;
    List<AudioChannel> named = chunk.getChannels();
    for (int i = 0; i < named.size(); i++) {
      ChannelState channel = channel(named.get(i), roles.of(named.get(i), i), i);
      if (channel != null && channel.hasSequence) {
        last = Math.max(last, channel.lastSequence);
      }
    }
    return last;
  }

  /** From now on the messages of each track have numbers of their own. */
  void numberByTrack(ChannelRoles roles) {
    byTrack = true;
    for (AudioChunk chunk : List.copyOf(order.held)) {
      if (chunk.getKind() == ChunkKind.MEDIA) {
        orderOf(chunk, roles).takeOver(order, chunk.getChannels());
      }
    }
  }

  /** The order that a message belongs to; that of a track begins where its channels stand. */
  MessageOrder orderOf(AudioChunk chunk, ChannelRoles roles) {
    if (!byTrack || chunk.getKind() != ChunkKind.MEDIA) {
      return order;
    }
    MessageOrder own = knownTrack(chunk);
    if (own == null) {
      own = new MessageOrder();
      long last = lastNumber(chunk, roles);
      if (last != NO_NUMBER) {
        own.begin(last + 1);
      }
      tracks.add(new Track(chunk.getChannels(), own));
    }
    return own;
  }

  /** How many numbers of a chunk's order were given up between one and the chunk's own. */
  long givenUpBetween(long after, AudioChunk chunk) {
    MessageOrder own = byTrack ? knownTrack(chunk) : order;
    return own == null ? 0 : own.givenUpBetween(after, chunk.getSequenceNumber());
  }

  boolean isNewTrack(AudioChunk chunk) {
    return byTrack && knownTrack(chunk) == null;
  }

  private MessageOrder knownTrack(AudioChunk chunk) {
    for (Track track : tracks) {
      if (track.channels.equals(chunk.getChannels())) {
        return track.order;
      }
    }
    return null;
  }

  /** Forgets the numbers, for the stream begins anew with a message that is {@link #isNewest}. */
  void beginAnew(AudioChunk chunk) {
    stopped = false;
    byTrack = false;
    tracks.clear();
    earlierUntilMs = lastIngestedAtMs;
    order.forget();
    if (chunk.getKind() == ChunkKind.START) {
      order.begin(chunk.getSequenceNumber() + 1);
    } else {
      order.hold(chunk);
    }
    for (ChannelState channel : channels) {
      channel.hasSequence = false;
    }
  }

  /**
   * The channel that a chunk names in that position of its interleaving, or null. A channel is
   * known by the feed's name; without one, by its role and position.
   */
  ChannelState channel(AudioChannel channel, ChannelRole role, int position) {
    String name = channel.getName();
    for (int i = 0; i < channels.size(); i++) {
      ChannelState known = channels.get(i);
      if (name != null
          ? name.equals(known.feedName)
          : known.feedName == null && known.position == position && known.role == role) {
        return known;
      }
    }
    return null;
  }

  /** Channels of all messages that wait, each as often as it is named. */
  int heldChannels() {
    int count = order.heldChannels();
    for (int i = 0; i < tracks.size(); i++) {
      count += tracks.get(i).order.heldChannels();
    }
    return count;
  }
}
