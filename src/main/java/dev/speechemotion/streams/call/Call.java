package dev.speechemotion.streams.call;

import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.CallEnd;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.ChannelSummary;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.streams.deadletters.RejectReason;
import dev.speechemotion.streams.deadletters.Rejection;
import dev.speechemotion.streams.intake.ChunkRules;
import dev.speechemotion.streams.intake.Message;
import dev.speechemotion.streams.intake.StreamOrder;
import dev.speechemotion.streams.intake.Verdict;
import dev.speechemotion.streams.quality.FoundFault;
import dev.speechemotion.streams.state.StateFields;
import dev.speechemotion.streams.state.StateInput;
import dev.speechemotion.streams.state.StateOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A call in progress; or one that has ended, for as long as that is remembered: its numbers, so
 * that what still comes can be told for late or for a duplicate.
 */
public final class Call {
  static final int MAX_CHANNELS = 64;
  static final int MAX_STREAMS = 64;

  private final TaskContext task;
  private final String callId;

  /** In the order first heard. */
  private final List<MediaStream> streams = new ArrayList<>(2);

  private final CallDetails details = new CallDetails();
  private boolean ended;
  private final CallClock.Activity activity = new CallClock.Activity();

  /** Whether the store has still to write it. */
  private boolean changed;

  Call(TaskContext task, String callId) {
    this.task = task;
    this.callId = callId;
  }

  TaskContext task() {
    return task;
  }

  String callId() {
    return callId;
  }

  CallDetails details() {
    return details;
  }

  boolean isEnded() {
    return ended;
  }

  /** In the order first heard. */
  List<MediaStream> streams() {
    return streams;
  }

  CallClock.Activity activity() {
    return activity;
  }

  /** The stream of that id, if it is known. */
  Optional<MediaStream> stream(String streamId) {
    for (int i = 0; i < streams.size(); i++) {
      if (streams.get(i).streamId().equals(streamId)) {
        return Optional.of(streams.get(i));
      }
    }
    return Optional.empty();
  }

  /** Whether a message begins a call that has ended anew: a START, but not one that comes again. */
  boolean isBegunAnewBy(Message message) {
    return ended
        && message.kind() == ChunkKind.START
        && stream(message.streamId()).map(known -> known.order().isNewest(message)).orElse(true);
  }

  /** What is to be done with a message. Changes nothing. */
  Verdict decide(Message message) {
    Optional<MediaStream> stream = stream(message.streamId());
    if (ended
        && message.isHeard()
        && !(stream.isPresent() && stream.get().order().hasCome(message))) {
      return reject(RejectReason.LATE, "the call has ended");
    }
    if (stream.isEmpty()) {
      return decideFirstOfStream(message);
    }
    StreamOrder order = stream.get().order();
    if (ended) {
      return Verdict.Taken.DUPLICATE;
    }
    Verdict verdict = order.decide(message);
    if (verdict instanceof Verdict.Taken && message.isMedia() && !order.isStopped()) {
      if (order.isTrackTooMany(message)) {
        return reject(
            RejectReason.TOO_MANY_CHANNELS,
            "the stream has " + StreamOrder.MAX_TRACKS + " sets of channels already");
      }
      if (isChannelTooMany(message)) {
        return reject(
            RejectReason.TOO_MANY_CHANNELS,
            "the call would have more than " + MAX_CHANNELS + " channels");
      }
    }
    return verdict;
  }

  private Verdict decideFirstOfStream(Message message) {
    if (!message.opensStream() || ended) {
      return Verdict.Taken.IGNORED;
    }
    return streams.size() >= MAX_STREAMS
        ? reject(RejectReason.TOO_MANY_CHANNELS, "the call has " + MAX_STREAMS + " streams already")
        : new MediaStream(this, message.streamId()).order().decide(message);
  }

  private static Verdict reject(RejectReason reason, String message) {
    return new Verdict.Rejected(new Rejection(reason, message));
  }

  private boolean isChannelTooMany(Message message) {
    // First as if all that is held were new: that is enough nearly always.
    int known = 0;
    int held = 0;
    for (int i = 0; i < streams.size(); i++) {
      known += streams.get(i).channels().size();
      held += streams.get(i).order().heldChannels();
    }
    return known + held + message.channels().size() > MAX_CHANNELS
        && known + unknownChannels(message) > MAX_CHANNELS;
  }

  private record Unknown(String streamId, AudioChannel channel, int position) {}

  /** Number of channels that are new with a message or with those that wait. */
  private int unknownChannels(Message message) {
    Set<Unknown> unknown = new HashSet<>();
    for (MediaStream stream : streams) {
      stream.order().held().forEach(held -> addUnknown(stream, held, unknown));
    }
    stream(message.streamId()).ifPresent(stream -> addUnknown(stream, message, unknown));
    return unknown.size();
  }

