package dev.speechemotion.audio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Finds where in a WAV or AIFF file the samples lie, and what they are.
 *
 * <p>The JDK's readers are not used for this. As tried with JDK 17 and 25, they give what is there
 * of a file that was cut off without a word, read nothing where the data length was left 0, and
 * refuse files whose samples come before their description and AIFF-C with codec sowt, fl32 or
 * alaw. Their conversion to float divides 16-bit values by 32,767 and clips, so that a recording
 * would not equal the same audio in chunks.
 */
final class SoundFileParser {

  /**
   * @param offset of the first sample in the file, bytes
   * @param frameCount samples per channel
   */
  record Sound(
      int sampleRateHz, int channelCount, SampleFormat format, long offset, int frameCount) {
    int frameBytes() {
      return channelCount * format.bytesPerSample();
    }
  }

  /** The most samples read from a file, all channels together: 512 MiB of floats. */
  private static final long MAX_SAMPLES = 128L << 20;

  private static final int MAX_SAMPLE_RATE_HZ = 768_000;
  private static final int MAX_CHUNKS = 10_000;

  private static final int WAVE_PCM = 1;
  private static final int WAVE_FLOAT = 3;
  private static final int WAVE_ALAW = 6;
  private static final int WAVE_MULAW = 7;
  private static final int WAVE_EXTENSIBLE = 0xFFFE;

  /** Programs that write to a pipe leave the data length at 0, about 2^31, or 2^32 - 1. */
  private static final long LEAST_UNKNOWN_LENGTH = 0x7FFF_0000L;

  private static final int CHUNK_HEADER_BYTES = 8;
  private static final int FILE_HEADER_BYTES = 12;

  private final Path file;
  private final FileChannel channel;
  private final long fileLength;

  /** Rate and format as the description chunk has them; the format is null until it is found. */
  private long sampleRateHz;

  private int channelCount;
  private SampleFormat format;

  /** What AIFF states beside the length of the samples; -1 in WAV, which does not. */
  private long statedFrameCount = -1;

  /** The samples as the data chunk has them; the offset is 0 until it is found. */
  private long dataOffset;

  private long dataLength;

  SoundFileParser(Path file, FileChannel channel) throws IOException {
    this.file = file;
    this.channel = channel;
    this.fileLength = channel.size();
  }

  /**
   * @throws AudioFormatException if there is no sound in the file that can be read in full
   */
  Sound parse() throws IOException {
    if (fileLength == 0) {
      throw bad("is empty; give a WAV or AIFF file");
    }
    String begin = fileLength < FILE_HEADER_BYTES ? "" : text(read(0, FILE_HEADER_BYTES));
    if (begin.matches("(?s)RIFF....WAVE")) {
      walk("WAV ", ByteOrder.LITTLE_ENDIAN);
    } else if (begin.matches("(?s)FORM....AIF[FC]")) {
      walk("AIFF ", ByteOrder.BIG_ENDIAN);
    } else {
      throw bad(
          "is not a WAV or AIFF file"
              + nameOf(begin)
              + "; convert it first, for example with ffmpeg -i IN OUT.wav");
    }
    if (format == null) {
      throw bad("has no description of its samples before its end; it is cut off or damaged");
    }
    if (dataOffset == 0) {
      throw bad("has no samples before its end; it is cut off or damaged");
    }
    return checked();
  }

  private void walk(String container, ByteOrder order) throws IOException {
    long at = FILE_HEADER_BYTES;
    for (int i = 0; at + CHUNK_HEADER_BYTES <= fileLength; i++) {
      if (i == MAX_CHUNKS) {
        throw bad("has more than " + MAX_CHUNKS + " chunks; it is damaged");
      }
      ByteBuffer header = read(at, CHUNK_HEADER_BYTES).order(order);
      String id = text(header).substring(0, 4);
      long length = Integer.toUnsignedLong(header.getInt(4));
      long begin = at + CHUNK_HEADER_BYTES;
      switch (container + id) {
        case "WAV fmt " -> describeWav(readChunk(id, begin, length, 16, 40).order(order));
        case "AIFF COMM" -> describeAiff(readChunk(id, begin, length, 18, 22).order(order));
        case "WAV data" -> {
          dataOffset = begin;
          dataLength = length;
          if (length >= LEAST_UNKNOWN_LENGTH && length > fileLength - begin
              || length == 0 && !isChunk(begin, order)) {
            dataLength = fileLength - begin;
          }
        }
        case "AIFF SSND" -> {
          ByteBuffer sound = readChunk(id, begin, length, 8, 8).order(order);
          long skipped = Integer.toUnsignedLong(sound.getInt(0));
          dataOffset = begin + CHUNK_HEADER_BYTES + skipped;
          dataLength = Math.max(0, length - CHUNK_HEADER_BYTES - skipped);
        }
        default -> {}
      }
      if (format != null && dataOffset != 0) {
        return;
      }
      at = begin + length + (length & 1);
    }
  }

