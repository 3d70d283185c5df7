package dev.speechemotion.streams;

import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.emotion.Population;
import dev.speechemotion.emotion.RunningNormalization;
import dev.speechemotion.features.ChannelAnalyzer;
import dev.speechemotion.features.FeatureExtractor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The stored form of a call. The first byte is the format's version. Counts and lengths are checked
 * against limits before anything is allocated.
 *
 * <p>What an analyser holds depends on the feature spec and the windows. If those have changed
 * since the call was written, the analyser's part is left out: the channel goes on with a new
 * segment. What the channel's voice is like depends on the model; with another one it is forgotten.
 *
 * <p>Version 1 had no such statistics; it is still read.
 */
final class CallCodec implements CallStore.Codec {
  private static final int VERSION = 2;
  private static final int MAX_LABELS = 1_024;
  private static final int MAX_ANALYZER_BYTES = 16 << 20;
  private static final int MAX_NORMALIZATION_BYTES = 64 << 10;

  private final FeatureExtractor extractor;
  private final StreamSettings settings;
  private final long fingerprint;

  /** Null where the classifier takes vectors as they are. */
  private final Population population;

  private final ByteArrayOutputStream part = new ByteArrayOutputStream(8 << 10);

  CallCodec(StreamSettings settings, FeatureExtractor extractor, Population population) {
    this.population = population;
    this.settings = settings;
    this.extractor = extractor;
    this.fingerprint = fingerprint(extractor.spec() + " " + settings.windows());
  }

  private static long fingerprint(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.wrap(hash).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Override
  public void write(CallState call, DataOutputStream out) throws IOException {
    out.writeByte(VERSION);
    out.writeLong(fingerprint);
    writeText(out, call.account);
    writeText(out, call.source);
    writeText(out, call.endReason);
    out.writeLong(call.firstIngestedAtMs);
    out.writeLong(call.lastIngestedAtMs);
    out.writeInt(call.streams.size());
    for (StreamState stream : call.streams) {
      out.writeUTF(stream.streamId);
      out.writeBoolean(stream.stopped);
      out.writeInt(stream.channels.size());
      for (ChannelState channel : stream.channels) {
        write(channel, out);
      }
    }
  }

  private void write(ChannelState channel, DataOutputStream out) throws IOException {
    writeText(out, channel.feedName);
    out.writeByte(channel.position);
    out.writeUTF(channel.role.name());
    out.writeBoolean(channel.hasSequence);
    out.writeLong(channel.lastSequence);
    out.writeLong(channel.nextMicros);
    out.writeLong(channel.endMicros);
    out.writeBoolean(channel.heard);
    out.writeLong(channel.audioMicros);
    out.writeLong(channel.gapMicros);
    out.writeLong(channel.lastIngestedAtMs);
    out.writeBoolean(channel.inSegment);
    if (channel.inSegment) {
      out.writeUTF(channel.encoding.name());
      out.writeInt(channel.sampleRateHz);
      out.writeLong(channel.segmentBeginMicros);
      out.writeLong(channel.segmentSamples);
      out.writeBoolean(channel.originAtMs != null);
      out.writeLong(channel.originAtMs == null ? 0 : channel.originAtMs);
      part.reset();
      if (channel.analyzer != null) {
        channel.analyzer.writeState(new DataOutputStream(part));
      }
      writePart(out);
    }
    part.reset();
    if (channel.normalization != null) {
      channel.normalization.writeState(new DataOutputStream(part));
    }
    writePart(out);
    out.writeLong(channel.eventCount);
    out.writeDouble(channel.voicedShareSum);
    out.writeInt(channel.tallies.size());
    for (Map.Entry<String, ChannelState.LabelTally> entry : channel.tallies.entrySet()) {
      out.writeUTF(entry.getKey());
      out.writeLong(entry.getValue().count);
      out.writeDouble(entry.getValue().probabilitySum);
    }
    out.writeInt(channel.alerts.size());
    for (Map.Entry<String, ChannelState.AlertState> entry : channel.alerts.entrySet()) {
      ChannelState.AlertState alert = entry.getValue();
      out.writeUTF(entry.getKey());
      out.writeBoolean(alert.holds);
      out.writeBoolean(alert.raised);
      out.writeLong(alert.sinceMs);
      out.writeLong(alert.untilMs);
      out.writeLong(alert.firstSequence);
      out.writeLong(alert.lastSequence);
      out.writeFloat(alert.probability);
    }
  }

  private void writePart(DataOutputStream out) throws IOException {
    out.writeInt(part.size());
    part.writeTo(out);
  }

  @Override
  public CallState read(String callId, DataInputStream in) throws IOException {
    int version = in.readUnsignedByte();
    if (version < 1 || version > VERSION) {
      throw new IOException(
          "its format is version " + version + ", and this program reads versions 1 to " + VERSION);
    }
    boolean sameFeatures = in.readLong() == fingerprint;
    CallState call = new CallState(callId);
    call.account = readText(in);
    call.source = readText(in);
    call.endReason = readText(in);
    call.firstIngestedAtMs = in.readLong();
    call.lastIngestedAtMs = in.readLong();
    int streamCount = readCount(in, "streams", CallAnalysis.MAX_STREAMS_PER_CALL);
    for (int i = 0; i < streamCount; i++) {
      StreamState stream = new StreamState(in.readUTF());
      stream.stopped = in.readBoolean();
      int channelCount = readCount(in, "channels", CallAnalysis.MAX_CHANNELS_PER_CALL);
      for (int j = 0; j < channelCount; j++) {
        stream.channels.add(readChannel(in, version, sameFeatures));
      }
      call.streams.add(stream);
    }
    if (in.read() >= 0) {
      throw new IOException("there are bytes after its end");
    }
    return call;
  }

  private ChannelState readChannel(DataInputStream in, int version, boolean sameFeatures)
      throws IOException {
    ChannelState channel =
        new ChannelState(readText(in), in.readUnsignedByte(), ChannelRole.valueOf(in.readUTF()));
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
      readSegment(in, channel, sameFeatures);
    }
    if (version > 1) {
      readNormalization(in, channel, sameFeatures);
    }
    channel.eventCount = in.readLong();
    channel.voicedShareSum = in.readDouble();
    int tallyCount = readCount(in, "labels", MAX_LABELS);
    for (int i = 0; i < tallyCount; i++) {
      String label = in.readUTF();
      ChannelState.LabelTally tally = new ChannelState.LabelTally();
      tally.count = in.readLong();
      tally.probabilitySum = in.readDouble();
      channel.tallies.put(label, tally);
    }
    Set<String> rules =
        settings.alertRules().stream().map(AlertRule::text).collect(Collectors.toSet());
    int alertCount = readCount(in, "alerts", StreamSettings.MAX_ALERT_RULES);
    for (int i = 0; i < alertCount; i++) {
      String rule = in.readUTF();
      ChannelState.AlertState alert = new ChannelState.AlertState();
      alert.holds = in.readBoolean();
      alert.raised = in.readBoolean();
      alert.sinceMs = in.readLong();
      alert.untilMs = in.readLong();
      alert.firstSequence = in.readLong();
      alert.lastSequence = in.readLong();
      alert.probability = in.readFloat();
      if (rules.contains(rule)) {
        channel.alerts.put(rule, alert);
      }
    }
    return channel;
  }

