package dev.speechemotion.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AudioEncodingTest {
  @ParameterizedTest
  @CsvSource({"MULAW, mulaw", "ALAW, alaw"})
  void shouldDecodeEveryG711CodeExactly(AudioEncoding encoding, String table) throws Exception {
    JsonNode expected =
        new ObjectMapper()
            .readTree(Path.of("src/test/resources/reference/g711.json").toFile())
            .get(table);
    float[] decoded = new float[256];

    encoding.decode(allCodes(), 0, 1, 256, decoded, 0);

    assertThat(expected.size()).isEqualTo(256);
    for (int code = 0; code < 256; code++) {
      assertThat(decoded[code])
          .as("code %d", code)
          .isEqualTo(expected.get(code).intValue() / 32768f);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"MULAW", "ALAW"})
  void shouldEncodeEveryG711ValueToItself(AudioEncoding encoding) {
    float[] values = new float[256];
    encoding.decode(allCodes(), 0, 1, 256, values, 0);
    byte[] codes = new byte[256];
    float[] again = new float[256];

    encoding.encode(values, 0, 256, codes, 0);
    encoding.decode(codes, 0, 1, 256, again, 0);

    assertThat(again).containsExactly(values);
  }

  @ParameterizedTest
  @EnumSource(names = {"MULAW", "ALAW"})
  void shouldEncodeToTheNearestG711Value(AudioEncoding encoding) {
    float[] values = new float[256];
    encoding.decode(allCodes(), 0, 1, 256, values, 0);
    byte[] code = new byte[1];
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      float sample = (random.nextFloat() * 2 - 1) * (i % 2 == 0 ? 1 : 0.01f);

      encoding.encode(new float[] {sample}, 0, 1, code, 0);

      float nearest = Float.MAX_VALUE;
      for (float value : values) {
        nearest = Math.min(nearest, Math.abs(value - sample));
      }
      assertThat(Math.abs(values[code[0] & 0xFF] - sample)).as("%s", sample).isEqualTo(nearest);
    }
  }

  @ParameterizedTest
  @CsvSource({"PCM_S16LE, LITTLE_ENDIAN", "PCM_S16BE, BIG_ENDIAN"})
  void shouldDecodeAndEncodeEvery16BitValueExactly(AudioEncoding encoding, String order) {
    ByteBuffer all = ByteBuffer.allocate(2 << 16);
    all.order(order.equals("BIG_ENDIAN") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    for (int value = Short.MIN_VALUE; value <= Short.MAX_VALUE; value++) {
      all.putShort((short) value);
    }
    float[] samples = new float[1 << 16];
    byte[] again = new byte[2 << 16];

    encoding.decode(all.array(), 0, 1, 1 << 16, samples, 0);
    encoding.encode(samples, 0, 1 << 16, again, 0);

    for (int i = 0; i < samples.length; i++) {
      assertThat(samples[i]).isEqualTo((i - 32768) / 32768f);
    }
    assertThat(again).containsExactly(all.array());
  }

  @ParameterizedTest
  @CsvSource({
    "NaN, 0",
    "Infinity, 0",
    "-Infinity, 0",
    "1.0E-40, 0",
    "-1.0E-40, 0",
    "5.0E-20, 0",
    "5.421011E-20, 5.421011E-20",
    "-6.0E-20, -6.0E-20",
    "3.0E38, 1",
    "-1.0001, -1",
    "0.25, 0.25",
    "-1, -1",
  })
  void shouldBoundFloatSamples(float stored, float expected) {
    byte[] payload = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(stored).array();
    float[] decoded = new float[1];
    byte[] encoded = new byte[4];

    AudioEncoding.PCM_F32LE.decode(payload, 0, 1, 1, decoded, 0);
    AudioEncoding.PCM_F32LE.encode(new float[] {stored}, 0, 1, encoded, 0);

    assertThat(decoded[0]).isEqualTo(expected);
    assertThat(ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN).getFloat())
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource
  void shouldClipWhenEncoding(AudioEncoding encoding) {
    float[] loud = {7, -7, Float.NaN};
    float[] full = {1, -1, 0};
    byte[] clipped = new byte[12];
    byte[] expected = new byte[12];

    encoding.encode(loud, 0, 3, clipped, 0);
    encoding.encode(full, 0, 3, expected, 0);

    assertThat(clipped).containsExactly(expected);
  }

  @ParameterizedTest
  @EnumSource
  void shouldTakeOneChannelOutOfInterleavedAudio(AudioEncoding encoding) {
    int bytes = encoding.bytesPerSample();
    float[] interleaved = {0.1f, -0.5f, 0.2f, -0.6f, 0.3f, -0.7f};
    byte[] payload = new byte[6 * bytes + 1];
    encoding.encode(interleaved, 0, 6, payload, 1);
    float[] all = new float[6];
    encoding.decode(payload, 1, 1, 6, all, 0);
    float[] second = new float[5];

    encoding.decode(payload, 1 + bytes, 2, 3, second, 1);

    assertThat(second).containsExactly(0, all[1], all[3], all[5], 0);
    assertThat(second[1]).isCloseTo(-0.5f, within(0.02f));
  }

  @ParameterizedTest
  @EnumSource
  void shouldRefuseToReadPastThePayload(AudioEncoding encoding) {
    byte[] payload = new byte[4 * encoding.bytesPerSample()];

    assertThatThrownBy(() -> encoding.decode(payload, 0, 1, 5, new float[5], 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  private static byte[] allCodes() {
    byte[] codes = new byte[256];
    for (int code = 0; code < 256; code++) {
      codes[code] = (byte) code;
    }
    return codes;
  }
}
