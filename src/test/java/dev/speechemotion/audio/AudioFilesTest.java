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
import java.util.HexFormat;
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
  private static final Path CASES = Path.of("src/test/resources/cases");
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
  void shouldScaleFloatSamplesAndReplaceNaN() throws Exception {
    byte[] data =
        ByteBuffer.allocate(12)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putFloat(1.5f)
            .putFloat(Float.NaN)
            .putFloat(-3)
            .array();

    AudioClip clip =
        AudioFiles.read(write(wav(chunk("fmt ", fmt(3, 1, 8_000, 32)), chunk("data", data))));

    assertThat(clip.mono()).containsExactly(0.5f, 0, -1);
    assertThat(clip.warnings()).hasSize(2);
    assertThat(clip.warnings().get(0)).contains("1 samples of 3 that are no numbers");
    assertThat(clip.warnings().get(1)).contains("up to 3.0, beyond 1; all are divided by that");
  }

  /** By 16-bit values, 24 dB above all others, and what a damaged file has. */
  @ParameterizedTest
  @ValueSource(floats = {32_768, -1e30f, Float.MAX_VALUE, Float.POSITIVE_INFINITY, Float.NaN})
  void shouldNotBecomeSilentBySingleDamagedSamples(float damaged) throws Exception {
    for (float scale : new float[] {1, 1_000}) {
      ByteBuffer data = ByteBuffer.allocate(4 * 4_000).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < 4_000; i++) {
        data.putFloat(scale * 0.5f * (float) Math.sin(0.1 * i));
      }
      data.putFloat(4 * 1_234, scale * damaged);

      AudioClip clip =
          AudioFiles.read(
              write(wav(chunk("fmt ", fmt(3, 1, 8_000, 32)), chunk("data", data.array()))));

      assertThat(clip.mono()[1_234]).isZero();
      assertThat(clip.mono()[16]).isGreaterThan(0.49f);
      assertThat(clip.warnings().get(0)).contains("holds 1 samples of 4000", "taken for silence");
    }
  }

  @Test
  void shouldScaleAsMuchAsFloatsReach() throws Exception {
    ByteBuffer data = ByteBuffer.allocate(4 * 2_000).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 2_000; i++) {
      data.putFloat(i % 2 == 0 ? Float.MAX_VALUE : -Float.MAX_VALUE);
    }

    AudioClip clip =
        AudioFiles.read(
            write(wav(chunk("fmt ", fmt(3, 1, 8_000, 32)), chunk("data", data.array()))));

    assertThat(clip.mono()).startsWith(1, -1, 1);
  }

  @Test
  void shouldSayThatAFileIsCutOff() throws Exception {
    byte[] whole = Files.readAllBytes(SPEECH);
    byte[] aiff = aiff("AIFF", aiffChunk("COMM", comm(1, 50, 16, "")), ssnd(new byte[60]));

    assertBad(Arrays.copyOf(whole, 44), "is cut off", "none of its 30372 bytes");
    assertBad(Arrays.copyOf(whole, 30), "cut off after 30 bytes");
    assertBad(Arrays.copyOf(whole, 20), "cut off");
    assertBad(Arrays.copyOf(whole, 12), "cut off");

    AudioClip half = AudioFiles.read(write(Arrays.copyOf(whole, 3_000)));
    assertThat(half.mono())
        .containsExactly(Arrays.copyOf(AudioFiles.read(SPEECH).mono(), (3_000 - 44) / 2));
    assertThat(half.warnings()).hasSize(1);
    assertThat(half.warnings().get(0))
        .contains("should hold 30372 bytes", "2956 are there", "read to its end");
    assertThat(AudioFiles.read(write(aiff)).sampleCount()).isEqualTo(30);
  }

  @Test
  void shouldReadWhatRecordersWrite() throws Exception {
    float[] whole = AudioFiles.read(CASES.resolve("57_rf64.wav")).mono();
    AudioClip tooLong = AudioFiles.read(CASES.resolve("25_size_toolong16.wav"));
    AudioClip two = AudioFiles.read(CASES.resolve("30_two_data.wav"));
    AudioClip mulaw = AudioFiles.read(CASES.resolve("93_twilio_saver_header.wav"));

    assertThat(whole).hasSize(36_000);
    assertThat(tooLong.mono()).containsExactly(whole);
    assertThat(tooLong.warnings()).hasSize(1);
    assertThat(two.mono()).containsExactly(Arrays.copyOf(whole, 18_000));
    assertThat(two.warnings()).hasSize(1);
    assertThat(two.warnings().get(0)).contains("more than one chunk of samples");
    assertThat(mulaw.sampleCount()).isEqualTo(36_000);
    assertThat(mulaw.warnings()).isEmpty();
    for (int i = 0; i < whole.length; i++) {
      assertThat(mulaw.mono()[i]).isCloseTo(whole[i], within(0.02f));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "16,    0,     0,      1", // Not stated.
    "16,    7,     32_000, 1", // The rate of bytes tells.
    "0,     4,     32_000, 1",
    "255,   4,     0,      1",
    "16,    4,     -1,     0",
  })
  void shouldReadSamplesOfWhichMostFieldsTellTheSame(
      int bits, int frameBytes, int bytesPerSecond, int warnings) throws Exception {
    byte[] data = interleaved(2, false, false, ByteOrder.LITTLE_ENDIAN);

    AudioClip clip =
        AudioFiles.read(
            write(
                wav(
                    chunk("fmt ", fmtStating(1, 2, bits, frameBytes, bytesPerSecond)),
                    chunk("data", data))));

    assertThat(clip.channel(0)).containsExactly(LEFT);
    assertThat(clip.warnings()).hasSize(warnings);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "4, 2", "8, 0", "8, 2", "16, 2", "16, 4", "65_535, 65_535"})
  void shouldReadMulawWhateverItsHeaderSaysOfBits(int bits, int frameBytes) throws Exception {
    byte[] data = new byte[160];
    Arrays.fill(data, (byte) 0x80);

    AudioClip clip =
        AudioFiles.read(
            write(wav(chunk("fmt ", fmtStating(7, 1, bits, frameBytes, -1)), chunk("data", data))));

    assertThat(clip.sampleCount()).isEqualTo(160);
    assertThat(clip.mono()[0]).isGreaterThan(0.9f);
    assertThat(clip.warnings()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      ints = {4_000, 6_000, 7_350, 11_025, 12_345, 22_254, 50_000, 96_001, 176_400, 384_000})
  void shouldReadOddRates(int rateHz) throws Exception {
    float[] tone = new float[rateHz / 2];
    for (int i = 0; i < tone.length; i++) {
      tone[i] = 0.5f * (float) Math.sin(2 * Math.PI * 440 * i / rateHz);
    }
    Path file = folder.resolve("tone.wav");
    AudioFiles.writeWav(file, new AudioClip(rateHz, tone), AudioEncoding.PCM_S16LE);

    AudioClip clip = AudioFiles.read(file);

    assertThat(clip.durationSeconds()).isCloseTo(0.5, within(0.001));
    for (int i = clip.sampleCount() / 4; i < clip.sampleCount() / 2; i++) {
      double expected = 0.5 * Math.sin(2 * Math.PI * 440 * i / clip.sampleRateHz());
      // A rate that was halved may have been odd, which shifts the tone a little.
      assertThat(clip.mono()[i]).isCloseTo((float) expected, within(0.01f));
    }
  }

  @Test
  void shouldReadBw64AndBigEndianWav() throws Exception {
    byte[] bw64 = Files.readAllBytes(CASES.resolve("57_rf64.wav"));
    bw64[0] = 'B';
    bw64[1] = 'W';
    byte[] data = interleaved(2, false, false, ByteOrder.BIG_ENDIAN);
    byte[] format = fmt(1, 2, 8_000, 16);
    ByteBuffer little = ByteBuffer.wrap(format).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer big = ByteBuffer.allocate(16);
    big.putShort(little.getShort(0)).putShort(little.getShort(2)).putInt(little.getInt(4));
    big.putInt(little.getInt(8)).putShort(little.getShort(12)).putShort(little.getShort(14));
    byte[] rifx =
        concatenated(
            ascii("RIFX"),
            new byte[4],
            ascii("WAVE"),
            aiffChunk("fmt ", big.array()),
            aiffChunk("data", data));

    assertThat(AudioFiles.read(write(bw64)).sampleCount()).isEqualTo(36_000);
    assertThat(AudioFiles.read(write(rifx)).channel(1)).containsExactly(RIGHT);
  }

  @Test
  void shouldReadRatesThatNoResamplerTakes() throws Exception {
    float[] tone = new float[19_200];
    for (int i = 0; i < tone.length; i++) {
      tone[i] = 0.5f * (float) Math.sin(2 * Math.PI * i / 192.0);
    }
    Path file = folder.resolve("tone.wav");
    AudioFiles.writeWav(file, new AudioClip(192_000, tone), AudioEncoding.PCM_S16LE);
    AudioClip high = AudioFiles.read(file);
    AudioFiles.writeWav(file, new AudioClip(6_000, tone), AudioEncoding.PCM_S16LE);
    AudioClip low = AudioFiles.read(file);

    assertThat(high.sampleRateHz()).isEqualTo(96_000);
    assertThat(high.sampleCount()).isEqualTo(9_600);
    assertThat(low.sampleRateHz()).isEqualTo(12_000);
    assertThat(low.sampleCount()).isEqualTo(38_400);
    for (int i = 2_000; i < 7_000; i++) {
      assertThat(high.mono()[i]).isCloseTo(tone[2 * i], within(0.001f));
      assertThat(low.mono()[2 * i]).isCloseTo(tone[i], within(0.001f));
    }
    AudioClip recorded = AudioFiles.read(CASES.resolve("rate_192000.wav"));
    assertThat(recorded.durationSeconds()).isCloseTo(0.2, within(0.001));
  }

  @Test
  void shouldScaleARecordingOfFloatsAndRefuseOneWithoutNumbers() throws Exception {
    AudioClip scaled = AudioFiles.read(CASES.resolve("float_peak_8.wav"));
    float peak = 0;
    for (float sample : scaled.mono()) {
      peak = Math.max(peak, Math.abs(sample));
    }

    assertThat(peak).isEqualTo(1);
    assertThat(scaled.warnings()).hasSize(1);
    assertThat(scaled.warnings().get(0)).contains("up to 8.0");
    assertThatThrownBy(() -> AudioFiles.read(CASES.resolve("float_all_nan.wav")))
        .isInstanceOf(AudioFormatException.class)
        .hasMessageContaining("none of its samples is a number");
  }

  @ParameterizedTest
  @CsvSource({
    "FFFB90640000, MP3",
    "FFF15080, AAC",
    "56E00000, AAC",
    "4944330400000000000AFFFFFFFFFFFFFFFFFFFFFFF15080, but AAC",
    "49443304000000000002FFFF664C614300000022, but FLAC",
    "49443304000000000002FFFF0000000000000000, but MP3", // By the tag alone.
    "494433040000000000010049443304000000000000FFF15080, but AAC",
    "FFF35864, MP3", // MPEG 2.
    "FFE35864, MP3", // MPEG 2.5.
    "FFFD9064, MP2",
    "02232153494C4B5F5633, SILK",
    "0B77, AC-3",
    "4F67675300020000000000000000000000000000000000000000011E4F70757348656164, Ogg Opus",
    "4F67675300020000000000000000000000000000000000000000011E01766F72626973, Ogg Vorbis",
    "664C614300000022, FLAC",
    "2321414D520A, AMR",
    "2321414D522D57420A, AMR-WB",
    "4E4953545F3141, SPHERE",
    "00000020667479704D344120, M4A",
    "3026B2758E66CF11, WMA",
    "1A45DFA3, WebM",
  })
  void shouldSayWhatAFileIsAndHowToConvertIt(String begin, String kind) throws Exception {
    byte[] content = Arrays.copyOf(HexFormat.of().parseHex(begin), 200);
    Path file = Files.write(folder.resolve("sound.x"), content);

    assertThatThrownBy(() -> AudioFiles.read(file))
        .isInstanceOf(AudioFormatException.class)
        .hasMessageContaining(kind)
        .hasMessageEndingWith(
            "ffmpeg -i '" + file + "' -c:a pcm_s16le '" + folder.resolve("sound.wav") + "'");
  }

  @Test
  void shouldQuoteNamesInTheCommandThatConverts() throws Exception {
    Path file = Files.write(folder.resolve("what's up.mp3"), ascii("ID3 and more"));

    assertThatThrownBy(() -> AudioFiles.read(file))
        .hasMessageEndingWith(
            "ffmpeg -i '%s/what'\\''s up.mp3' -c:a pcm_s16le '%s/what'\\''s up.wav'"
                .formatted(folder, folder));
  }

  @Test
  void shouldSayThatAFileIsNotAudio() throws Exception {
    assertBad(new byte[0], "is empty");
    assertBad("hello".getBytes(StandardCharsets.US_ASCII), "is not a WAV or AIFF file");
    assertBad(new byte[1000], "is not a WAV or AIFF file", "if it is audio, convert it first");
    assertBad("path,label".getBytes(StandardCharsets.UTF_16LE), "nor another that is known");
    assertBad(new byte[] {(byte) 0xFF, (byte) 0xFE, 'p', 0}, "nor another that is known");
    assertBad("ID3 and more of that".getBytes(StandardCharsets.US_ASCII), "MP3", "convert");
    assertBad("OggS and more of that".getBytes(StandardCharsets.US_ASCII), "Ogg", "convert");
    assertBad("RIFF1234AVI and more ".getBytes(StandardCharsets.US_ASCII), "is not a WAV");
    assertThatThrownBy(() -> AudioFiles.read(folder))
        .isInstanceOf(AudioFormatException.class)
        .hasMessageContaining("is a folder");
    assertThatThrownBy(() -> AudioFiles.read(folder.resolve("absent.wav")))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("absent.wav: there is no such file");
    if (Files.exists(Path.of("/dev/null"))) {
      assertThatThrownBy(() -> AudioFiles.read(Path.of("/dev/null")))
          .isInstanceOf(AudioFormatException.class)
          .hasMessageContaining("/dev/null is a pipe or a device");
    }
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
    for (int frameBytes : new int[] {1, 2, 7, 8}) {
      byte[] contradicting = fmtStating(1, 2, 16, frameBytes, 8_000 * frameBytes);
      assertBad(wav(chunk("fmt ", contradicting), data), "contradicts itself");
    }
    assertBad(wav(chunk("fmt ", fmtStating(1, 2, 0, 0, 0)), data), "samples of 0 bits");
    assertBad(wav(chunk("fmt ", fmtStating(1, 2, 65_535, 65_535, -1)), data), "65535 bits");
    assertBad(wav(chunk("fmt ", fmtStating(3, 2, 16, 4, 32_000)), data), "16 bits");
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

  /** At 8,000 Hz, with whatever a recorder writes into the fields that follow from the others. */
  private static byte[] fmtStating(
      int codec, int channels, int bits, int frameBytes, int bytesPerSecond) {
    byte[] fmt = fmt(codec, channels, 8_000, bits);
    ByteBuffer.wrap(fmt)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(8, bytesPerSecond)
        .putShort(12, (short) frameBytes);
    return fmt;
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
