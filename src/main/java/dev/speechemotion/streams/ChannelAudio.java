package dev.speechemotion.streams;

import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.avro.MediaGap;
import dev.speechemotion.features.ChannelAnalyzer;
import dev.speechemotion.features.window.WindowSink;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Places the audio of chunks, which come in order here, in media time: goes on with a channel's
 * segment, fills a short gap with the line's background, or begins a segment; and gives it to the
 * channel's analyzer and talk meter.
 */
final class ChannelAudio {

  /** Receives the windows of channels; see {@link WindowSink}. */
  interface Windows {
    void window(
        CallState call,
        StreamState stream,
        ChannelState channel,
        long beginMs,
        long endMs,
        float voicedShare,
        float[] features);
  }

  /** A media offset that is later by no more than this, with no number missing, is jitter. */
  static final long OFFSET_TOLERANCE_MICROS = 20_000;

  /** What is missing where numbers are is a gap from here on; feeds round to milliseconds. */
  private static final long LEAST_GAP_MICROS = 1_000;

  /** Chunks lost in one place that are believed where the feed has no media offsets. */
  private static final long MAX_LOST_CHUNKS = 3_000;

  /** Samples decoded at a time; bounds the scratch space whatever the chunk. */
  private static final int BLOCK_SAMPLES = 4_096;

  private final StreamSettings settings;
  private final ChannelRoles roles;
  private final OpenModels models;
  private final Windows windows;
  private final long gapToleranceMicros;
  private final float[] samples = new float[BLOCK_SAMPLES];
  private final ChannelState[] chunkChannels = new ChannelState[ChunkRules.MAX_CHANNELS];
  private final WindowSink windowSink = this::window;

  /** Whose windows are being handed out. */
  private CallState sinkCall;

  private StreamState sinkStream;
  private ChannelState sinkChannel;

  ChannelAudio(StreamSettings settings, ChannelRoles roles, OpenModels models, Windows windows) {
    this.settings = settings;
    this.roles = roles;
    this.models = models;
    this.windows = windows;
    this.gapToleranceMicros = settings.call().gapTolerance().toMillis() * 1_000;
  }

  /** Length of a chunk's audio, microseconds. */
  static long micros(AudioChunk chunk) {
    return frames(chunk) * 1_000_000L / chunk.getSampleRateHz();
  }

  private static int frames(AudioChunk chunk) {
    int frameBytes =
        chunk.getChannels().size() * ChunkRules.encoding(chunk.getEncoding()).bytesPerSample();
    return chunk.getPayload().remaining() / frameBytes;
  }

  boolean isAnalyzed(ChannelState channel) {
    return settings.analyzedRoles().contains(channel.role);
  }

  /** Finds a chunk's channels, or makes them known; fills {@link #chunkChannels}. */
  private void findChannels(StreamState stream, AudioChunk chunk) {
    List<AudioChannel> channels = chunk.getChannels();
    for (int i = 0; i < channels.size(); i++) {
      AudioChannel named = channels.get(i);
      ChannelRole role = roles.of(named, i);
      ChannelState channel = stream.channel(named, role, i);
      if (channel == null) {
        channel = new ChannelState(named.getName(), i, role);
        stream.channels.add(channel);
      }
      chunkChannels[i] = channel;
    }
  }

  private static void takeNumber(ChannelState channel, AudioChunk chunk) {
    channel.hasSequence = true;
    channel.lastSequence = chunk.getSequenceNumber();
    channel.lastIngestedAtMs = chunk.getIngestedAt().toEpochMilli();
  }

  /** Passes over the audio of a MEDIA message: what it holds is missing. */
  void skip(CallState call, StreamState stream, AudioChunk chunk) {
    findChannels(stream, chunk);
    for (int i = 0; i < chunk.getChannels().size(); i++) {
      ChannelState channel = chunkChannels[i];
      long endMicros =
          beginMicros(stream, channel, chunk, lostBefore(stream, channel, chunk)) + micros(chunk);
      finishSegment(call, stream, channel);
      if (!channel.heard) {
        channel.heard = true;
        channel.endMicros = endMicros - micros(chunk);
      }
      long missingMicros = Math.max(0, endMicros - channel.endMicros);
      countMissing(channel, missingMicros);
      channel.skippedMicros += missingMicros;
      channel.endMicros += missingMicros;
      channel.nextMicros = channel.endMicros;
      takeNumber(channel, chunk);
      chunkChannels[i] = null;
    }
  }

  /** Counts what is missing before a segment; what is skipped in a row is one gap. */
  private static void countMissing(ChannelState channel, long micros) {
    channel.gapMicros += micros;
    if (micros > 0 && channel.skippedMicros == 0) {
      channel.gapCount++;
    }
  }