  /** Whether a chunk that the file holds in full seems to begin there. */
  private boolean isChunk(long at, ByteOrder order) throws IOException {
    if (at + CHUNK_HEADER_BYTES > fileLength) {
      return false;
    }
    ByteBuffer header = read(at, CHUNK_HEADER_BYTES).order(order);
    return text(header).matches("(?s)[ -~]{4}.{4}")
        && Integer.toUnsignedLong(header.getInt(4)) <= fileLength - at - CHUNK_HEADER_BYTES;
  }

  /** {@code WAVEFORMATEX} and {@code WAVEFORMATEXTENSIBLE}. */
  private void describeWav(ByteBuffer chunk) throws IOException {
    int codec = Short.toUnsignedInt(chunk.getShort(0));
    channelCount = Short.toUnsignedInt(chunk.getShort(2));
    sampleRateHz = Integer.toUnsignedLong(chunk.getInt(4));
    int frameBytes = Short.toUnsignedInt(chunk.getShort(12));
    int bits = Short.toUnsignedInt(chunk.getShort(14));
    if (codec == WAVE_EXTENSIBLE && chunk.limit() >= 26) {
      codec = Short.toUnsignedInt(chunk.getShort(24));
    }
    SampleFormat.Kind kind =
        switch (codec) {
          case WAVE_PCM -> bits <= 8 ? SampleFormat.Kind.UNSIGNED : SampleFormat.Kind.SIGNED;
          case WAVE_FLOAT -> SampleFormat.Kind.FLOAT;
          case WAVE_ALAW -> SampleFormat.Kind.ALAW;
          case WAVE_MULAW -> SampleFormat.Kind.MULAW;
          default ->
              throw bad(
                  String.format(
                      "is a WAV with codec 0x%04X, which is not supported;"
                          + " convert it to 16-bit PCM, for example with ffmpeg -i IN OUT.wav",
                      codec));
        };
    format = formatOf(kind, bits, chunk.order());
    if (frameBytes != channelCount * format.bytesPerSample()) {
      throw bad(
          "contradicts itself: "
              + channelCount
              + " channels of "
              + bits
              + " bits, but "
              + frameBytes
              + " bytes for all channels together; it is damaged");
    }
  }

  /** The Common chunk of AIFF 1.3 and AIFF-C. */
  private void describeAiff(ByteBuffer chunk) throws IOException {
    channelCount = Short.toUnsignedInt(chunk.getShort(0));
    statedFrameCount = Integer.toUnsignedLong(chunk.getInt(2));
    int bits = Short.toUnsignedInt(chunk.getShort(6));
    sampleRateHz = extendedToLong(chunk.getShort(8), chunk.getLong(10));
    String codec = chunk.limit() < 22 ? "NONE" : text(chunk).substring(18, 22);
    format =
        switch (codec) {
          case "NONE", "twos" -> formatOf(SampleFormat.Kind.SIGNED, bits, ByteOrder.BIG_ENDIAN);
          case "sowt" -> formatOf(SampleFormat.Kind.SIGNED, bits, ByteOrder.LITTLE_ENDIAN);
          case "fl32", "FL32" -> formatOf(SampleFormat.Kind.FLOAT, 32, ByteOrder.BIG_ENDIAN);
          case "fl64", "FL64" -> formatOf(SampleFormat.Kind.FLOAT, 64, ByteOrder.BIG_ENDIAN);
          case "ulaw", "ULAW" -> formatOf(SampleFormat.Kind.MULAW, 8, ByteOrder.BIG_ENDIAN);
          case "alaw", "ALAW" -> formatOf(SampleFormat.Kind.ALAW, 8, ByteOrder.BIG_ENDIAN);
          default ->
              throw bad(
                  "is an AIFF-C with codec \""
                      + codec.replaceAll("[^ -~]", "?")
                      + "\", which is not supported;"
                      + " convert it to 16-bit PCM, for example with ffmpeg -i IN OUT.wav");
        };
  }