  private static void addUnknown(MediaStream stream, Message message, Set<Unknown> unknown) {
    for (int i = 0; message.isMedia() && i < message.channels().size(); i++) {
      AudioChannel named = message.channels().get(i);
      if (stream.isUnknown(message, i)) {
        unknown.add(new Unknown(stream.streamId(), named, named.getName() == null ? i : -1));
      }
    }
  }

  /** Does what has been decided of a message; the call may have ended then. */
  void take(Message message, Verdict.Taken verdict) {
    if (verdict == Verdict.Taken.IGNORED) {
      return;
    }
    if (ended) {
      task.metrics.duplicate();
      return;
    }
    MediaStream stream = streamOrNew(message.streamId());
    stream.take(message, verdict);
    endIfAllStopped();
  }

  private MediaStream streamOrNew(String streamId) {
    Optional<MediaStream> known = stream(streamId);
    if (known.isPresent()) {
      return known.get();
    }
    MediaStream stream = new MediaStream(this, streamId);
    streams.add(stream);
    return stream;
  }

  private void endIfAllStopped() {
    for (int i = 0; i < streams.size(); i++) {
      if (!streams.get(i).order().isStopped()) {
        return;
      }
    }
    end(CallEnd.STOP);
  }

  /**
   * Takes a STOP that waits for messages before it, since they have not come for long enough.
   *
   * @param stream of the call
   */
  void stopWaiting(MediaStream stream) {
    stream.flush();
    endIfAllStopped();
  }

  /** Ends the call: hands out what is still due and the summary; remembers only that it ended. */
  void end(CallEnd endedBy) {
    streams.forEach(MediaStream::end);
    task.output.summary(summary(endedBy));
    ended = true;
    details.bury();
    streams.forEach(MediaStream::bury);
  }

  /** What has come of it so far. */
  CallSummary summary(CallEnd endedBy) {
    // Streams come in any order; their times do not depend on it.
    List<MediaStream> ordered = new ArrayList<>(streams);
    ordered.sort(
        Comparator.comparingLong((MediaStream stream) -> stream.order().firstIngestedAtMs())
            .thenComparing(MediaStream::streamId));
    List<ChannelSummary> channels = new ArrayList<>();
    ordered.forEach(stream -> stream.channels().forEach(each -> channels.add(each.summary())));
    long lengthMicros = streams.stream().mapToLong(MediaStream::lengthMicros).max().orElse(0);
    CallSummary summary = new CallSummary();
    summary.setCallId(callId);
    summary.setEndedBy(endedBy);
    summary.setChannels(channels);
    details.summarize(summary, Math.max(0, lengthMicros) / 1_000);
    ModelIdentity model =
        channelOfTheLastEvent()
            .map(Channel::eventModel)
            .orElseGet(() -> task.models.offered(ChunkRules.MIN_RATE_HZ).identity());
    summary.setModelName(model.name());
    summary.setModelVersion(model.version());
    summary.setModelHash(model.hash());
    summary.setCreatedAt(task.now());
    return summary;
  }

  /** By media time; the first of those that are equal. */
  private Optional<Channel> channelOfTheLastEvent() {
    Channel last = null;
    for (MediaStream stream : streams) {
      for (Channel channel : stream.channels()) {
        if (last == null || channel.totals().lastEndMs() > last.totals().lastEndMs()) {
          last = channel;
        }
      }
    }
    return Optional.ofNullable(last);
  }

  /** Takes note of wrong audio on one of its channels. */
  void note(FoundFault found) {
    if (details.note(found.fault())) {
      task.output.wrong(found);
    }
  }

  /** Audio that waits for its turn, bytes. */
  int heldBytes() {
    int bytes = 0;
    for (int i = 0; i < streams.size(); i++) {
      bytes += streams.get(i).order().heldBytes();
    }
    return bytes;
  }

  /**
   * Has the store write it at the next commit.
   *
   * @return whether that is new
   */
  boolean markChanged() {
    boolean isNew = !changed;
    changed = true;
    return isNew;
  }

  /** The store has written it. */
  void markWritten() {
    changed = false;
  }

  void writeState(StateOutput out, CallRecords records) throws IOException {
    out.writeBoolean(ended);
    details.writeState(out);
    StateFields.writeCount(out, streams.size());
    for (MediaStream stream : streams) {
      stream.writeState(out, records);
    }
  }

  /**
   * Reads what {@link #writeState} wrote.
   *
   * @throws IOException if it is cut off or holds what was never written
   */
  static Call readState(StateInput in, CallRecords records, TaskContext task, String callId)
      throws IOException {
    Call call = new Call(task, callId);
    call.ended = in.readBoolean();
    call.details.readState(in);
    int streamCount = StateFields.readCount(in, "streams", MAX_STREAMS);
    for (int i = 0; i < streamCount; i++) {
      call.streams.add(MediaStream.readState(in, records, call));
    }
    return call;
  }
}
