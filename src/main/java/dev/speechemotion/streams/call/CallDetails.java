package dev.speechemotion.streams.call;

import dev.speechemotion.avro.AudioFault;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.ModelUsed;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.streams.intake.Message;
import dev.speechemotion.streams.media.TalkTime;
import dev.speechemotion.streams.quality.FaultSet;
import dev.speechemotion.streams.state.StateFields;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the summary says of a call as a whole. */
public final class CallDetails {
  private static final int MAX_MODELS = 8;

  /** Null as long as none has said it. */
  private String account;

  private String source;
  private String endReason;

  private boolean begun;
  private long firstIngestedAtMs;
  private long lastIngestedAtMs;
  private final TalkTime talk = new TalkTime();

  private final FaultSet faults = new FaultSet();

  /** The models that made its events, in the order of their first. */
  private final List<ModelIdentity> models = new ArrayList<>(1);

  /** Takes note of what a message says of the call. */
  void note(Message message) {
    long ingestedAtMs = message.ingestedAtMs();
    if (!begun) {
      begun = true;
      firstIngestedAtMs = ingestedAtMs;
      source = message.source();
    }
    firstIngestedAtMs = Math.min(firstIngestedAtMs, ingestedAtMs);
    lastIngestedAtMs = Math.max(lastIngestedAtMs, ingestedAtMs);
    if (message.account() != null) {
      account = message.account();
    }
  }

  /** Takes note of why a stream of the call has ended. */
  void noteEnd(Message stop) {
    if (stop.endReason() != null) {
      endReason = stop.endReason();
    }
  }

  /**
   * Takes note of wrong audio.
   *
   * @return whether none of its kind was found on the call before
   */
  boolean note(AudioFault fault) {
    return faults.add(fault);
  }

  /** Takes note of the model of an event. */
  void use(ModelIdentity model) {
    if (!models.contains(model) && models.size() < MAX_MODELS) {
      models.add(model);
    }
  }

  /** Who talks on the call, and for how long. */
  TalkTime talk() {
    return talk;
  }

  /** Fills in what the details have to say, of a call of that length. */
  void summarize(CallSummary summary, long durationMs) {
    summary.setAccount(account);
    summary.setSource(source);
    summary.setEndReason(endReason);
    summary.setFirstChunkIngestedAt(Instant.ofEpochMilli(firstIngestedAtMs));
    summary.setLastChunkIngestedAt(Instant.ofEpochMilli(lastIngestedAtMs));
    summary.setDurationMs(durationMs);
    summary.setTalkMs(talk.talkMs());
    summary.setNonTalkMs(Math.max(0, durationMs - talk.talkMs()));
    summary.setOverlapMs(talk.overlapMs());
    summary.setModels(
        models.stream()
            .map(used -> new ModelUsed(used.name(), used.version(), used.hash()))
            .toList());
  }

  /** Forgets all but when messages came. */
  void bury() {
    account = null;
    source = null;
    endReason = null;
    models.clear();
    talk.forget();
  }

  void writeState(DataOutput out) throws IOException {
    StateFields.writeText(out, account);
    StateFields.writeText(out, source);
    StateFields.writeText(out, endReason);
    out.writeBoolean(begun);
    out.writeLong(firstIngestedAtMs);
    out.writeLong(lastIngestedAtMs);
    talk.writeState(out);
    faults.writeState(out);
    out.writeByte(models.size());
    for (ModelIdentity model : models) {
      out.writeUTF(model.name());
      out.writeUTF(model.version());
      out.writeUTF(model.hash());
    }
  }

  void readState(DataInput in) throws IOException {
    account = StateFields.readText(in);
    source = StateFields.readText(in);
    endReason = StateFields.readText(in);
    begun = in.readBoolean();
    firstIngestedAtMs = in.readLong();
    lastIngestedAtMs = in.readLong();
    talk.readState(in);
    faults.readState(in);
    int modelCount = in.readUnsignedByte();
    for (int i = 0; i < modelCount; i++) {
      models.add(new ModelIdentity(in.readUTF(), in.readUTF(), in.readUTF()));
    }
  }

  /** Writes which of the call's models one is. */
  void writeModel(DataOutput out, Optional<ModelIdentity> model) throws IOException {
    StateFields.writeCount(out, model.map(models::indexOf).orElse(-1) + 1);
  }

  /** Reads what {@link #writeModel} wrote. */
  Optional<ModelIdentity> readModel(DataInput in) throws IOException {
    int number = StateFields.readCount(in, "models", models.size());
    return number == 0 ? Optional.empty() : Optional.of(models.get(number - 1));
  }
}
