package dev.speechemotion.streams;

import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.emotion.Population;
import dev.speechemotion.emotion.RunningNormalization;
import dev.speechemotion.features.ChannelAnalyzer;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The stored form of a call. The first byte is the format's version. Counts and lengths are checked
 * against limits before anything is allocated.
 *
 * <p>What an analyser holds depends on the feature spec of its model and the windows, so a
 * fingerprint of both is beside it. If the model that is on offer for the channel's rate has others
 * when the call is read, the analyser's part is left out: the channel goes on with a new segment.
 * What the channel's voice is like depends on the model's population; with another one it is
 * forgotten.
 *
 * <p>Versions 3, which had one fingerprint for all channels, and 4, which did not remember
 * messages, are read here too; what versions 1 and 2 wrote by {@link EarlierCallFormat}.
 */
final class CallCodec implements CallStore.Codec {
  static final int VERSION = 5;

  /** The first version with a fingerprint for each analyser. */
  private static final int OF_EACH_CHANNEL = 4;

  static final int MAX_LABELS = 1_024;
  private static final int MAX_ANALYZER_BYTES = 16 << 20;
  private static final int MAX_NORMALIZATION_BYTES = 64 << 10;

  private final StreamSettings settings;
  private final OpenModels models;
  private final ByteArrayOutputStream part = new ByteArrayOutputStream(8 << 10);

  CallCodec(StreamSettings settings, OpenModels models) {
    this.settings = settings;
    this.models = models;
  }

