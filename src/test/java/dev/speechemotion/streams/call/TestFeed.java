package dev.speechemotion.streams.call;

import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.avro.PayloadEncoding;
import dev.speechemotion.streams.registry.ConfluentAvro;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/** Makes the chunks of a stream as feeds send them. */
final class TestFeed {
  static {
    ConfluentAvro.trustGeneratedClasses();
  }

  String callId = "call-1";
  String streamId = "stream-1";
  int rateHz = 8_000;
  AudioEncoding encoding = AudioEncoding.MULAW;
  boolean withOffsets = true;
  Instant capturedFrom;
  Instant ingestedFrom = StreamTester.BEGIN;
  long sequence;
  long offsetMicros;

  static AudioChannel channel(ChannelRole role, String name) {
    return new AudioChannel(role, name);
  }

  static AudioChannel customer() {
    return channel(ChannelRole.CUSTOMER, "external");
  }

  static AudioChannel agent() {
    return channel(ChannelRole.AGENT, "internal");
  }

  AudioChunk start() {
    return message(ChunkKind.START).build();
  }

  AudioChunk stop() {
    return message(ChunkKind.STOP).setEndReason("hangup").build();
  }

  AudioChunk.Builder message(ChunkKind kind) {
    return AudioChunk.newBuilder()
        .setCallId(callId)
        .setStreamId(streamId)
        .setKind(kind)
        .setSequenceNumber(sequence++)
        .setMediaOffsetMicros(withOffsets ? offsetMicros : null)
        .setCapturedAt(capturedFrom == null ? null : capturedFrom.plusNanos(offsetMicros * 1_000))
        .setIngestedAt(ingestedFrom.plusMillis(sequence))
        .setSource("test");
  }

  /** A MEDIA message of interleaved channels; media time goes on by its length. */
  AudioChunk media(List<AudioChannel> channels, float[]... samples) {
    AudioChunk chunk = mediaAt(channels, samples);
    offsetMicros += samples[0].length * 1_000_000L / rateHz;
    return chunk;
  }

  /** The same, media time stays. */
  AudioChunk mediaAt(List<AudioChannel> channels, float[]... samples) {
    int count = samples[0].length;
    float[] interleaved = new float[count * samples.length];
    for (int c = 0; c < samples.length; c++) {
      for (int i = 0; i < count; i++) {
        interleaved[i * samples.length + c] = samples[c][i];
      }
    }
    byte[] payload = new byte[interleaved.length * encoding.bytesPerSample()];
    encoding.encode(interleaved, 0, interleaved.length, payload, 0);
    return message(ChunkKind.MEDIA)
        .setChannels(channels)
        .setEncoding(PayloadEncoding.valueOf(encoding.name()))
        .setSampleRateHz(rateHz)
        .setPayload(ByteBuffer.wrap(payload))
        .build();
  }

  /** The audio in chunks of so many samples; the last one may be shorter. */
  List<AudioChunk> chunks(int chunkSamples, List<AudioChannel> channels, float[]... samples) {
    List<AudioChunk> chunks = new ArrayList<>();
    for (int from = 0; from < samples[0].length; from += chunkSamples) {
      float[][] part = new float[samples.length][];
      for (int c = 0; c < samples.length; c++) {
        part[c] =
            Arrays.copyOfRange(samples[c], from, Math.min(from + chunkSamples, samples[c].length));
      }
      chunks.add(media(channels, part));
    }
    return chunks;
  }

  /** The messages with each of some of them so many places later, by chance. */
  static List<AudioChunk> reordered(List<AudioChunk> chunks, Random random, double share, int by) {
    double[] place = new double[chunks.size()];
    Integer[] order = new Integer[chunks.size()];
    for (int i = 0; i < place.length; i++) {
      order[i] = i;
      place[i] = random.nextDouble() < share ? i + random.nextDouble() * by : i;
    }
    Arrays.sort(order, Comparator.comparingDouble(i -> place[i]));
    return Arrays.stream(order).map(chunks::get).toList();
  }

  /** The messages with some of them twice, the second one up to so many places later. */
  static List<AudioChunk> doubled(List<AudioChunk> chunks, Random random, double share, int by) {
    List<AudioChunk> result = new ArrayList<>(chunks);
    for (AudioChunk chunk : chunks) {
      if (random.nextDouble() < share) {
        int at = result.indexOf(chunk) + 1 + random.nextInt(by);
        result.add(Math.min(at, result.size()), chunk);
      }
    }
    return result;
  }

  /** Audio that has something of speech: noise, and tones that come, rise and go. */
  static float[] babble(long seed, int rateHz, double seconds) {
    Random random = new Random(seed);
    float[] samples = new float[(int) Math.round(rateHz * seconds)];
    double frequencyHz = 200;
    double amplitude = 0;
    double phase = 0;
    for (int i = 0; i < samples.length; i++) {
      if (i % (rateHz / 5) == 0) {
        frequencyHz = 100 + 1_500 * random.nextDouble();
        amplitude = random.nextInt(3) == 0 ? 0 : 0.6 * random.nextDouble();
      }
      frequencyHz *= 1 + 2.0 / rateHz;
      phase += 2 * Math.PI * frequencyHz / rateHz;
      samples[i] = (float) (amplitude * Math.sin(phase) + 0.05 * amplitude * random.nextGaussian());
      if (amplitude == 0 && rateHz >= 16_000) {
        // As a sibilant: what a telephone line does not carry.
        samples[i] += (float) (0.05 * Math.sin(2 * Math.PI * 6_000 * i / rateHz));
      }
    }
    return samples;
  }

  /** Words of 300 ms every 450 ms: a voice that rises, below a stronger high tone that does. */
  static float[] words(double highHz, int rateHz, double seconds) {
    float[] samples = new float[(int) Math.round(rateHz * seconds)];
    double phase = 0;
    for (int i = 0; i < samples.length; i++) {
      double word = i / (0.45 * rateHz) % 1;
      phase += 2 * Math.PI * (1 + 0.1 * word) / rateHz;
      if (word < 2 / 3.0) {
        double voice = 0;
        for (int harmonic = 1; harmonic <= 4; harmonic++) {
          voice += 0.05 * Math.sin(200 * harmonic * phase);
        }
        samples[i] = (float) (0.5 * Math.sin(highHz * phase) + voice);
      }
    }
    return samples;
  }

  /** A tone: the share of sign changes, and so the test classifier's "angry", is 2 f / rate. */
  static float[] tone(double frequencyHz, int rateHz, double seconds) {
    float[] samples = new float[(int) Math.round(rateHz * seconds)];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = 0.5f * (float) Math.sin(2 * Math.PI * frequencyHz * i / rateHz + 0.1);
    }
    return samples;
  }
}
