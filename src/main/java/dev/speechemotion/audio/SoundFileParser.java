package dev.speechemotion.audio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

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
   * @param warnings what is amiss, and how it is read all the same
   */
  record Sound(
      int sampleRateHz,
      int channelCount,
      SampleFormat format,
      long offset,
      int frameCount,
      List<String> warnings) {
    int frameBytes() {
      return channelCount * format.bytesPerSample();
    }
  }

  /** The most samples read from a file, all channels together: 512 MiB of floats. */
  private static final long MAX_SAMPLES = 128L << 20;

  /** Below there is too little of a voice. */
  private static final int MIN_SAMPLE_RATE_HZ = 4_000;

  private static final int MAX_SAMPLE_RATE_HZ = 768_000;
  private static final int MAX_CHUNKS = 10_000;

  private static final int WAVE_PCM = 1;
  private static final int WAVE_FLOAT = 3;
  private static final int WAVE_ALAW = 6;
  private static final int WAVE_MULAW = 7;
  private static final int WAVE_EXTENSIBLE = 0xFFFE;

  /** Programs that write to a pipe leave the data length at 0, about 2^31, or 2^32 - 1. */
  private static final long LEAST_UNKNOWN_LENGTH = 0x7FFF_0000L;

  /** The length is in the ds64 chunk. */
  private static final long LENGTH_ELSEWHERE = 0xFFFF_FFFFL;

  private static final int MAX_TAGS = 10;
  private static final int TAG_HEADER_BYTES = 10;
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

  /** What the ds64 chunk says; 0 without one. */
  private long longDataLength;

  /** What is amiss, and how it is read all the same. */
  private final List<String> warnings = new ArrayList<>();

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
    byte[] first = read(0, (int) Math.min(fileLength, FileKind.BYTES)).array();
    String begin = new String(first, StandardCharsets.ISO_8859_1);
    // RF64 and BW64, for more than 4 GiB, are WAV with a chunk that has the lengths.
    if (begin.matches("(?s)(RIFF|RF64|BW64)....WAVE.*")) {
      walk("WAV ", ByteOrder.LITTLE_ENDIAN);
    } else if (begin.matches("(?s)RIFX....WAVE.*")) {
      walk("WAV ", ByteOrder.BIG_ENDIAN);
    } else if (begin.matches("(?s)FORM....AIF[FC].*")) {
      walk("AIFF ", ByteOrder.BIG_ENDIAN);
    } else {
      String kind = FileKind.of(afterTags(first));
      throw kind.isEmpty()
          ? new AudioFormatException(
              file + " is not a WAV or AIFF file, nor another that is known",
              "if it is audio, convert it first: " + conversion())
          : toConvert("is not a WAV or AIFF file but " + kind);
    }
    if (format == null) {
      throw bad("has no description of its samples before its end; it is cut off or damaged");
    }
    if (dataOffset == 0) {
      throw bad("has no samples before its end; it is cut off or damaged");
    }
    return checked();
  }

  /** The first bytes of what ID3 tags lie before: MP3 mostly, but also AAC or FLAC. */
  private byte[] afterTags(byte[] first) throws IOException {
    byte[] begin = first;
    long at = 0;
    for (int i = 0; i < MAX_TAGS && isTag(begin); i++) {
      int length = 0;
      for (int b = 6; b < TAG_HEADER_BYTES; b++) {
        length = length << 7 | begin[b] & 0x7F;
      }
      at += TAG_HEADER_BYTES + length;
      if (at >= fileLength) {
        return first;
      }
      begin = read(at, (int) Math.min(fileLength - at, FileKind.BYTES)).array();
    }
    // Padding that the tag does not count; by the tag alone it is most likely MP3.
    return FileKind.of(begin).isEmpty() ? first : begin;
  }

  private static boolean isTag(byte[] begin) {
    return begin.length >= TAG_HEADER_BYTES
        && begin[0] == 'I'
        && begin[1] == 'D'
        && begin[2] == '3';
  }

  private void walk(String container, ByteOrder order) throws IOException {
    long at = FILE_HEADER_BYTES;
    for (int i = 0; at + CHUNK_HEADER_BYTES <= fileLength; i++) {
      if (i == MAX_CHUNKS && isFound()) {
        return;
      } else if (i == MAX_CHUNKS) {
        throw bad("has more than " + MAX_CHUNKS + " chunks; it is damaged");
      }
      ByteBuffer header = read(at, CHUNK_HEADER_BYTES).order(order);
      String id = text(header).substring(0, 4);
      long length = Integer.toUnsignedLong(header.getInt(4));
      long begin = at + CHUNK_HEADER_BYTES;
      switch (container + id) {
        case "WAV ds64" ->
            longDataLength = readChunk(id, begin, length, 16, 16).order(order).getLong(8);
        case "WAV fmt " -> {
          if (format == null) {
            describeWav(readChunk(id, begin, length, 16, 40).order(order));
          }
        }
        case "AIFF COMM" -> describeAiff(readChunk(id, begin, length, 18, 22).order(order));
        case "WAV data" -> {
          if (dataOffset != 0) {
            warnings.add("has more than one chunk of samples; only the first is read");
            return;
          }
          if (length == LENGTH_ELSEWHERE && longDataLength > 0) {
            length = longDataLength;
          }
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
      if (isFound() && !container.equals("WAV ")) {
        return;
      }
      // Where the length was not filled in, the samples go on to the end.
      long end = dataOffset == begin ? dataLength : length;
      at = begin + end + (end & 1);
    }
  }

  private boolean isFound() {
    return format != null && dataOffset != 0;
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
    int bits = Short.toUnsignedInt(chunk.getShort(14));
    if (codec == WAVE_EXTENSIBLE && chunk.limit() >= 26) {
      codec = Short.toUnsignedInt(chunk.getShort(24));
    }
    SampleFormat.Kind kind =
        switch (codec) {
          case WAVE_PCM -> SampleFormat.Kind.SIGNED;
          case WAVE_FLOAT -> SampleFormat.Kind.FLOAT;
          case WAVE_ALAW -> SampleFormat.Kind.ALAW;
          case WAVE_MULAW -> SampleFormat.Kind.MULAW;
          default ->
              throw toConvert(
                  String.format(
                      "is a WAV with codec 0x%04X%s, which is not read", codec, nameOf(codec)));
        };
    if (kind == SampleFormat.Kind.ALAW || kind == SampleFormat.Kind.MULAW) {
      // Always a byte a sample, whatever recorders put into the fields for linear samples.
      format = new SampleFormat(kind, 1, chunk.order());
      return;
    }
    int frameBytes = Short.toUnsignedInt(chunk.getShort(12));
    int bytesPerSample = channelCount == 0 ? 0 : frameBytes / channelCount;
    if (!isPossible(kind, bits)
        && isPossible(kind, 8 * bytesPerSample)
        && frameBytes == channelCount * bytesPerSample) {
      // The size of a frame tells as well.
      warnings.add(
          "says that its samples have %d bits; by the rest it is %d"
              .formatted(bits, 8 * bytesPerSample));
      bits = 8 * bytesPerSample;
    }
    // Only samples of a single byte are unsigned.
    format =
        formatOf(
            kind == SampleFormat.Kind.SIGNED && bits <= 8 ? SampleFormat.Kind.UNSIGNED : kind,
            bits,
            chunk.order());
    int due = channelCount * format.bytesPerSample();
    if (frameBytes == due) {
      return;
    }
    long bytesPerSecond = Integer.toUnsignedLong(chunk.getInt(8));
    if (frameBytes != 0 && bytesPerSecond != sampleRateHz * due) {
      throw bad(
          "contradicts itself: "
              + channelCount
              + " channels of "
              + bits
              + " bits, but "
              + frameBytes
              + " bytes for all channels together; it is damaged");
    }
    warnings.add(
        "says that all channels together have %d bytes; by the rest it is %d"
            .formatted(frameBytes, due));
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
              throw toConvert(
                  "is an AIFF-C with codec \""
                      + codec.replaceAll("[^ -~]", "?")
                      + "\", which is not read");
        };
  }

  private SampleFormat formatOf(SampleFormat.Kind kind, int bits, ByteOrder order)
      throws IOException {
    if (!isPossible(kind, bits)) {
      throw toConvert("has samples of " + bits + " bits, which are not read");
    }
    return new SampleFormat(kind, (bits + 7) / 8, order);
  }

  private static boolean isPossible(SampleFormat.Kind kind, int bits) {
    return switch (kind) {
      case SIGNED, UNSIGNED -> bits >= 1 && bits <= 32;
      case FLOAT -> bits == 32 || bits == 64;
      case MULAW, ALAW -> bits == 8;
    };
  }

  private Sound checked() throws IOException {
    if (channelCount == 0) {
      throw bad("says that it has no channels; it is damaged");
    }
    if (sampleRateHz < MIN_SAMPLE_RATE_HZ || sampleRateHz > MAX_SAMPLE_RATE_HZ) {
      throw bad(
          "says that it has "
              + sampleRateHz
              + " samples a second; what is read has "
              + MIN_SAMPLE_RATE_HZ
              + " to "
              + MAX_SAMPLE_RATE_HZ);
    }
    int frameBytes = channelCount * format.bytesPerSample();
    long due = statedFrameCount < 0 ? dataLength : statedFrameCount * frameBytes;
    long there = Math.max(0, fileLength - dataOffset);
    if (statedFrameCount >= 0) {
      there = Math.min(there, dataLength);
    }
    long frameCount = Math.min(due, there) / frameBytes;
    if (frameCount == 0) {
      throw bad(
          due > there
              ? "is cut off: it holds none of its " + due + " bytes of samples; copy it again"
              : "holds no samples; record it again");
    }
    if (due > there) {
      warnings.add(
          "should hold %d bytes of samples, and %d are there; it is read to its end"
              .formatted(due, there));
    }
    if (frameCount * channelCount > MAX_SAMPLES) {
      throw bad(
          "holds "
              + frameCount * channelCount
              + " samples, more than the "
              + MAX_SAMPLES
              + " that are read at once; cut it into parts");
    }
    return new Sound(
        (int) sampleRateHz, channelCount, format, dataOffset, (int) frameCount, warnings);
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

  /** The names that people know of codecs in WAV that are not read. */
  private static String nameOf(int codec) {
    return switch (codec) {
      case 0x02 -> " (Microsoft ADPCM)";
      case 0x11 -> " (IMA ADPCM)";
      case 0x31 -> " (GSM 6.10)";
      case 0x40, 0x45, 0x64, 0x65 -> " (G.726)";
      case 0x42, 0x111 -> " (G.723.1)";
      case 0x83, 0x133 -> " (G.729)";
      case 0x50 -> " (MP2)";
      case 0x55 -> " (MP3)";
      case 0xFF, 0x1610 -> " (AAC)";
      case 0x160, 0x161, 0x162, 0x163 -> " (Windows Media)";
      case 0x28F -> " (G.722)";
      default -> "";
    };
  }

  private AudioFormatException toConvert(String what) {
    return new AudioFormatException(file + " " + what, "convert it first: " + conversion());
  }

  /** The command that makes a file that is read. */
  private String conversion() {
    String name = file.toString();
    int dot = name.lastIndexOf('.');
    boolean isWav = name.toLowerCase(Locale.ROOT).endsWith(".wav");
    String target = dot > name.length() - 6 && dot > 0 ? name.substring(0, dot) : name;
    return "ffmpeg -i %s -c:a pcm_s16le %s"
        .formatted(quoted(name), quoted(target + (isWav ? "-pcm" : "") + ".wav"));
  }

  /** As a shell and ffmpeg take it for the name of a file, whatever is in it. */
  private static String quoted(String name) {
    return "'" + (name.startsWith("-") ? "./" : "") + name.replace("'", "'\\''") + "'";
  }

  private AudioFormatException bad(String what) {
    return new AudioFormatException(file + " " + what);
  }

  private static String text(ByteBuffer bytes) {
    return new String(bytes.array(), StandardCharsets.ISO_8859_1);
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