  /** What an analyzer's state depends on. */
  static long fingerprint(FeatureSpec spec, WindowSettings windows) {
    // A spec without frames has the name that it had before specs could have them.
    String text = spec.toString().replace(", windowFrames=0", "") + " " + windows;
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.wrap(hash).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  StreamSettings settings() {
    return settings;
  }

  @Override
  public void write(CallState call, DataOutputStream out) throws IOException {
    out.writeByte(VERSION);
    out.writeBoolean(call.ended);
    writeText(out, call.account);
    writeText(out, call.source);
    writeText(out, call.endReason);
    out.writeLong(call.firstIngestedAtMs);
    out.writeLong(call.lastIngestedAtMs);
    call.talk.writeState(out);
    out.writeByte(call.models.size());
    for (ModelIdentity model : call.models) {
      out.writeUTF(model.name());
      out.writeUTF(model.version());
      out.writeUTF(model.hash());
    }
    out.writeInt(call.streams.size());
    for (StreamState stream : call.streams) {
      write(call, stream, out);
    }
  }

  private void write(CallState call, StreamState stream, DataOutputStream out) throws IOException {
    out.writeUTF(stream.streamId);
    out.writeBoolean(stream.stopped);
    out.writeLong(stream.firstIngestedAtMs);
    out.writeLong(stream.lastIngestedAtMs);
    writeNullable(out, stream.originMs);
    OrderCodec.write(stream, out);
    out.writeInt(stream.channels.size());
    for (ChannelState channel : stream.channels) {
      write(call, channel, out);
    }
  }

  private void write(CallState call, ChannelState channel, DataOutputStream out)
      throws IOException {
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
    writeCount(out, channel.gapCount);
    out.writeLong(channel.lastIngestedAtMs);
    channel.talk.writeState(out);
    writeCount(out, channel.skippedMicros);
    writeCount(out, call.models.indexOf(channel.eventModel) + 1);
    writeCount(out, channel.sampleRateHz);
    out.writeBoolean(channel.inSegment);
    if (channel.inSegment) {
      out.writeUTF(channel.encoding.name());
      out.writeLong(channel.segmentBeginMicros);
      out.writeLong(channel.segmentSamples);
      writeCount(out, channel.filledSamples);
      writeCount(out, channel.gapBeforeMicros);
      writeNullable(out, channel.originAtMs);
      out.writeByte(channel.fills.fills.size());
      for (Fills.Fill fill : channel.fills.fills) {
        writeCount(out, fill.beginMicros());
        writeCount(out, fill.lengthMicros());
      }
      part.reset();
      out.writeLong(channel.analyzer == null ? 0 : channel.model.fingerprint);
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
    writeCount(out, channel.nextEvent);
    writeCount(out, channel.eventCount);
    writeCount(out, channel.silentCount);
    out.writeDouble(channel.voicedShareSum);
    writeLabels(channel, out);
    writeAlerts(channel, out);
  }

  private static void writeLabels(ChannelState channel, DataOutputStream out) throws IOException {
    List<String> labels = new ArrayList<>(channel.tallies.keySet());
    writeCount(out, labels.size());
    for (Map.Entry<String, ChannelState.LabelTally> entry : channel.tallies.entrySet()) {
      out.writeUTF(entry.getKey());
      writeCount(out, entry.getValue().timeMs);
      out.writeDouble(entry.getValue().probabilitySum);
      out.writeFloat(entry.getValue().smoothed);
    }
    writeText(out, channel.label);
    out.writeLong(channel.labelEndMs);
    writeCount(out, channel.timeline.stretches.size());
    long afterMs = 0;
    for (Timeline.Stretch stretch : channel.timeline.stretches) {
      writeCount(out, labels.indexOf(stretch.emotion()));
      writeCount(out, stretch.beginMs() - afterMs);
      writeCount(out, stretch.lengthMs());
      afterMs = stretch.endMs();
    }
  }

  private static void writeAlerts(ChannelState channel, DataOutputStream out) throws IOException {
    writeCount(out, channel.alerts.values().stream().filter(alert -> !alert.isBlank()).count());
    for (Map.Entry<String, AlertProgress> entry : channel.alerts.entrySet()) {
      AlertProgress alert = entry.getValue();
      if (alert.isBlank()) {
        continue;
      }
      out.writeUTF(entry.getKey());
      out.writeBoolean(alert.holds);
      out.writeBoolean(alert.raised);
      out.writeLong(alert.sinceMs);
      out.writeLong(alert.untilMs);
      writeCount(out, alert.firstEvent);
      writeCount(out, alert.lastEvent);
      out.writeFloat(alert.probability);
      out.writeFloat(alert.baseline);
      writeCount(out, alert.raisedCount);
      writeCount(out, alert.firstRaisedMs);
      writeCount(out, alert.heldMs);
      writeCount(out, alert.lows.size());
      for (AlertProgress.Low low : alert.lows) {
        writeCount(out, low.endMs());
        writeCount(out, low.endMs() - low.beginMs());
        writeCount(out, low.event());
        out.writeFloat(low.probability());
      }
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
    long fingerprint = version < OF_EACH_CHANNEL ? in.readLong() : 0;
    CallState call =
        version < 3
            ? new EarlierCallFormat(this, version, fingerprint).read(callId, in)
            : read(callId, in, version, fingerprint);
    if (in.read() >= 0) {
      throw new IOException("there are bytes after its end");
    }
    return call;
  }

  private CallState read(String callId, DataInputStream in, int version, long fingerprint)
      throws IOException {
    CallState call = new CallState(callId);
    call.ended = in.readBoolean();
    call.account = readText(in);
    call.source = readText(in);
    call.endReason = readText(in);
    call.firstIngestedAtMs = in.readLong();
    call.lastIngestedAtMs = in.readLong();
    call.talk.readState(in);
    int modelCount = in.readUnsignedByte();
    for (int i = 0; i < modelCount; i++) {
      call.models.add(new ModelIdentity(in.readUTF(), in.readUTF(), in.readUTF()));
    }
    int streamCount = readCount(in, "streams", CallAnalysis.MAX_STREAMS_PER_CALL);
    for (int i = 0; i < streamCount; i++) {
      StreamState stream = new StreamState(in.readUTF());
      stream.stopped = in.readBoolean();
      stream.firstIngestedAtMs = in.readLong();
      stream.lastIngestedAtMs = in.readLong();
      stream.originMs = readNullable(in);
      OrderCodec.read(stream, in, version);
      int channelCount = readCount(in, "channels", CallAnalysis.MAX_CHANNELS_PER_CALL);
      for (int j = 0; j < channelCount; j++) {
        stream.channels.add(readChannel(call, in, version, fingerprint));
      }
      call.streams.add(stream);
    }
    return call;
  }

  private ChannelState readChannel(
      CallState call, DataInputStream in, int version, long fingerprint) throws IOException {
    ChannelState channel =
        new ChannelState(readText(in), in.readUnsignedByte(), ChannelRole.valueOf(in.readUTF()));
    channel.hasSequence = in.readBoolean();
    channel.lastSequence = in.readLong();
    channel.nextMicros = in.readLong();
    channel.endMicros = in.readLong();
    channel.heard = in.readBoolean();
    channel.audioMicros = in.readLong();
    channel.gapMicros = in.readLong();
    channel.gapCount = readCount(in);
    channel.lastIngestedAtMs = in.readLong();
    channel.talk.readState(in);
    if (version >= OF_EACH_CHANNEL) {
      channel.skippedMicros = readCount(in);
      int model = readSmallCount(in, "models", call.models.size());
      channel.eventModel = model == 0 ? null : call.models.get(model - 1);
      channel.sampleRateHz = readSmallCount(in, "samples a second", ChunkRules.MAX_RATE_HZ);
    }
    channel.inSegment = in.readBoolean();
    if (channel.inSegment) {
      channel.encoding = AudioEncoding.valueOf(in.readUTF());
      channel.sampleRateHz =
          checkedRate(version < OF_EACH_CHANNEL ? in.readInt() : channel.sampleRateHz);
      channel.segmentBeginMicros = in.readLong();
      channel.segmentSamples = in.readLong();
      channel.filledSamples = readCount(in);
      channel.gapBeforeMicros = readCount(in);
      channel.originAtMs = readNullable(in);
      int fillCount = in.readUnsignedByte();
      for (int i = 0; i < fillCount; i++) {
        channel.fills.add(readCount(in), readCount(in));
      }
      readAnalyzer(in, channel, version < OF_EACH_CHANNEL ? fingerprint : in.readLong());
    }
    readNormalization(in, channel);
    channel.nextEvent = readCount(in);
    channel.eventCount = readCount(in);
    channel.silentCount = readCount(in);
    channel.voicedShareSum = in.readDouble();
    readLabels(in, channel);
    readAlerts(in, channel);
    return channel;
  }

  private static void readLabels(DataInputStream in, ChannelState channel) throws IOException {
    int labelCount = readSmallCount(in, "labels", MAX_LABELS);
    for (int i = 0; i < labelCount; i++) {
      String label = in.readUTF();
      ChannelState.LabelTally tally = new ChannelState.LabelTally();
      tally.timeMs = readCount(in);
      tally.probabilitySum = in.readDouble();
      tally.smoothed = in.readFloat();
      channel.tallies.put(label, tally);
    }
    channel.label = readText(in);
    channel.labelEndMs = in.readLong();
    List<String> labels = new ArrayList<>(channel.tallies.keySet());
    int stretchCount = readSmallCount(in, "stretches", Timeline.MAX_STRETCHES);
    long afterMs = 0;
    for (int i = 0; i < stretchCount; i++) {
      int label = readSmallCount(in, "labels", labels.size() - 1);
      long beginMs = afterMs + readCount(in);
      afterMs = beginMs + readCount(in);
      channel.timeline.stretches.add(new Timeline.Stretch(labels.get(label), beginMs, afterMs));
    }
  }

  private void readAlerts(DataInputStream in, ChannelState channel) throws IOException {
    int alertCount = readSmallCount(in, "alerts", StreamSettings.MAX_ALERT_RULES);
    for (int i = 0; i < alertCount; i++) {
      String rule = in.readUTF();
      AlertProgress alert = new AlertProgress();
      alert.holds = in.readBoolean();
      alert.raised = in.readBoolean();
      alert.sinceMs = in.readLong();
      alert.untilMs = in.readLong();
      alert.firstEvent = readCount(in);
      alert.lastEvent = readCount(in);
      alert.probability = in.readFloat();
      alert.baseline = in.readFloat();
      alert.raisedCount = readSmallCount(in, "times raised", Integer.MAX_VALUE);
      alert.firstRaisedMs = readCount(in);
      alert.heldMs = readCount(in);
      int lowCount = readSmallCount(in, "probabilities", Alerts.MAX_LOWS);
      for (int j = 0; j < lowCount; j++) {
        long endMs = readCount(in);
        long beginMs = endMs - readCount(in);
        alert.lows.addLast(new AlertProgress.Low(endMs, beginMs, readCount(in), in.readFloat()));
      }
      if (hasRule(rule)) {
        channel.alerts.put(rule, alert);
      }
    }
  }

  /** Whether a rule is still among the settings' rules. */
  boolean hasRule(String text) {
    for (AlertRule rule : settings.alertRules()) {
      if (rule.text().equals(text)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Reads the analyser of a channel in a segment; closes the segment if it cannot go on.
   *
   * @param fingerprint of the features and windows that it was written with
   * @throws IOException if the bytes are not an analyser's of these features
   */
  void readAnalyzer(DataInputStream in, ChannelState channel, long fingerprint) throws IOException {
    int analyzerCount = readCount(in, "analyser bytes", MAX_ANALYZER_BYTES);
    byte[] state = in.readNBytes(analyzerCount);
    boolean analyzed = settings.analyzedRoles().contains(channel.role);
    OpenModels.OpenModel model =
        analyzed && analyzerCount > 0 ? models.offered(channel.sampleRateHz) : null;
    if (model != null && model.fingerprint == fingerprint) {
      channel.model = model;
      channel.analyzer =
          new ChannelAnalyzer(model.extractor, settings.windows(), channel.sampleRateHz);
      channel.analyzer.readState(new DataInputStream(new ByteArrayInputStream(state)));
    } else if (analyzed || analyzerCount > 0) {
      // What the analyser had heard is lost; the next chunk begins a segment where this one ended.
      channel.closeSegment();
    }
  }

  void readNormalization(DataInputStream in, ChannelState channel) throws IOException {
    byte[] state = in.readNBytes(readCount(in, "bytes of statistics", MAX_NORMALIZATION_BYTES));
    if (state.length == 0) {
      return;
    }
    Population population =
        models.offered(Math.max(channel.sampleRateHz, ChunkRules.MIN_RATE_HZ)).population;
    if (population != null) {
      RunningNormalization normalization = new RunningNormalization(population);
      if (normalization.readState(new DataInputStream(new ByteArrayInputStream(state)))) {
        channel.normalization = normalization;
      }
    }
  }

  static int checkedRate(int rateHz) throws IOException {
    if (rateHz < ChunkRules.MIN_RATE_HZ || rateHz > ChunkRules.MAX_RATE_HZ) {
      throw new IOException("it has audio at " + rateHz + " Hz");
    }
    return rateHz;
  }

  static int readCount(DataInputStream in, String what, int max) throws IOException {
    return checked(in.readInt(), what, max);
  }

  static int readSmallCount(DataInputStream in, String what, int max) throws IOException {
    return checked(readCount(in), what, max);
  }

  private static int checked(long count, String what, int max) throws IOException {
    if (count < 0 || count > max) {
      throw new IOException("it has " + count + " " + what + ", more than " + max);
    }
    return (int) count;
  }

  /** Writes 7 bits a byte, the lowest first; negative numbers take 10 bytes. */
  static void writeCount(DataOutputStream out, long count) throws IOException {
    long rest = count;
    while ((rest & ~0x7fL) != 0) {
      out.writeByte((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    out.writeByte((int) rest);
  }

  static long readCount(DataInputStream in) throws IOException {
    long count = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      int next = in.readUnsignedByte();
      count |= (long) (next & 0x7f) << shift;
      if (next < 0x80) {
        return count;
      }
    }
    throw new IOException("it has a number of more than 64 bits");
  }

  static void writeText(DataOutputStream out, String text) throws IOException {
    out.writeBoolean(text != null);
    if (text != null) {
      out.writeUTF(text);
    }
  }

  static String readText(DataInputStream in) throws IOException {
    return in.readBoolean() ? in.readUTF() : null;
  }

  static void writeNullable(DataOutputStream out, Long value) throws IOException {
    out.writeBoolean(value != null);
    if (value != null) {
      out.writeLong(value);
    }
  }

  static Long readNullable(DataInputStream in) throws IOException {
    return in.readBoolean() ? in.readLong() : null;
  }
}
