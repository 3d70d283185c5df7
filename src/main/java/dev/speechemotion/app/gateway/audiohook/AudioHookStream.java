package dev.speechemotion.app.gateway.audiohook;

import dev.speechemotion.app.gateway.feed.StreamOutbox;
import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.avro.MediaGap;
import dev.speechemotion.avro.Participant;
import dev.speechemotion.avro.PayloadEncoding;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/**
 * A stream on its way to Kafka, over one session or several that go on from each other: numbers its
 * messages, knows how far it has been heard, and passes nothing on twice. Serves all threads.
 */
final class AudioHookStream {
  static final int RATE_HZ = 8_000;

  /** Number of the first message. */
  static final long FIRST_NUMBER = 1;

  private static final long MICROS_PER_SAMPLE = 1_000_000 / RATE_HZ;
  private static final int MAX_TEXT_CHARS = 1_000;

  private final StreamOutbox outbox;
  private long nextNumber;

  /** Where audio has been passed on to, samples from the start of the stream. */
  private long heardSamples;

  /** Where the next frame of the present session begins. */
  private long positionSamples;

  private List<AudioChannel> channels = List.of();
  private boolean paused;
  private boolean stopped;
  private boolean untold;

  /** Of the sessions that have had the stream, the present one. */
  private Object owner;

  /**
   * @param nextNumber of the next message
   * @param heardMicros where audio has been passed on to
   */
  AudioHookStream(StreamOutbox outbox, long nextNumber, long heardMicros) {
    this.outbox = outbox;
    this.nextNumber = nextNumber;
    heardSamples = samples(heardMicros);
  }

  private static long samples(long micros) {
    return Math.round((double) micros / MICROS_PER_SAMPLE);
  }

  StreamOutbox outbox() {
    return outbox;
  }

  /** Where audio has been passed on to, microseconds. */
  synchronized long heardMicros() {
    return heardSamples * MICROS_PER_SAMPLE;
  }

  /**
   * Gives the stream to a session, unless it has ended; whichever had it before has it no more.
   *
   * @return whether the session has it
   */
  synchronized boolean give(Object newOwner) {
    if (!stopped) {
      owner = newOwner;
    }
    return !stopped;
  }

  /** Number of the next message. */
  synchronized long nextNumber() {
    return nextNumber;
  }

  /** Ends what is sent here of the stream, without a word: it goes on at another gateway. */
  synchronized void leave(Object session) {
    if (isOf(session)) {
      stopped = true;
    }
  }

  synchronized void stopIfOf(Object session, String reason) {
    if (isOf(session)) {
      stop(reason, null);
    }
  }

  /** The stream was another gateway's, which does not know that it is here now. */
  synchronized void comeFromElsewhere() {
    untold = true;
  }

  /**
   * Tells the other gateway that the stream is here, if nothing else has. Not at once: where the
   * other one still passes audio on, the same numbers are to stand for the same audio.
   */
  synchronized void tell() {
    if (untold) {
      send(event(ChunkKind.MARK).setMark("reconnect"));
    }
  }

  synchronized boolean isOf(Object session) {
    return owner == session;
  }

  synchronized boolean isStopped() {
    return stopped;
  }

  /** From where the next frames are, of these channels. */
  synchronized void goOnAt(long positionMicros, List<String> channelNames) {
    positionSamples = samples(positionMicros);
    channels =
        channelNames.stream()
            .map(
                name ->
                    new AudioChannel(
                        switch (name) {
                          case "external" -> ChannelRole.CUSTOMER;
                          case "internal" -> ChannelRole.AGENT;
                          default -> ChannelRole.UNKNOWN;
                        },
                        name))
            .toList();
  }

  synchronized void start(
      String json, String language, Participant participant, Map<String, String> attributes) {
    stopped = false;
    send(
        event(ChunkKind.START)
            .setChannels(channels)
            .setLanguage(language)
            .setParticipant(participant)
            .setAttributes(attributes)
            .setStartMessage(json));
  }

  /** A frame: mu-law, channels interleaved. What was passed on before is left out. */
  synchronized void audio(ByteBuffer frame) {
    if (stopped || channels.isEmpty()) {
      return;
    }
    int count = frame.remaining() / channels.size();
    long from = positionSamples;
    positionSamples += count;
    int known = (int) Math.max(0, Math.min(count, heardSamples - from));
    if (known == count) {
      return;
    }
    byte[] payload = new byte[(count - known) * channels.size()];
    frame.position(frame.position() + known * channels.size());
    frame.get(payload);
    heardSamples = positionSamples;
    send(
        event(ChunkKind.MEDIA)
            .setMediaOffsetMicros((from + known) * MICROS_PER_SAMPLE)
            .setChannels(channels)
            .setEncoding(PayloadEncoding.MULAW)
            .setSampleRateHz(RATE_HZ)
            .setPayload(ByteBuffer.wrap(payload)));
  }

  synchronized int channelCount() {
    return channels.size();
  }

  synchronized void paused() {
    paused = true;
    send(event(ChunkKind.PAUSED));
  }

  /** The audio after a pause. */
  synchronized void resumed(AudioHookMessage.Missing missing) {
    if (paused) {
      paused = false;
      missing(ChunkKind.RESUMED, missing, "paused");
    } else if (samples(missing.startMicros() + missing.durationMicros()) > positionSamples) {
      // The pause began in a session at another gateway.
      discarded(missing);
    }
  }

  synchronized void discarded(AudioHookMessage.Missing missing) {
    // What is discarded since it has been passed on is not missing.
    if (samples(missing.startMicros() + missing.durationMicros()) > heardSamples) {
      missing(ChunkKind.DISCARDED, missing, "discarded");
    }
    positionSamples = samples(missing.startMicros() + missing.durationMicros());
  }

  private void missing(ChunkKind kind, AudioHookMessage.Missing missing, String cause) {
    long from = Math.max(missing.startMicros(), heardSamples * MICROS_PER_SAMPLE);
    long until = Math.max(from, missing.startMicros() + missing.durationMicros());
    positionSamples = samples(missing.startMicros() + missing.durationMicros());
    send(event(kind).setGap(new MediaGap(from, until - from, cause)));
  }

  synchronized void language(String language) {
    send(event(ChunkKind.MARK).setMark("update").setLanguage(language));
  }

  synchronized void error(String error) {
    send(event(ChunkKind.MARK).setMark("error").setError(cut(error)));
  }

  synchronized void stop(String reason, String error) {
    if (!stopped) {
      send(event(ChunkKind.STOP).setEndReason(cut(reason)).setError(cut(error)));
      stopped = true;
    }
  }

  private static String cut(String text) {
    return text == null || text.length() <= MAX_TEXT_CHARS
        ? text
        : text.substring(0, MAX_TEXT_CHARS);
  }

  private AudioChunk.Builder event(ChunkKind kind) {
    return AudioChunk.newBuilder()
        .setKind(kind)
        .setMediaOffsetMicros(Math.max(heardSamples, positionSamples) * MICROS_PER_SAMPLE);
  }

  private void send(AudioChunk.Builder chunk) {
    if (!stopped) {
      untold = false;
      outbox.send(chunk.setSequenceNumber(nextNumber++));
    }
  }
}
