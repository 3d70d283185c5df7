package dev.speechemotion.features.codes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BitsTest {
  private static final int NUMBERS = 40;

  @Test
  void shouldPutBitsInTheOrderOfTheirDefinition() throws IOException {
    for (int seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      int[] folded = folded(random);
      int parameter = random.nextInt(13);
      int count = random.nextInt(33);
      int value = random.nextInt();

      BitWriter writer = new BitWriter(1 << 17);
      writer.write(value, count);
      writer.writeRice(folded, 3, NUMBERS, parameter);
      writer.write(value, 32 - count);

      StringBuilder bits = new StringBuilder();
      append(bits, value, count);
      for (int i = 3; i < NUMBERS; i++) {
        bits.append("1".repeat(folded[i] >> parameter)).append('0');
        append(bits, folded[i], parameter);
      }
      append(bits, value, 32 - count);
      byte[] bytes = written(writer);
      assertThat(bytes).as("seed %d", seed).isEqualTo(bytes(bits.toString()));

      BitReader reader = reader(bytes);
      assertThat(reader.read(count)).isEqualTo((int) (value & (1L << count) - 1));
      for (int i = 3; i < NUMBERS; i++) {
        assertThat(BitWriter.folded(reader.readRice(parameter))).isEqualTo(folded[i]);
      }
      assertThat(reader.read(32 - count)).isEqualTo((int) (value & (1L << 32 - count) - 1));
      assertThatThrownBy(() -> reader.read(8)).isInstanceOf(EOFException.class);
    }
  }

  @Test
  void shouldTellWhetherNumbersTakeFewerBits() {
    for (int seed = 0; seed < 500; seed++) {
      int[] folded = folded(new Random(seed));
      int sum = Arrays.stream(folded).sum();
      int parameter = BitWriter.riceParameter(sum, NUMBERS);
      int bits = Arrays.stream(folded).map(each -> (each >> parameter) + 1 + parameter).sum();

      assertThat(BitWriter.isRiceBelow(bits, folded, 0, NUMBERS, sum, parameter)).isFalse();
      assertThat(BitWriter.isRiceBelow(bits + 1, folded, 0, NUMBERS, sum, parameter)).isTrue();
    }
  }

  @Test
  void shouldRefuseNumbersThatDoNotEnd() throws IOException {
    byte[] ones = new byte[1_000];
    Arrays.fill(ones, (byte) -1);

    for (int length = 0; length < 40; length++) {
      BitReader reader = reader(Arrays.copyOf(ones, length));
      assertThatThrownBy(() -> reader.readRice(4)).isInstanceOf(EOFException.class);
    }
    // It has an end, but not the low bits behind it.
    BitReader reader = reader(new byte[] {-1, -2});
    assertThatThrownBy(() -> reader.readRice(1)).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> new BitReader(input(ones), 1_001)).isInstanceOf(EOFException.class);
  }

  private static int[] folded(Random random) {
    int most = 1 << random.nextInt(14);
    return random.ints(NUMBERS, -most, most + 1).map(BitWriter::folded).toArray();
  }

  private static void append(StringBuilder bits, int value, int count) {
    for (int bit = count - 1; bit >= 0; bit--) {
      bits.append(value >> bit & 1);
    }
  }

  private static byte[] bytes(String bits) {
    byte[] bytes = new byte[(bits.length() + 7) / 8];
    for (int i = 0; i < bits.length(); i++) {
      bytes[i / 8] |= (byte) ((bits.charAt(i) - '0') << 7 - i % 8);
    }
    return bytes;
  }

  private static byte[] written(BitWriter writer) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    writer.writeTo(new DataOutputStream(out));
    byte[] bytes = out.toByteArray();
    assertThat(ByteBuffer.wrap(bytes).getInt()).isEqualTo(bytes.length - Integer.BYTES);
    return Arrays.copyOfRange(bytes, Integer.BYTES, bytes.length);
  }

  private static BitReader reader(byte[] bytes) throws IOException {
    return new BitReader(input(bytes), bytes.length);
  }

  private static DataInputStream input(byte[] bytes) {
    return new DataInputStream(new ByteArrayInputStream(bytes));
  }
}