  private void readSegment(DataInputStream in, ChannelState channel, boolean sameFeatures)
      throws IOException {
    channel.encoding = AudioEncoding.valueOf(in.readUTF());
    channel.sampleRateHz = in.readInt();
    channel.segmentBeginMicros = in.readLong();
    channel.segmentSamples = in.readLong();
    boolean hasOrigin = in.readBoolean();
    long originAtMs = in.readLong();
    channel.originAtMs = hasOrigin ? originAtMs : null;
    int analyzerCount = readCount(in, "analyser bytes", MAX_ANALYZER_BYTES);
    byte[] state = in.readNBytes(analyzerCount);
    boolean analyzed = settings.analyzedRoles().contains(channel.role);
    if (analyzed && sameFeatures && analyzerCount > 0) {
      channel.analyzer = new ChannelAnalyzer(extractor, settings.windows(), channel.sampleRateHz);
      channel.analyzer.readState(new DataInputStream(new ByteArrayInputStream(state)));
    } else if (analyzed || analyzerCount > 0) {
      // What the analyser had heard is lost; the next chunk begins a segment where this one ended.
      channel.audioMicros += channel.segmentMicros();
      channel.endMicros = channel.heardUntilMicros();
      channel.nextMicros = channel.endMicros;
      channel.inSegment = false;
    }
  }

  private void readNormalization(DataInputStream in, ChannelState channel, boolean sameFeatures)
      throws IOException {
    byte[] state = in.readNBytes(readCount(in, "bytes of statistics", MAX_NORMALIZATION_BYTES));
    if (population != null && sameFeatures && state.length > 0) {
      RunningNormalization normalization = new RunningNormalization(population);
      if (normalization.readState(new DataInputStream(new ByteArrayInputStream(state)))) {
        channel.normalization = normalization;
      }
    }
  }

  private static int readCount(DataInputStream in, String what, int max) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > max) {
      throw new IOException("it has " + count + " " + what + ", more than " + max);
    }
    return count;
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    out.writeBoolean(text != null);
    if (text != null) {
      out.writeUTF(text);
    }
  }

  private static String readText(DataInputStream in) throws IOException {
    return in.readBoolean() ? in.readUTF() : null;
  }
}
