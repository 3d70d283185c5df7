package dev.speechemotion.app.client;

import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.audio.resampling.Resampler;
import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.avro.PayloadEncoding;
import dev.speechemotion.streams.intake.ChunkRules;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.DoubleConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Plays a recording into the input topic as the media feed of one call. */
public final class CallPlayer {
  /** How large a payload may be is a setting of the stream. */
  private static final ChunkRules RULES = new ChunkRules(Integer.MAX_VALUE);

  private static final String STREAM_ID = "stream-1";
  private static final int START_SEQUENCE_NUMBER = 1;

  private final Producer<String, AudioChunk> producer;
  private final String topic;
  private final Format format;
  private final AtomicReference<Exception> failure = new AtomicReference<>();

  private String callId;
  private List<ChannelRole> roles;
  private Instant begin;
  private long sequenceNumber;
  private long bytes;

  /**
   * How a call is sent.
   *
   * @param chunkMs audio per message, milliseconds
   * @param encoding how samples are stored
   * @param sampleRateHz rate of the audio sent
   * @param speed 1: as fast as it was spoken; infinity: as fast as it goes
   * @param interleaved all channels in one message, instead of a message for each
   */
  public record Format(
      int chunkMs, AudioEncoding encoding, int sampleRateHz, double speed, boolean interleaved) {
    public Format {
      require(chunkMs >= 1 && chunkMs <= 10_000, "the chunk must be from 1 to 10000 ms", chunkMs);
      require(
          sampleRateHz >= 8_000 && sampleRateHz <= 96_000,
          "the rate must be from 8000 to 96000 Hz",
          sampleRateHz);
      require(
          (long) sampleRateHz * chunkMs >= 1_000, "a chunk must hold at least a sample", chunkMs);
      require(speed > 0, "the speed must be above 0", speed);
    }

    private static void require(boolean holds, String rule, Number value) {
      if (!holds) {
        throw new IllegalArgumentException(rule + ", got " + value);
      }
    }
  }

  /**
   * What was sent.
   *
   * @param chunks messages, START and STOP included
   * @param bytes of audio
   */
  public record Sent(String callId, long chunks, long bytes, Duration audio, boolean complete) {}

  public CallPlayer(Producer<String, AudioChunk> producer, String topic, Format format) {
    this.producer = producer;
    this.topic = topic;
    this.format = format;
  }

  /**
   * Sends a call from START to STOP, pacing itself.
   *
   * @param roles of the clip's channels
   * @param stop ends the call early, with a STOP all the same
   * @throws CommandFailure if the broker did not take a message
   */
  public Sent play(String callId, AudioClip clip, List<ChannelRole> roles, StopRequest stop)
      throws InterruptedException {
    return play(callId, clip, roles, stop, share -> {});
  }

  /**
   * The same.
   *
   * @param progress is told the share of the call that has been sent, 0 to 1
   */
  public Sent play(
      String callId,
      AudioClip clip,
      List<ChannelRole> roles,
      StopRequest stop,
      DoubleConsumer progress)
      throws InterruptedException {
    this.callId = callId;
    this.roles = roles;
    float[][] channels = resampled(clip);
    int total = channels[0].length;
    int perChunk = (int) ((long) format.sampleRateHz() * format.chunkMs() / 1_000);

    begin = Instant.now();
    sequenceNumber = START_SEQUENCE_NUMBER;
    bytes = 0;
    send(chunk(ChunkKind.START, 0).setChannels(allChannels()));
    int from = 0;
    for (long track = 1; from < total; track++) {
      int count = Math.min(perChunk, total - from);
      // As on a line, a chunk can be sent when its last sample has been spoken.
      if (pause(from + count, stop)) {
        break;
      }
      sendMedia(channels, from, count, track);
      from += count;
      progress.accept((double) from / total);
    }
    boolean complete = from == total;
    send(
        chunk(ChunkKind.STOP, micros(from))
            .setEndReason(complete ? "end of the recording" : "stopped"));
    producer.flush();
    requireSent();
    return new Sent(
        callId,
        sequenceNumber - START_SEQUENCE_NUMBER,
        bytes,
        Duration.ofNanos(micros(from) * 1_000),
        complete);
  }