  private SampleFormat formatOf(SampleFormat.Kind kind, int bits, ByteOrder order)
      throws IOException {
    boolean possible =
        switch (kind) {
          case SIGNED, UNSIGNED -> bits >= 1 && bits <= 32;
          case FLOAT -> bits == 32 || bits == 64;
          case MULAW, ALAW -> bits == 8;
        };
    if (!possible) {
      throw bad(
          "has samples of "
              + bits
              + " bits, which is not supported; convert it to 16-bit PCM,"
              + " for example with ffmpeg -i IN OUT.wav");
    }
    return new SampleFormat(kind, (bits + 7) / 8, order);
  }

  private Sound checked() throws IOException {
    if (channelCount == 0) {
      throw bad("says that it has no channels; it is damaged");
    }
    if (sampleRateHz < 1 || sampleRateHz > MAX_SAMPLE_RATE_HZ) {
      throw bad(
          "says that it has "
              + sampleRateHz
              + " samples a second, not 1 to "
              + MAX_SAMPLE_RATE_HZ
              + "; it is damaged");
    }
    int frameBytes = channelCount * format.bytesPerSample();
    long due = statedFrameCount < 0 ? dataLength : statedFrameCount * frameBytes;
    long there = Math.max(0, fileLength - dataOffset);
    if (statedFrameCount >= 0) {
      there = Math.min(there, dataLength);
    }
    if (due > there) {
      throw bad(
          "is cut off: it should hold "
              + due
              + " bytes of samples, "
              + there
              + " are there; copy or record it again");
    }
    long frameCount = due / frameBytes;
    if (frameCount == 0) {
      throw bad("holds no samples; record it again");
    }
    if (frameCount * channelCount > MAX_SAMPLES) {
      throw bad(
          "holds "
              + frameCount * channelCount
              + " samples, more than the "
              + MAX_SAMPLES
              + " that are read at once; cut it into parts");
    }
    return new Sound((int) sampleRateHz, channelCount, format, dataOffset, (int) frameCount);
  }

  /** Reads a chunk's content, {@code most} bytes of it if it is longer. */
  private ByteBuffer readChunk(String id, long begin, long length, int least, int most)
      throws IOException {
    if (length < least) {
      throw bad(
          "has a chunk \"" + id.trim() + "\" of " + length + " bytes, too short; it is damaged");
    }
    return read(begin, (int) Math.min(length, most));
  }

  private ByteBuffer read(long position, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    readFully(position, buffer);
    return buffer;
  }

  /** Fills the buffer up to its limit from that place in the file, and flips it. */
  void readFully(long position, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw bad("is cut off after " + fileLength + " bytes; copy or record it again");
      }
    }
    buffer.flip();
  }

  private AudioFormatException bad(String what) {
    return new AudioFormatException(file + " " + what);
  }

  private static String text(ByteBuffer bytes) {
    return new String(bytes.array(), StandardCharsets.ISO_8859_1);
  }

  /** What a file is that people try instead, from its first bytes. */
  private static String nameOf(String begin) {
    if (begin.startsWith("ID3") || begin.matches("(?s)\\xFF[\\xE2-\\xFF].*")) {
      return " but MP3";
    } else if (begin.startsWith("fLaC")) {
      return " but FLAC";
    } else if (begin.startsWith("OggS")) {
      return " but Ogg";
    } else if (begin.startsWith("ftyp", 4)) {
      return " but MP4 or M4A";
    } else if (begin.startsWith("RIFX") || begin.startsWith("RF64")) {
      return " but its variant " + begin.substring(0, 4);
    }
    return "";
  }

  /**
   * IEEE 754 80-bit extended precision, rounded.
   *
   * @param head sign and exponent
   * @param mantissa with the leading one
   */
  private static long extendedToLong(short head, long mantissa) {
    double halved = mantissa >>> 1;
    return Math.round(Math.scalb(halved, head - 16_383 - 62));
  }
}
