package dev.speechemotion.app.gateway.rtp;

import dev.speechemotion.app.gateway.feed.StreamOutbox;
import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.avro.PayloadEncoding;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What comes at one port: packets to messages. Sequence numbers and timestamps are counted on
 * beyond their wrap-around; order, duplicates, and loss are the stream's business. Every packet
 * becomes a message, so that no number is missing that has come. Serves one thread at a time.
 */
final class RtpStream {
  static final int RATE_HZ = 8_000;

  private static final long MICROS_PER_SAMPLE = 1_000_000 / RATE_HZ;
  private static final String KEYS = "0123456789*#ABCD";
  private static final int EVENT_BYTES = 4;

  /** Media time beyond a year is an error of the sender. */
  private static final long MAX_SAMPLES = Duration.ofDays(365).toSeconds() * RATE_HZ;

  private static final int SEQUENCE_BITS = 16;
  private static final int TIMESTAMP_BITS = 32;

  /** What is further behind the last packet does not come late, but is of a new count. */
  private static final int MOST_LATE = 100;

  /** A clock that is further from the time of arrival has been set, samples. */
  private static final long MOST_ASTRAY = 10 * RATE_HZ;

  /** A lost packet may have been as long, samples. */
  private static final long LONGEST_PACKET = RATE_HZ / 10;

  private static final int NO_JUMP = -1;

  private final RtpRequest.Stream request;
  private final List<AudioChannel> channels;
  private final Function<String, StreamOutbox> outboxes;
  private final Function<AudioChunk.Builder, AudioChunk.Builder> describe;

  private Optional<StreamOutbox> outbox = Optional.empty();
  private long ssrc;
  private Unwrapped sequence = new Unwrapped(SEQUENCE_BITS);
  private Unwrapped timestamps = new Unwrapped(TIMESTAMP_BITS);

  /** What is added to the source's own numbers and timestamps. */
  private long addedToSequence;

  private long addedToTimestamp;

  /** Of the present count: what is lower would have the number of another packet. */
  private long firstNumber = 1;

  private long lastNumber;
  private long lastSamples;

  /** The sequence number that follows that of a packet which did not fit the last ones. */
  private int nextAfterJump = NO_JUMP;

  private long untilSamples;
  private long lastArrivalNanos;
  private long keyTimestamp = Long.MIN_VALUE;
  private boolean stopped;

  /**
   * @param outboxes gives the way for a stream by the id of its first source
   * @param describe adds what is known of the call to START
   */
  RtpStream(
      RtpRequest.Stream request,
      Function<String, StreamOutbox> outboxes,
      Function<AudioChunk.Builder, AudioChunk.Builder> describe) {
    this.request = request;
    this.outboxes = outboxes;
    this.describe = describe;
    channels = List.of(new AudioChannel(request.role(), request.name().orElse(null)));
  }

  /** What packets of a type hold; empty if nobody has said so. */
  Optional<RtpPayload> payload(int type) {
    return Optional.ofNullable(request.payloads().get(type));
  }

  /** The way to Kafka; empty as long as nothing has come. */
  synchronized Optional<StreamOutbox> outbox() {
    return outbox;
  }

  /**
   * Takes a packet.
   *
   * @return whether it is of use
   */
  synchronized boolean take(RtpPacket packet, long arrivalNanos) {
    if (stopped) {
      return false;
    }
    if (outbox.isEmpty()) {
      begin(packet);
    } else if (packet.ssrc() != ssrc) {
      goOn(packet, arrivalNanos);
    } else if (jumps(packet, arrivalNanos)) {
      // One may be a stray packet, two in a row are not (RFC 3550, appendix A.1).
      boolean again = packet.sequenceNumber() == nextAfterJump;
      nextAfterJump = packet.sequenceNumber() + 1 & (1 << SEQUENCE_BITS) - 1;
      if (!again) {
        return false;
      }
      goOn(packet, arrivalNanos);
    }
    nextAfterJump = NO_JUMP;
    long number = sequence.of(packet.sequenceNumber()) + addedToSequence;
    long samples = timestamps.of(packet.timestamp()) + addedToTimestamp;
    lastArrivalNanos = arrivalNanos;
    if (samples < 0 || number < firstNumber || samples > MAX_SAMPLES) {
      // Mostly overtaken by the packet with which the stream, or its present count, began.
      return false;
    }
    lastNumber = Math.max(lastNumber, number);
    lastSamples = Math.max(lastSamples, samples);
    send(packet, number, samples);
    return true;
  }

