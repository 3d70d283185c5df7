package dev.speechemotion.streams.call;

import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.streams.intake.Message;
import dev.speechemotion.streams.intake.MessageOrder;
import dev.speechemotion.streams.intake.StreamOrder;
import dev.speechemotion.streams.intake.Verdict;
import dev.speechemotion.streams.state.StateFields;
import dev.speechemotion.streams.state.StateInput;
import dev.speechemotion.streams.state.StateOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** One media stream of a call: puts its messages in order, and does what they say. */
final class MediaStream implements StreamOrder.HeardChannels {
  private final Call call;
  private final TaskContext task;
  private final String streamId;
  private final StreamOrder order = new StreamOrder(this);

  /** In the order first heard. */
  private final List<Channel> channels = new ArrayList<>(2);

  /**
   * Wall-clock time of media time 0, milliseconds, as the first audio said; to compare with other
   * streams.
   */
  private OptionalLong originMs = OptionalLong.empty();

  private final CallClock.Activity activity = new CallClock.Activity();

  MediaStream(Call call, String streamId) {
    this.call = call;
    this.task = call.task();
    this.streamId = streamId;
  }

  Call call() {
    return call;
  }

  String streamId() {
    return streamId;
  }

  StreamOrder order() {
    return order;
  }

  /** In the order first heard. */
  List<Channel> channels() {
    return channels;
  }

  CallClock.Activity activity() {
    return activity;
  }

  /** Wall-clock time of media time 0, microseconds. */
  long originMicros() {
    return originMs.getAsLong() * 1_000;
  }

  /** Takes note of when media time 0 was, if no other audio has said it. */
  void beginAt(Message message, long beginMicros) {
    if (originMs.isEmpty()) {
      long wallMs = message.capturedAtMs().orElse(message.ingestedAtMs());
      originMs = OptionalLong.of(wallMs - beginMicros / 1_000);
    }
  }

  /** Does what has been decided of a message. */
  void take(Message message, Verdict.Taken verdict) {
    switch (verdict) {
      case HEARD_NOW -> hearNow(message);
      case HELD -> hold(message);
      case HEARD_NOW_BY_TRACK -> {
        order.numberByTrack();
        hearNow(message);
      }
      case HELD_BY_TRACK -> {
        order.numberByTrack();
        hold(message);
      }
      case OUT_OF_TURN -> {
        note(message);
        act(message);
      }
      case NOTED -> note(message);
      case DUPLICATE -> {
        if (!order.isStopped()) {
          order.knowTrack(message);
        }
        task.metrics.duplicate();
      }
      case BEGINS_ANEW -> beginAnew(message);
      case IGNORED -> {
        // It is of nothing that is known.
      }
    }
  }

  private void note(Message message) {
    call.details().note(message);
    order.note(message);
  }

  private void hearNow(Message message) {
    note(message);
    MessageOrder own = order.pass(message);
    act(message);
    release(own);
  }

  private void hold(Message message) {
    task.metrics.reordered();
    note(message);
    MessageOrder own = order.hold(message);
    release(own);
    while (isWaitingOver(own, message) && own.giveUp()) {
      release(own);
    }
  }

  private boolean isWaitingOver(MessageOrder own, Message latest) {
    return call.heldBytes() > Message.MAX_HELD_BYTES
        || own.holdsTooMuch(
            latest,
            task.settings.reorderMaxChunks(),
            task.settings.reorderWindow().toMillis() * 1_000);
  }

  /** Takes what is held and whose turn it is. */
  private void release(MessageOrder own) {
    for (Optional<Message> next = own.poll(); next.isPresent(); next = own.poll()) {
      act(next.get());
    }
  }

  /** Waits for nothing any more: takes what is held, in order. */
  void flush() {
    for (MessageOrder own : order.orders()) {
      while (own.giveUp()) {
        release(own);
      }
    }
  }

  /** Ends what was counted so far: what may be missing between it and this message is not known. */
  private void beginAnew(Message message) {
    flush();
    finishSegments();
    order.beginAnew(message);
    channels.forEach(channel -> channel.media().forgetNumber());
    note(message);
  }

  /** Does what a message says, in its turn. */
  private void act(Message message) {
    switch (message.kind()) {
      case MEDIA -> {
        if (task.isShedding()) {
          skip(message);
          task.metrics.shed();
        } else {
          hear(message);
        }
      }
      case PAUSED, RESUMED, DISCARDED -> interrupt(message);
      case STOP -> stop(message);
      case START, DTMF, MARK, UNKNOWN -> {
        // Nothing to be heard.
      }
    }
  }