  private float[][] resampled(AudioClip clip) {
    float[][] channels = new float[clip.channelCount()][];
    Arrays.setAll(
        channels,
        i -> Resampler.resample(clip.channel(i), clip.sampleRateHz(), format.sampleRateHz()));
    return channels;
  }

  private void sendMedia(float[][] channels, int from, int count, long track) {
    if (format.interleaved()) {
      float[] interleaved = new float[count * channels.length];
      for (int c = 0; c < channels.length; c++) {
        for (int i = 0; i < count; i++) {
          interleaved[i * channels.length + c] = channels[c][from + i];
        }
      }
      send(media(interleaved, 0, interleaved.length, from, track).setChannels(allChannels()));
      return;
    }
    for (int c = 0; c < channels.length; c++) {
      List<AudioChannel> channel = List.of(channel(c));
      send(media(channels[c], from, count, from, track).setChannels(channel));
    }
  }

  private AudioChunk.Builder media(
      float[] samples, int offset, int count, int position, long track) {
    byte[] payload = new byte[count * format.encoding().bytesPerSample()];
    format.encoding().encode(samples, offset, count, payload, 0);
    bytes += payload.length;
    return chunk(ChunkKind.MEDIA, micros(position))
        .setTrackSequence(track)
        .setPayload(ByteBuffer.wrap(payload));
  }

  private AudioChunk.Builder chunk(ChunkKind kind, long offsetMicros) {
    return AudioChunk.newBuilder()
        .setCallId(callId)
        .setStreamId(STREAM_ID)
        .setKind(kind)
        .setSequenceNumber(sequenceNumber++)
        .setMediaOffsetMicros(offsetMicros)
        .setEncoding(PayloadEncoding.valueOf(format.encoding().name()))
        .setSampleRateHz(format.sampleRateHz())
        .setCapturedAt(begin.plusNanos(offsetMicros * 1_000))
        .setIngestedAt(Instant.now())
        .setSource("file")
        .setProtocolVersion("1");
  }

  private void send(AudioChunk.Builder builder) {
    requireSent();
    AudioChunk chunk = builder.build();
    RULES
        .check(callId.getBytes(StandardCharsets.UTF_8), chunk)
        .ifPresent(
            refusal -> {
              throw new CommandFailure(
                  "the stream would refuse this call (%s): %s"
                      .formatted(refusal.reason(), refusal.message()));
            });
    producer.send(
        new ProducerRecord<>(topic, callId, chunk),
        (metadata, e) -> {
          if (e != null) {
            failure.compareAndSet(null, e);
          }
        });
  }

  private void requireSent() {
    Exception e = failure.get();
    if (e != null) {
      throw new CommandFailure("the broker did not take a chunk: " + e.getMessage(), e);
    }
  }

  private List<AudioChannel> allChannels() {
    List<AudioChannel> channels = new ArrayList<>();
    for (int i = 0; i < roles.size(); i++) {
      channels.add(channel(i));
    }
    return channels;
  }

  /**
   * The channel in that position. Where each is sent by itself, two of one role would be one
   * channel if they had no names.
   */
  private AudioChannel channel(int position) {
    ChannelRole role = roles.get(position);
    boolean isOnlyOne = Collections.frequency(roles, role) == 1;
    String name = isOnlyOne ? null : role.name().toLowerCase(Locale.ROOT) + "-" + position;
    return new AudioChannel(role, name);
  }

  private boolean pause(int samplesSpoken, StopRequest stop) throws InterruptedException {
    if (Double.isInfinite(format.speed())) {
      return stop.requested();
    }
    long dueNanos = (long) (micros(samplesSpoken) * 1_000 / format.speed());
    Duration untilDue = Duration.between(Instant.now(), begin.plusNanos(dueNanos));
    return untilDue.isNegative() ? stop.requested() : stop.await(untilDue);
  }

  private long micros(int samples) {
    return samples * 1_000_000L / format.sampleRateHz();
  }
}
