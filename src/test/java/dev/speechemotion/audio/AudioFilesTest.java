package dev.speechemotion.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AudioFilesTest {
  private static final Path SPEECH = Path.of("src/test/resources/reference/emodb-03a01Fa-8000.wav");
  private static final float[] LEFT = {0, 0.5f, -0.5f, 0.25f, -1};
  private static final float[] RIGHT = {0.125f, -0.25f, 0.75f, 0, -0.5f};

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "8, 1, 1",
    "16, 1, 2",
    "24, 1, 3",
    "32, 1, 4",
    "32, 3, 4",
    "64, 3, 8",
    "20, 1, 3",
  })
  void shouldReadEveryWavSampleSize(int bits, int codec, int bytes) throws Exception {
    byte[] data = interleaved(bytes, codec == 3, bits == 8, ByteOrder.LITTLE_ENDIAN);
    Path file = write(wav(chunk("fmt ", fmt(codec, 2, 44_100, bits)), chunk("data", data)));

    AudioClip clip = AudioFiles.read(file);

    assertThat(clip.sampleRateHz()).isEqualTo(44_100);
    assertThat(clip.channel(0)).containsExactly(LEFT);
    assertThat(clip.channel(1)).containsExactly(RIGHT);
  }

  @ParameterizedTest
  @CsvSource({
    "NONE, 8, 1, BIG",
    "NONE, 16, 2, BIG",
    "NONE, 24, 3, BIG",
    "NONE, 32, 4, BIG",
    "twos, 16, 2, BIG",
    "sowt, 16, 2, LITTLE",
    "sowt, 24, 3, LITTLE",
    "fl32, 32, 4, BIG",
    "FL64, 64, 8, BIG",
  })
  void shouldReadEveryAiffSampleSize(String codec, int bits, int bytes, String order)
      throws Exception {
    ByteOrder byteOrder = order.equals("BIG") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    byte[] data = interleaved(bytes, codec.toLowerCase().startsWith("fl"), false, byteOrder);
    Path file = write(aiff("AIFC", aiffChunk("COMM", comm(2, 5, bits, codec)), ssnd(data)));

    AudioClip clip = AudioFiles.read(file);

    assertThat(clip.sampleRateHz()).isEqualTo(22_050);
    assertThat(clip.channel(0)).containsExactly(LEFT);
    assertThat(clip.channel(1)).containsExactly(RIGHT);
  }

  @ParameterizedTest
  @EnumSource(names = {"MULAW", "ALAW"})
  void shouldReadG711InWavAndAiff(AudioEncoding encoding) throws Exception {
    byte[] codes = {0, 17, (byte) 200, (byte) 255};
    float[] expected = new float[4];
    encoding.decode(codes, 0, 1, 4, expected, 0);
    int codec = encoding == AudioEncoding.ALAW ? 6 : 7;
    String aiffCodec = encoding == AudioEncoding.ALAW ? "alaw" : "ulaw";

    Path wav = write(wav(chunk("fmt ", fmt(codec, 1, 8_000, 8)), chunk("data", codes)));
    float[] fromWav = AudioFiles.read(wav).mono();
    Path aiff = write(aiff("AIFC", aiffChunk("COMM", comm(1, 4, 16, aiffCodec)), ssnd(codes)));
    float[] fromAiff = AudioFiles.read(aiff).mono();

    assertThat(fromWav).containsExactly(expected);
    assertThat(fromAiff).containsExactly(expected);
  }

  @Test
  void shouldReadWaveFormatExtensible() throws Exception {
    ByteBuffer format = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
    format.put(fmt(0xFFFE, 2, 48_000, 24)).putShort((short) 22).putShort((short) 24).putInt(3);
    format.putShort((short) 1).put(new byte[] {0, 0, 0, 0, 16, 0, -128, 0, 0, -86, 0, 56, -101});
    byte[] data = interleaved(3, false, false, ByteOrder.LITTLE_ENDIAN);

    AudioClip clip =
        AudioFiles.read(write(wav(chunk("fmt ", format.array()), chunk("data", data))));

    assertThat(clip.channel(1)).containsExactly(RIGHT);
  }

  @Test
  void shouldReadChunksInAnyOrderAndOfOddLength() throws Exception {
    byte[] format = chunk("fmt ", fmt(1, 2, 8_000, 8));
    byte[] data = chunk("data", interleaved(1, false, true, ByteOrder.LITTLE_ENDIAN));
    byte[] odd = chunk("LIST", new byte[7]);

    AudioClip usual = AudioFiles.read(write(wav(odd, format, odd, data, odd)));
    AudioClip dataFirst = AudioFiles.read(write(wav(odd, data, odd, format, odd)));
    AudioClip aiffDataFirst =
        AudioFiles.read(
            write(
                aiff(
                    "AIFF",
                    aiffChunk("ANNO", new byte[3]),
                    ssnd(interleaved(1, false, false, ByteOrder.BIG_ENDIAN)),
                    aiffChunk("COMM", comm(2, 5, 8, "")))));

    assertThat(usual.channel(0)).containsExactly(LEFT);
    assertThat(dataFirst.channel(0)).containsExactly(LEFT);
    assertThat(aiffDataFirst.channel(1)).containsExactly(RIGHT);
  }

  @Test
  void shouldAgreeWithTheJdkOnAnOrdinaryFile() throws Exception {
    AudioClip clip = AudioFiles.read(SPEECH);

    try (AudioInputStream jdk = AudioSystem.getAudioInputStream(SPEECH.toFile())) {
      byte[] bytes = jdk.readAllBytes();
      float[] expected = new float[bytes.length / 2];
      AudioEncoding.PCM_S16LE.decode(bytes, 0, 1, expected.length, expected, 0);
      assertThat(clip.sampleRateHz()).isEqualTo((int) jdk.getFormat().getSampleRate());
      assertThat(clip.mono()).containsExactly(expected);
    }
  }

  @Test
  void shouldReadAnAiffThatTheJdkWrote() throws Exception {
    Path file = folder.resolve("speech.wav");
    byte[] bytes = interleaved(2, false, false, ByteOrder.BIG_ENDIAN);
    AudioFormat format = new AudioFormat(24_414, 16, 2, true, true);
    try (AudioInputStream audio =
        new AudioInputStream(new ByteArrayInputStream(bytes), format, 5)) {
      AudioSystem.write(audio, AudioFileFormat.Type.AIFF, file.toFile());
    }

    AudioClip clip = AudioFiles.read(file);

    assertThat(clip.sampleRateHz()).isEqualTo(24_414);
    assertThat(clip.channel(1)).containsExactly(RIGHT);
  }

  @Test
  void shouldReadFilesLongerThanABlock() throws Exception {
    float[][] channels = new float[3][100_001];
    for (int i = 0; i < 100_001; i++) {
      channels[0][i] = (i % 1000) / 1024f;
      channels[1][i] = -(i % 512) / 512f;
      channels[2][i] = (i % 2) / 2f;
    }
    Path file = folder.resolve("long.wav");

    AudioFiles.writeWav(file, new AudioClip(96_000, channels), AudioEncoding.PCM_S16LE);
    AudioClip clip = AudioFiles.read(file);

    assertThat(clip.channelCount()).isEqualTo(3);
    for (int c = 0; c < 3; c++) {
      assertThat(clip.channel(c)).containsExactly(channels[c]);
    }
  }

  @ParameterizedTest
  @EnumSource(names = "PCM_S16BE", mode = EnumSource.Mode.EXCLUDE)
  void shouldReadBackWhatItWrites(AudioEncoding encoding) throws Exception {
    Path file = folder.resolve("out.wav");

    AudioFiles.writeWav(file, new AudioClip(8_000, LEFT, RIGHT), encoding);
    AudioClip clip = AudioFiles.read(file);

    assertThat(clip.sampleRateHz()).isEqualTo(8_000);
    for (int i = 0; i < LEFT.length; i++) {
      double error = encoding.bytesPerSample() == 1 ? 0.03 : 1 / 32768.0;
      assertThat(clip.channel(0)[i]).isCloseTo(LEFT[i], within((float) error));
      assertThat(clip.channel(1)[i]).isCloseTo(RIGHT[i], within((float) error));
    }
  }

  @Test
  void shouldRefuseToWriteBigEndianWav() {
    assertThatThrownBy(
            () ->
                AudioFiles.writeWav(
                    folder.resolve("x.wav"), new AudioClip(8_000, LEFT), AudioEncoding.PCM_S16BE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(folder.resolve("x.wav")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 0x7FFFF000, 0x7FFFFFFF - 36})
  void shouldReadAStreamedWavToTheEndOfTheFile(int length) throws Exception {
    byte[] bytes = Files.readAllBytes(SPEECH);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(40, length);

    AudioClip clip = AudioFiles.read(write(bytes));

    assertThat(clip.mono()).containsExactly(AudioFiles.read(SPEECH).mono());
  }

  @Test
  void shouldClipFloatSamplesAndReplaceNaN() throws Exception {
    byte[] data =
        ByteBuffer.allocate(12)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putFloat(1.5f)
            .putFloat(Float.NaN)
            .putFloat(-3)
            .array();

    AudioClip clip =
        AudioFiles.read(write(wav(chunk("fmt ", fmt(3, 1, 8_000, 32)), chunk("data", data))));

    assertThat(clip.mono()).containsExactly(1, 0, -1);
  }

  @Test
  void shouldSayThatAFileIsCutOff() throws Exception {
    byte[] whole = Files.readAllBytes(SPEECH);
    byte[] aiff = aiff("AIFF", aiffChunk("COMM", comm(1, 50, 16, "")), ssnd(new byte[60]));

    assertBad(Arrays.copyOf(whole, 3_000), "is cut off", "30372 bytes", "2956 are there");
    assertBad(Arrays.copyOf(whole, 44), "is cut off");
    assertBad(Arrays.copyOf(whole, 30), "cut off after 30 bytes");
    assertBad(Arrays.copyOf(whole, 20), "cut off");
    assertBad(Arrays.copyOf(whole, 12), "cut off");
    assertBad(aiff, "is cut off", "100 bytes", "60 are there");
  }

  @Test
  void shouldSayThatAFileIsNotAudio() throws Exception {
    assertBad(new byte[0], "is empty");
    assertBad("hello".getBytes(StandardCharsets.US_ASCII), "is not a WAV or AIFF file");
    assertBad(new byte[1000], "is not a WAV or AIFF file");
    assertBad("ID3 and more of that".getBytes(StandardCharsets.US_ASCII), "MP3", "convert");
    assertBad("OggS and more of that".getBytes(StandardCharsets.US_ASCII), "Ogg", "convert");
    assertBad("RIFF1234AVI and more ".getBytes(StandardCharsets.US_ASCII), "is not a WAV");
    assertThatThrownBy(() -> AudioFiles.read(folder))
        .isInstanceOf(AudioFormatException.class)
        .hasMessageContaining("is a folder");
    assertThatThrownBy(() -> AudioFiles.read(folder.resolve("absent.wav")))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("absent.wav: there is no such file");
  }

  @Test
  void shouldSayWhatIsNotSupportedOrDamaged() throws Exception {
    byte[] data = chunk("data", new byte[16]);
    byte[] format = chunk("fmt ", fmt(1, 2, 8_000, 16));

    assertBad(wav(chunk("fmt ", fmt(0x55, 2, 8_000, 16)), data), "codec 0x0055", "convert");
    assertBad(wav(chunk("fmt ", fmt(1, 2, 8_000, 48)), data), "48 bits");
    assertBad(wav(chunk("fmt ", fmt(3, 2, 8_000, 16)), data), "16 bits");
    assertBad(wav(chunk("fmt ", fmt(1, 0, 8_000, 16)), data), "no channels");
    assertBad(wav(chunk("fmt ", fmt(1, 2, 0, 16)), data), "0 samples a second");
    assertBad(wav(chunk("fmt ", fmt(1, 2, 768_001, 16)), data), "768001 samples a second");
    assertBad(wav(chunk("fmt ", fmt(1, 2, -1, 16)), data), "4294967295 samples a second");
    assertBad(wav(chunk("fmt ", new byte[14]), data), "\"fmt\" of 14 bytes");
    assertBad(wav(format), "no samples");
    assertBad(wav(data), "no description");
    assertBad(wav(format, chunk("data", new byte[0])), "holds no samples");
    assertBad(wav(format, chunk("data", new byte[0]), chunk("LIST", new byte[40])), "no samples");
    assertBad(wav(format, chunk("data", new byte[3])), "holds no samples");
    byte[] contradicting = fmt(1, 2, 8_000, 16);
    contradicting[12] = 7;
    assertBad(wav(chunk("fmt ", contradicting), data), "contradicts itself");
    assertBad(
        aiff("AIFC", aiffChunk("COMM", comm(1, 8, 16, "ima4")), ssnd(new byte[16])),
        "codec \"ima4\"");
    byte[] manyChunks = new byte[8 * 10_010];
    Arrays.fill(manyChunks, (byte) 0);
    assertBad(wav(manyChunks), "more than 10000 chunks");
  }

  @Test
  void shouldRefuseMoreThanItMayHoldInMemory() throws Exception {
    // A sparse file: the header alone is written.
    Path file = write(wav(chunk("fmt ", fmt(1, 1, 8_000, 8)), chunk("data", new byte[0])));
    try (var channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
      int length = (128 << 20) + 1;
      channel.position(40);
      channel.write(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(length).flip());
      channel.position(44L + length - 1);
      channel.write(ByteBuffer.allocate(1));
    }

    assertThatThrownBy(() -> AudioFiles.read(file))
        .isInstanceOf(AudioFormatException.class)
        .hasMessageContaining("holds 134217729 samples")
        .hasMessageContaining("cut it into parts");
  }

  @Test
  void shouldSurviveAnyDamagedByteInTheHeader() throws Exception {
    byte[] wav =
        wav(
            chunk("fmt ", fmt(1, 2, 8_000, 16)),
            chunk("data", interleaved(2, false, false, ByteOrder.LITTLE_ENDIAN)));
    byte[] aiff =
        aiff(
            "AIFC",
            aiffChunk("COMM", comm(2, 5, 16, "NONE")),
            ssnd(interleaved(2, false, false, ByteOrder.BIG_ENDIAN)));
    int refused = 0;
    for (byte[] whole : new byte[][] {wav, aiff}) {
      for (int at = 0; at < 54; at++) {
        for (int value = 0; value < 256; value += 17) {
          byte[] damaged = whole.clone();
          damaged[at] = (byte) value;
          Path file = write(damaged);
          try {
            assertThat(AudioFiles.read(file).sampleCount()).isBetween(1, damaged.length);
          } catch (AudioFormatException e) {
            refused++;
            assertThat(e.getMessage()).startsWith(file.toString()).doesNotContain("\n");
          }
        }
      }
    }
    assertThat(refused).isGreaterThan(100);
  }

  private void assertBad(byte[] content, String... parts) throws IOException {
    Path file = write(content);
    assertThatThrownBy(() -> AudioFiles.read(file))
        .isInstanceOf(AudioFormatException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContainingAll(parts);
  }

  private Path write(byte[] content) throws IOException {
    return Files.write(folder.resolve("test.bin"), content);
  }

  /** LEFT and RIGHT in turn. */
  private static byte[] interleaved(int bytes, boolean isFloat, boolean unsigned, ByteOrder order) {
    ByteBuffer out = ByteBuffer.allocate(2 * LEFT.length * bytes).order(order);
    for (int i = 0; i < LEFT.length; i++) {
      for (float sample : new float[] {LEFT[i], RIGHT[i]}) {
        if (isFloat && bytes == 4) {
          out.putFloat(sample);
        } else if (isFloat) {
          out.putDouble(sample);
        } else {
          long value = (long) (sample * (1L << (8 * bytes - 1))) + (unsigned ? 128 : 0);
          for (int b = 0; b < bytes; b++) {
            int shift = order == ByteOrder.LITTLE_ENDIAN ? 8 * b : 8 * (bytes - 1 - b);
            out.put((byte) (value >> shift));
          }
        }
      }
    }
    return out.array();
  }

  private static byte[] fmt(int codec, int channels, int rate, int bits) {
    int frameBytes = channels * ((bits + 7) / 8);
    return ByteBuffer.allocate(16)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putShort((short) codec)
        .putShort((short) channels)
        .putInt(rate)
        .putInt(rate * frameBytes)
        .putShort((short) frameBytes)
        .putShort((short) bits)
        .array();
  }

  /** At 22,050 Hz. */
  private static byte[] comm(int channels, int frames, int bits, String codec) {
    ByteBuffer out = ByteBuffer.allocate(codec.isEmpty() ? 18 : 24);
    out.putShort((short) channels).putInt(frames).putShort((short) bits);
    out.putShort((short) (16_383 + 14)).putLong(22_050L << 49);
    if (!codec.isEmpty()) {
      out.put(codec.getBytes(StandardCharsets.US_ASCII)).putShort((short) 0);
    }
    return out.array();
  }

  private static byte[] ssnd(byte[] data) throws IOException {
    return aiffChunk("SSND", concatenated(new byte[8], data));
  }

  private static byte[] wav(byte[]... chunks) throws IOException {
    byte[] all = concatenated(chunks);
    return concatenated(
        header("RIFF", 4 + all.length, ByteOrder.LITTLE_ENDIAN), ascii("WAVE"), all);
  }

  private static byte[] aiff(String type, byte[]... chunks) throws IOException {
    byte[] all = concatenated(chunks);
    return concatenated(header("FORM", 4 + all.length, ByteOrder.BIG_ENDIAN), ascii(type), all);
  }

  private static byte[] chunk(String id, byte[] content) throws IOException {
    return concatenated(
        header(id, content.length, ByteOrder.LITTLE_ENDIAN), content, new byte[content.length & 1]);
  }

  private static byte[] aiffChunk(String id, byte[] content) throws IOException {
    return concatenated(
        header(id, content.length, ByteOrder.BIG_ENDIAN), content, new byte[content.length & 1]);
  }

  private static byte[] header(String id, int length, ByteOrder order) {
    return ByteBuffer.allocate(8).order(order).put(ascii(id)).putInt(length).array();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] concatenated(byte[]... parts) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.write(part);
    }
    return out.toByteArray();
  }
}