  private void stop(Message message) {
    if (order.isStopped()) {
      return;
    }
    order.stop();
    call.details().noteEnd(message);
    flush();
    finishSegments();
  }

  private void hear(Message message) {
    int count = makeKnown(message);
    for (int i = 0; i < count; i++) {
      task.named[i].place(message, role(message, i));
    }
    for (int i = 0; i < count; i++) {
      task.named[i].hear(message, i);
    }
  }

  private void skip(Message message) {
    int count = makeKnown(message);
    for (int i = 0; i < count; i++) {
      task.named[i].skip(message);
    }
  }

  /** Finds the channels of a message, or makes them known, in the task's scratch space. */
  private int makeKnown(Message message) {
    int count = message.channels().size();
    for (int i = 0; i < count; i++) {
      Optional<Channel> known = channel(message, i);
      task.named[i] = known.isPresent() ? known.get() : add(message.channels().get(i), i);
    }
    return count;
  }

  private Channel add(AudioChannel named, int position) {
    Channel channel =
        new Channel(
            this, Optional.ofNullable(named.getName()), position, task.role(named, position));
    channels.add(channel);
    return channel;
  }

  /** No window spans a pause: ends the segments of the channels that a message names, or of all. */
  private void interrupt(Message message) {
    if (message.channels().isEmpty()) {
      channels.forEach(channel -> channel.interrupt(message));
    }
    for (int i = 0; i < message.channels().size(); i++) {
      channel(message, i).ifPresent(channel -> channel.interrupt(message));
    }
  }

  /** The channel that a message names in that position of its interleaving, if it is known. */
  private Optional<Channel> channel(Message message, int position) {
    AudioChannel named = message.channels().get(position);
    ChannelRole role = task.role(named, position);
    for (int i = 0; i < channels.size(); i++) {
      if (channels.get(i).isNamed(named, role, position)) {
        return Optional.of(channels.get(i));
      }
    }
    return Optional.empty();
  }

  private ChannelRole role(Message message, int position) {
    return task.role(message.channels().get(position), position);
  }

  /** Whether a message names a channel in that position which is not known. */
  boolean isUnknown(Message message, int position) {
    return channel(message, position).isEmpty();
  }

  @Override
  public long lastNumber(Message message) {
    long last = StreamOrder.NONE;
    for (int i = 0; i < message.channels().size(); i++) {
      Optional<Channel> channel = channel(message, i);
      if (channel.isPresent()) {
        last = Math.max(last, channel.get().media().lastNumber());
      }
    }
    return last;
  }

  @Override
  public long heardUntilMicros(Message message) {
    long until = StreamOrder.NONE;
    for (int i = 0; i < message.channels().size(); i++) {
      Optional<Channel> channel = channel(message, i);
      if (channel.isPresent() && channel.get().hasOffsets()) {
        until = Math.max(until, channel.get().media().heardUntilMicros());
      }
    }
    return until;
  }

  void finishSegments() {
    channels.forEach(Channel::finishSegment);
  }

  /** Ends the stream: hands out what is still due, and clears what is raised. */
  void end() {
    flush();
    finishSegments();
    channels.forEach(Channel::endAlerts);
  }

  /** Forgets all but what says that the call has ended. */
  void bury() {
    channels.clear();
    order.bury();
  }

  /** Length of its longest channel, of finished segments, microseconds. */
  long lengthMicros() {
    return channels.stream().mapToLong(Channel::lengthMicros).max().orElse(0);
  }

  void writeState(StateOutput out, CallRecords records) throws IOException {
    out.writeUTF(streamId);
    order.writeState(out);
    StateFields.writeOptional(out, originMs);
    StateFields.writeCount(out, channels.size());
    for (Channel channel : channels) {
      channel.writeState(out, records);
    }
  }

  /**
   * Reads what {@link #writeState} wrote.
   *
   * @throws IOException if it is cut off or holds what was never written
   */
  static MediaStream readState(StateInput in, CallRecords records, Call call) throws IOException {
    MediaStream stream = new MediaStream(call, in.readUTF());
    stream.order.readState(in, stream.streamId);
    stream.originMs = StateFields.readOptional(in);
    int channelCount = StateFields.readCount(in, "channels", Call.MAX_CHANNELS);
    for (int i = 0; i < channelCount; i++) {
      stream.channels.add(Channel.readState(in, records, stream));
    }
    return stream;
  }
}
