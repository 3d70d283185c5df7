package dev.speechemotion.streams;

import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.avro.ChannelRole;
import java.io.DataInputStream;
import java.io.IOException;

/**
 * Reads calls as versions 1 and 2 of the format had them: without order, smoothing, timeline and
 * talk time, version 1 without what a channel's voice is like. These begin with the next chunk.
 */
final class EarlierCallFormat {
  private final CallCodec codec;
  private final int version;
  private final long fingerprint;

  EarlierCallFormat(CallCodec codec, int version, long fingerprint) {
    this.codec = codec;
    this.version = version;
    this.fingerprint = fingerprint;
  }

  /** Reads what follows the version and the fingerprint. */
  CallState read(String callId, DataInputStream in) throws IOException {
    CallState call = new CallState(callId);
    call.account = CallCodec.readText(in);
    call.source = CallCodec.readText(in);
    call.endReason = CallCodec.readText(in);
    call.firstIngestedAtMs = in.readLong();
    call.lastIngestedAtMs = in.readLong();
    int streamCount = CallCodec.readCount(in, "streams", CallAnalysis.MAX_STREAMS_PER_CALL);
    for (int i = 0; i < streamCount; i++) {
      StreamState stream = new StreamState(in.readUTF());
      stream.stopped = in.readBoolean();
      stream.firstIngestedAtMs = call.firstIngestedAtMs;
      stream.lastIngestedAtMs = call.lastIngestedAtMs;
      int channelCount = CallCodec.readCount(in, "channels", CallAnalysis.MAX_CHANNELS_PER_CALL);
      for (int j = 0; j < channelCount; j++) {
        ChannelState channel = readChannel(in);
        stream.channels.add(channel);
        if (channel.hasSequence
            && (!stream.order.begun || channel.lastSequence >= stream.order.next)) {
          stream.order.begin(channel.lastSequence + 1);
        }
      }
      call.streams.add(stream);
    }
    return call;
  }

  private ChannelState readChannel(DataInputStream in) throws IOException {
    ChannelState channel =
        new ChannelState(
            CallCodec.readText(in), in.readUnsignedByte(), ChannelRole.valueOf(in.readUTF()));
    channel.hasSequence = in.readBoolean();
    channel.lastSequence = in.readLong();
    channel.nextMicros = in.readLong();
    channel.endMicros = in.readLong();
    channel.heard = in.readBoolean();
    channel.audioMicros = in.readLong();
    channel.gapMicros = in.readLong();
    channel.lastIngestedAtMs = in.readLong();
    channel.inSegment = in.readBoolean();
    if (channel.inSegment) {
      readSegment(in, channel);
    }
    if (version > 1) {
      codec.readNormalization(in, channel);
    }
    channel.eventCount = in.readLong();
    channel.nextEvent = channel.eventCount;
    channel.voicedShareSum = in.readDouble();
    int tallyCount = CallCodec.readCount(in, "labels", CallCodec.MAX_LABELS);
    for (int i = 0; i < tallyCount; i++) {
      String label = in.readUTF();
      ChannelState.LabelTally tally = new ChannelState.LabelTally();
      tally.timeMs = in.readLong() * codec.settings().windows().hopMs();
      tally.probabilitySum = in.readDouble();
      channel.tallies.put(label, tally);
    }
    int alertCount = CallCodec.readCount(in, "alerts", StreamSettings.MAX_ALERT_RULES);
    for (int i = 0; i < alertCount; i++) {
      readAlert(in, channel);
    }
    return channel;
  }

  private void readSegment(DataInputStream in, ChannelState channel) throws IOException {
    channel.encoding = AudioEncoding.valueOf(in.readUTF());
    channel.sampleRateHz = CallCodec.checkedRate(in.readInt());
    channel.segmentBeginMicros = in.readLong();
    channel.segmentSamples = in.readLong();
    boolean hasOrigin = in.readBoolean();
    long originAtMs = in.readLong();
    channel.originAtMs = hasOrigin ? originAtMs : null;
    codec.readAnalyzer(in, channel, fingerprint);
  }

  private void readAlert(DataInputStream in, ChannelState channel) throws IOException {
    String rule = in.readUTF();
    AlertProgress alert = new AlertProgress();
    alert.holds = in.readBoolean();
    alert.raised = in.readBoolean();
    alert.sinceMs = in.readLong();
    alert.untilMs = in.readLong();
    alert.firstEvent = in.readLong();
    alert.lastEvent = in.readLong();
    alert.probability = in.readFloat();
    if (alert.raised) {
      alert.raisedCount = 1;
      alert.firstRaisedMs = alert.untilMs;
    }
    if (codec.hasRule(rule)) {
      channel.alerts.put(rule, alert);
    }
  }
}