  /** Takes the audio of a MEDIA message. */
  void hear(CallState call, StreamState stream, AudioChunk chunk) {
    List<AudioChannel> channels = chunk.getChannels();
    int channelCount = channels.size();
    AudioEncoding encoding = ChunkRules.encoding(chunk.getEncoding());
    findChannels(stream, chunk);
    for (int i = 0; i < channelCount; i++) {
      ChannelState channel = chunkChannels[i];
      placeInTime(call, stream, channel, roles.of(channels.get(i), i), chunk, encoding);
      takeNumber(channel, chunk);
    }

    ByteBuffer payload = chunk.getPayload();
    int frames = frames(chunk);
    int frameBytes = channelCount * encoding.bytesPerSample();
    int payloadBegin = payload.arrayOffset() + payload.position();
    for (int i = 0; i < channelCount; i++) {
      int begin = payloadBegin + i * encoding.bytesPerSample();
      for (int done = 0; done < frames; done += BLOCK_SAMPLES) {
        int count = Math.min(BLOCK_SAMPLES, frames - done);
        encoding.decode(
            payload.array(), begin + done * frameBytes, channelCount, count, samples, 0);
        take(call, stream, chunkChannels[i], count);
      }
      chunkChannels[i] = null;
    }
  }

  private void placeInTime(
      CallState call,
      StreamState stream,
      ChannelState channel,
      ChannelRole role,
      AudioChunk chunk,
      AudioEncoding encoding) {
    long lost = lostBefore(stream, channel, chunk);
    long beginMicros = beginMicros(stream, channel, chunk, lost);
    if (stream.originMs == null) {
      long wallMs =
          (chunk.getCapturedAt() != null ? chunk.getCapturedAt() : chunk.getIngestedAt())
              .toEpochMilli();
      stream.originMs = wallMs - beginMicros / 1_000;
    }
    boolean sameFormat =
        channel.inSegment
            && encoding == channel.encoding
            && chunk.getSampleRateHz() == channel.sampleRateHz
            && role == channel.role;
    long jumpMicros = beginMicros - channel.heardUntilMicros();
    long jitterMicros =
        lost > 0 || chunk.getGap() != null ? LEAST_GAP_MICROS : OFFSET_TOLERANCE_MICROS;
    if (!sameFormat || jumpMicros < -gapToleranceMicros || jumpMicros > gapToleranceMicros) {
      // Within the tolerance of jitter, whatever the tolerance of gaps.
      if (!sameFormat || Math.abs(jumpMicros) > jitterMicros) {
        finishSegment(call, stream, channel);
        beginSegment(channel, role, encoding, chunk.getSampleRateHz(), beginMicros);
      }
    } else if (jumpMicros > jitterMicros) {
      fill(call, stream, channel, jumpMicros);
    }
    if (channel.analyzer != null && followOffer(channel)) {
      finishSegment(call, stream, channel);
      beginSegment(channel, role, encoding, chunk.getSampleRateHz(), channel.heardUntilMicros());
    }
    if (channel.originAtMs == null && chunk.getCapturedAt() != null) {
      channel.originAtMs =
          chunk.getCapturedAt().toEpochMilli() - channel.heardUntilMicros() / 1_000;
    }
  }

  /**
   * Has a channel's windows classified by the model on offer, if it takes the features that the
   * channel has.
   *
   * @return whether it takes others
   */
  private boolean followOffer(ChannelState channel) {
    OpenModels.OpenModel offered = models.offered(channel.sampleRateHz);
    if (offered == channel.model) {
      return false;
    }
    boolean otherFeatures = !offered.spec().equals(channel.model.spec());
    if (!otherFeatures) {
      channel.model = offered;
    }
    return otherFeatures;
  }

  /** How many messages of the stream are lost between the channel's last one and a chunk. */
  private static long lostBefore(StreamState stream, ChannelState channel, AudioChunk chunk) {
    return channel.hasSequence ? stream.givenUpBetween(channel.lastSequence, chunk) : 0;
  }

  /** Media time at which a chunk begins. */
  private static long beginMicros(
      StreamState stream, ChannelState channel, AudioChunk chunk, long lost) {
    if (chunk.getMediaOffsetMicros() != null) {
      return chunk.getMediaOffsetMicros();
    }
    long expected = channel.inSegment ? channel.heardUntilMicros() : channel.nextMicros;
    MediaGap gap = chunk.getGap();
    if (gap != null) {
      return Math.max(expected, gap.getOffsetMicros() + gap.getDurationMicros());
    }
    // What is lost is taken for chunks like this one, of all tracks alike.
    long lostOfTrack =
        stream.byTrack ? lost : lost * chunk.getChannels().size() / stream.channels.size();
    return expected + Math.min(lostOfTrack, MAX_LOST_CHUNKS) * micros(chunk);
  }

