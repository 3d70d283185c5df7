package dev.speechemotion.streams.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UTFDataFormatException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Held to the JDK's streams. */
class StateOutputTest {
  private static final int KINDS = 13;

  @Test
  void shouldWriteAndReadWhatTheStreamsOfTheJdkDo() throws IOException {
    StateOutput out = new StateOutput(1);
    for (int seed = 0; seed < 200; seed++) {
      ByteArrayOutputStream expected = new ByteArrayOutputStream();
      out.reset();
      write(new Random(seed), out);
      write(new Random(seed), new DataOutputStream(expected));

      assertThat(out.size()).isEqualTo(expected.size());
      assertThat(out.toByteArray()).isEqualTo(expected.toByteArray());
      StateInput in = new StateInput(out.toByteArray());
      assertThat(read(new Random(seed), in))
          .isEqualTo(
              read(
                  new Random(seed),
                  new DataInputStream(new ByteArrayInputStream(expected.toByteArray()))));
      assertThat(in.left()).isZero();
    }
  }

  private static void write(Random random, DataOutput out) throws IOException {
    for (int i = 0; i < 60; i++) {
      switch (random.nextInt(KINDS)) {
        case 0 -> out.write(random.nextInt());
        case 1 -> out.writeBoolean(random.nextBoolean());
        case 2 -> out.writeByte(random.nextInt());
        case 3 -> out.writeShort(random.nextInt());
        case 4 -> out.writeChar(random.nextInt());
        case 5 -> out.writeInt(random.nextInt());
        case 6 -> out.writeLong(random.nextLong());
        case 7 -> out.writeFloat(random.nextFloat());
        case 8 -> out.writeDouble(random.nextDouble());
        case 9 -> out.writeUTF(text(random));
        case 10 -> out.writeBytes(text(random));
        case 11 -> out.writeChars(text(random));
        default -> {
          byte[] bytes = new byte[10];
          random.nextBytes(bytes);
          out.write(bytes);
          out.write(bytes, 3, 4);
        }
      }
    }
  }

  private static List<Object> read(Random random, DataInput in) throws IOException {
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      switch (random.nextInt(KINDS)) {
        case 0 -> add(values, random.nextInt(), in.readUnsignedByte());
        case 1 -> add(values, random.nextBoolean(), in.readBoolean());
        case 2 -> add(values, random.nextInt(), in.readByte());
        case 3 -> add(values, random.nextInt(), in.readUnsignedShort());
        case 4 -> add(values, random.nextInt(), in.readChar());
        case 5 -> add(values, random.nextInt(), in.readInt());
        case 6 -> add(values, random.nextLong(), in.readLong());
        case 7 -> add(values, random.nextFloat(), in.readFloat());
        case 8 -> add(values, random.nextDouble(), in.readDouble());
        case 9 -> add(values, text(random), in.readUTF());
        case 10 -> values.add(in.skipBytes(text(random).length()));
        case 11 -> {
          for (int left = text(random).length(); left > 0; left--) {
            values.add(in.readShort());
          }
        }
        default -> {
          byte[] bytes = new byte[14];
          random.nextBytes(new byte[10]);
          in.readFully(bytes);
          values.add(Arrays.toString(bytes));
        }
      }
    }
    return values;
  }

  /** Of what was written, the value that is read is enough. */
  private static void add(List<Object> values, Object written, Object read) {
    assertThat(written).isNotNull();
    values.add(read);
  }

  private static String text(Random random) {
    return random
        .ints(random.nextInt(9), 0, 1 << (random.nextBoolean() ? 7 : 16))
        .mapToObj(each -> String.valueOf((char) each))
        .reduce("", String::concat);
  }

  @Test
  void shouldWriteALengthThatIsKnownOnlyThen() throws IOException {
    StateOutput out = new StateOutput(16);
    out.writeByte(1);
    out.writeInt(0);
    out.writeByte(2);
    out.setInt(1, -7);

    StateInput in = new StateInput(out.toByteArray());
    assertThat(in.readByte()).isEqualTo((byte) 1);
    assertThat(in.readInt()).isEqualTo(-7);
    assertThat(in.readByte()).isEqualTo((byte) 2);
  }

  @Test
  void shouldRefuseToReadBehindTheEndAndToWriteTooLongATextLikeThem() {
    StateInput in = new StateInput(new byte[3]);
    assertThatThrownBy(in::readInt).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> in.readFully(new byte[4])).isInstanceOf(EOFException.class);
    assertThat(in.left()).isEqualTo(3);
    assertThatThrownBy(() -> new StateOutput(1).writeUTF("x".repeat(1 << 16)))
        .isInstanceOf(UTFDataFormatException.class);
  }
}
