package dev.speechemotion.audio;

import static dev.speechemotion.audio.AudioEncoding.ALAW;
import static dev.speechemotion.audio.AudioEncoding.MULAW;
import static dev.speechemotion.audio.AudioEncoding.PCM_F32LE;
import static dev.speechemotion.audio.AudioEncoding.PCM_S16BE;
import static dev.speechemotion.audio.AudioEncoding.PCM_S16LE;

import dev.speechemotion.audio.EncodingCheck.Finding;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;

/** A payload and what it is declared as, right and wrong. */
public enum PayloadForm {
  GOOD_MULAW(MULAW, MULAW, false, Finding.NONE),
  GOOD_ALAW(ALAW, ALAW, false, Finding.NONE),
  GOOD_PCM(PCM_S16LE, PCM_S16LE, false, Finding.NONE),
  GOOD_PCM_OF_ALAW(PCM_S16BE, PCM_S16BE, false, Finding.NONE),
  GOOD_FLOATS(PCM_F32LE, PCM_F32LE, false, Finding.NONE),
  TEXT_OF_MULAW(MULAW, MULAW, true, Finding.TEXT),
  TEXT_OF_ALAW(ALAW, ALAW, true, Finding.TEXT),
  TEXT_OF_PCM(PCM_S16LE, PCM_S16LE, true, Finding.TEXT),
  ALAW_AS_MULAW(ALAW, MULAW, false, Finding.OTHER_LAW),
  MULAW_AS_ALAW(MULAW, ALAW, false, Finding.OTHER_LAW),
  BIG_AS_LITTLE_ENDIAN(PCM_S16BE, PCM_S16LE, false, Finding.BYTE_ORDER),
  LITTLE_AS_BIG_ENDIAN(PCM_S16LE, PCM_S16BE, false, Finding.BYTE_ORDER),
  BIG_ENDIAN_FLOATS(PCM_F32LE, PCM_F32LE, false, Finding.BYTE_ORDER),
  HEX_OF_MULAW(MULAW, MULAW, true, Finding.TEXT),
  HEX_OF_PCM(PCM_S16LE, PCM_S16LE, true, Finding.TEXT),
  LITTLE_ENDIAN_AS_MULAW(PCM_S16LE, MULAW, false, Finding.LINEAR_16),
  LITTLE_ENDIAN_AS_ALAW(PCM_S16LE, ALAW, false, Finding.LINEAR_16),
  BIG_ENDIAN_AS_MULAW(PCM_S16BE, MULAW, false, Finding.LINEAR_16),
  EIGHT_BITS_AS_MULAW(PCM_S16LE, MULAW, false, Finding.LINEAR_8),
  EIGHT_BITS_AS_ALAW(PCM_S16LE, ALAW, false, Finding.LINEAR_8),
  MULAW_AS_PCM(MULAW, PCM_S16LE, false, Finding.CODES),
  ALAW_AS_PCM(ALAW, PCM_S16LE, false, Finding.CODES),
  MULAW_AS_BIG_ENDIAN(MULAW, PCM_S16BE, false, Finding.CODES);

  private static final int CHUNK_SAMPLES = 160;

  private final AudioEncoding is;

  /** What the feed says. */
  public final AudioEncoding declared;

  private final boolean text;

  /** What is to be found. */
  public final Finding finding;

  PayloadForm(AudioEncoding is, AudioEncoding declared, boolean text, Finding finding) {
    this.is = is;
    this.declared = declared;
    this.text = text;
    this.finding = finding;
  }

  /** The payload of audio that comes in chunks of 20 ms at 8 kHz. */
  public byte[] payload(float[] samples) {
    float[] source = samples;
    if (this == GOOD_PCM_OF_ALAW) {
      source = overALine(samples);
    }
    if (finding == Finding.LINEAR_8) {
      byte[] payload = new byte[samples.length];
      for (int i = 0; i < samples.length; i++) {
        int value = (int) Math.floor(128 + 128 * samples[i]);
        payload[i] = (byte) Math.max(0, Math.min(255, value));
      }
      return payload;
    }
    byte[] payload = new byte[samples.length * is.bytesPerSample()];
    is.encode(source, 0, samples.length, payload, 0);
    if (this == BIG_ENDIAN_FLOATS) {
      for (int i = 0; i < payload.length; i += Float.BYTES) {
        swap(payload, i, i + 3);
        swap(payload, i + 1, i + 2);
      }
    }
    return text ? text(payload) : payload;
  }

  private static float[] overALine(float[] samples) {
    byte[] codes = new byte[samples.length];
    ALAW.encode(samples, 0, samples.length, codes, 0);
    float[] decoded = new float[samples.length];
    ALAW.decode(codes, 0, 1, samples.length, decoded, 0);
    return decoded;
  }

  private static void swap(byte[] bytes, int i, int k) {
    byte kept = bytes[i];
    bytes[i] = bytes[k];
    bytes[k] = kept;
  }

  private byte[] text(byte[] payload) {
    if (name().startsWith("HEX")) {
      return HexFormat.of().formatHex(payload).getBytes(StandardCharsets.US_ASCII);
    }
    int chunkBytes = CHUNK_SAMPLES * is.bytesPerSample();
    byte[] result = new byte[payload.length / chunkBytes * ((chunkBytes + 2) / 3 * 4)];
    int at = 0;
    for (int from = 0; from + chunkBytes <= payload.length; from += chunkBytes) {
      byte[] chunk = new byte[chunkBytes];
      System.arraycopy(payload, from, chunk, 0, chunkBytes);
      byte[] digits = Base64.getEncoder().encode(chunk);
      System.arraycopy(digits, 0, result, at, digits.length);
      at += digits.length;
    }
    return result;
  }

  /** What has been found at the end of a payload. */
  public Finding findingOf(byte[] payload, int rateHz) {
    EncodingCheck check = new EncodingCheck(declared, rateHz);
    take(check, payload, Integer.MAX_VALUE);
    return check.finding();
  }

  /** The payload's length when something was found first, samples; -1 if nothing was. */
  public int foundAfter(byte[] payload, int rateHz) {
    EncodingCheck check = new EncodingCheck(declared, rateHz);
    int total = payload.length / declared.bytesPerSample();
    for (int done = 0; done < total; ) {
      int count = Math.min(check.samplesLeft(), total - done);
      check.accept(payload, done * declared.bytesPerSample(), 1, count);
      done += count;
      if (check.finding() != Finding.NONE) {
        return done;
      }
    }
    return -1;
  }

  /** Gives a check all of a payload, in chunks. */
  public void take(EncodingCheck check, byte[] payload, int chunkSamples) {
    int total = payload.length / declared.bytesPerSample();
    for (int done = 0; done < total; ) {
      int count = Math.min(chunkSamples, total - done);
      count = Math.min(check.samplesLeft(), count);
      check.accept(payload, done * declared.bytesPerSample(), 1, count);
      done += count;
    }
  }
}