  private void beginSegment(
      ChannelState channel,
      ChannelRole role,
      AudioEncoding encoding,
      int sampleRateHz,
      long beginMicros) {
    long missingMicros = channel.heard ? Math.max(0, beginMicros - channel.endMicros) : 0;
    countMissing(channel, missingMicros);
    channel.gapBeforeMicros = channel.skippedMicros + missingMicros;
    channel.skippedMicros = 0;
    channel.heard = true;
    channel.role = role;
    channel.inSegment = true;
    channel.encoding = encoding;
    channel.sampleRateHz = sampleRateHz;
    channel.segmentBeginMicros = beginMicros;
    channel.segmentSamples = 0;
    channel.filledSamples = 0;
    channel.originAtMs = null;
    if (isAnalyzed(channel)) {
      channel.model = models.offered(sampleRateHz);
      channel.analyzer =
          new ChannelAnalyzer(channel.model.extractor, settings.windows(), sampleRateHz);
    }
  }

  /** No window spans a pause: ends the segments of the channels that a message names, or of all. */
  void interrupt(CallState call, StreamState stream, AudioChunk chunk) {
    List<AudioChannel> named = chunk.getChannels();
    if (named.isEmpty()) {
      for (ChannelState channel : stream.channels) {
        interrupt(call, stream, channel, chunk);
      }
      return;
    }
    for (int i = 0; i < named.size(); i++) {
      ChannelState channel = stream.channel(named.get(i), roles.of(named.get(i), i), i);
      if (channel != null) {
        interrupt(call, stream, channel, chunk);
      }
    }
  }

  private void interrupt(
      CallState call, StreamState stream, ChannelState channel, AudioChunk chunk) {
    MediaGap gap = chunk.getGap();
    long gapEndMicros = gap == null ? 0 : gap.getOffsetMicros() + gap.getDurationMicros();
    if (chunk.getKind() == ChunkKind.DISCARDED && gap != null && channel.inSegment) {
      long jumpMicros = gapEndMicros - channel.heardUntilMicros();
      if (jumpMicros <= gapToleranceMicros) {
        if (jumpMicros > LEAST_GAP_MICROS) {
          fill(call, stream, channel, jumpMicros);
        }
        return;
      }
    }
    finishSegment(call, stream, channel);
    channel.nextMicros = Math.max(channel.nextMicros, gapEndMicros);
  }

  /** Ends a channel's segment, if it is in one, and hands out the windows that are still due. */
  void finishSegment(CallState call, StreamState stream, ChannelState channel) {
    if (!channel.inSegment) {
      return;
    }
    if (channel.analyzer != null) {
      aim(call, stream, channel);
      channel.analyzer.finish(windowSink);
    }
    channel.closeSegment();
  }

  /** Fills a gap with noise as loud as the line's background. */
  private void fill(CallState call, StreamState stream, ChannelState channel, long gapMicros) {
    int total = (int) Math.round(gapMicros * 1e-6 * channel.sampleRateHz);
    float power = channel.talk.backgroundPower();
    channel.fills.add(channel.segmentMicros(), gapMicros);
    channel.filledSamples += total;
    channel.gapMicros += gapMicros;
    channel.gapCount++;
    for (int done = 0; done < total; done += BLOCK_SAMPLES) {
      int count = Math.min(BLOCK_SAMPLES, total - done);
      Background.fill(samples, count, power, channel.segmentSamples);
      take(call, stream, channel, count);
    }
  }

  /** Takes {@code count} of {@link #samples} as what comes next in the channel's segment. */
  private void take(CallState call, StreamState stream, ChannelState channel, int count) {
    channel.talk.accept(
        samples,
        count,
        channel.sampleRateHz,
        stream.originMs * 1_000 + channel.segmentBeginMicros,
        channel.segmentSamples,
        call.talk);
    channel.segmentSamples += count;
    if (channel.analyzer != null) {
      aim(call, stream, channel);
      channel.analyzer.accept(samples, 0, count, windowSink);
    }
  }

  private void aim(CallState call, StreamState stream, ChannelState channel) {
    sinkCall = call;
    sinkStream = stream;
    sinkChannel = channel;
  }

  private void window(long beginMs, long endMs, float voicedShare, float[] features) {
    windows.window(sinkCall, sinkStream, sinkChannel, beginMs, endMs, voicedShare, features);
  }
}