  private void begin(RtpPacket packet) {
    ssrc = packet.ssrc();
    outbox = Optional.of(outboxes.apply("%08x".formatted(ssrc)));
    addedToSequence = 1 - packet.sequenceNumber();
    addedToTimestamp = -packet.timestamp();
    outbox
        .get()
        .send(
            describe
                .apply(AudioChunk.newBuilder())
                .setKind(ChunkKind.START)
                .setSequenceNumber(0)
                .setMediaOffsetMicros(0L)
                .setChannels(channels));
  }

  /** Whether the sender counts anew or has set its clock, though it names the same source. */
  private boolean jumps(RtpPacket packet, long arrivalNanos) {
    long ahead = sequence.near(packet.sequenceNumber()) + addedToSequence - lastNumber;
    long later = timestamps.near(packet.timestamp()) + addedToTimestamp - lastSamples;
    long waited = (arrivalNanos - lastArrivalNanos) / 1_000 / MICROS_PER_SAMPLE;
    return ahead < -MOST_LATE
        || later < -MOST_ASTRAY
        || later > waited + MOST_ASTRAY + Math.max(0, ahead) * LONGEST_PACKET;
  }

  /** With other numbers and another clock than before: goes on by the time of arrival. */
  private void goOn(RtpPacket packet, long arrivalNanos) {
    ssrc = packet.ssrc();
    sequence = new Unwrapped(SEQUENCE_BITS);
    timestamps = new Unwrapped(TIMESTAMP_BITS);
    firstNumber = lastNumber + 1;
    addedToSequence = firstNumber - packet.sequenceNumber();
    long waited = (arrivalNanos - lastArrivalNanos) / 1_000 / MICROS_PER_SAMPLE;
    long length = packet.payload().remaining();
    // Packets come when they are complete, a little earlier or later than that.
    long missing = Math.max(0, waited - length);
    long last = Math.max(untilSamples, lastSamples);
    addedToTimestamp = last + (missing > RATE_HZ / 10 ? missing : 0) - packet.timestamp();
    keyTimestamp = Long.MIN_VALUE;
  }

  private void send(RtpPacket packet, long number, long samples) {
    Optional<RtpPayload> payload = payload(packet.payloadType());
    AudioChunk.Builder chunk =
        AudioChunk.newBuilder()
            .setSequenceNumber(number)
            .setMediaOffsetMicros(samples * MICROS_PER_SAMPLE);
    if (payload.isEmpty()) {
      chunk.setKind(ChunkKind.MARK).setMark("payload type " + packet.payloadType());
    } else {
      switch (payload.get()) {
        case PCMU -> media(chunk, packet, samples, PayloadEncoding.MULAW);
        case PCMA -> media(chunk, packet, samples, PayloadEncoding.ALAW);
        case TELEPHONE_EVENT -> key(chunk, packet, samples);
        case COMFORT_NOISE -> chunk.setKind(ChunkKind.MARK).setMark("comfort noise");
      }
    }
    outbox.orElseThrow().send(chunk);
  }

  private void media(
      AudioChunk.Builder chunk, RtpPacket packet, long samples, PayloadEncoding encoding) {
    int count = packet.payload().remaining();
    if (count == 0) {
      chunk.setKind(ChunkKind.MARK).setMark("no audio");
      return;
    }
    untilSamples = Math.max(untilSamples, samples + count);
    byte[] bytes = new byte[count];
    packet.payload().duplicate().get(bytes);
    chunk
        .setKind(ChunkKind.MEDIA)
        .setChannels(channels)
        .setEncoding(encoding)
        .setSampleRateHz(RATE_HZ)
        .setPayload(ByteBuffer.wrap(bytes));
  }

  /** A key comes in several packets, all with the time at which it was pressed. */
  private void key(AudioChunk.Builder chunk, RtpPacket packet, long samples) {
    int event =
        packet.payload().remaining() < EVENT_BYTES
            ? KEYS.length()
            : Byte.toUnsignedInt(packet.payload().get(packet.payload().position()));
    if (event < KEYS.length() && samples > keyTimestamp) {
      keyTimestamp = samples;
      chunk.setKind(ChunkKind.DTMF).setDtmf(KEYS.substring(event, event + 1));
    } else {
      chunk.setKind(ChunkKind.MARK).setMark("telephone-event");
    }
  }

  /** Ends the stream, if it has begun. */
  synchronized void stop(String reason) {
    if (outbox.isPresent() && !stopped) {
      outbox
          .get()
          .send(
              AudioChunk.newBuilder()
                  .setKind(ChunkKind.STOP)
                  .setSequenceNumber(lastNumber + 1)
                  .setMediaOffsetMicros(untilSamples * MICROS_PER_SAMPLE)
                  .setEndReason(reason));
    }
    stopped = true;
  }
}
