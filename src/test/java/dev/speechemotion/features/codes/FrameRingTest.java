package dev.speechemotion.features.codes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.features.frame.FrameFeatures;
import dev.speechemotion.features.frame.FrameValue;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.features.spec.WindowSettings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameRingTest {
  private static final FeatureSpec SPEC = FeatureSpec.TELEPHONE_8K_EXTENDED;
  private static final List<FrameValue> VALUES = new FrameFeatures(SPEC).values();
  private static final int COLUMNS = VALUES.size() + 1;
  private static final WindowSettings WINDOWS = new WindowSettings(600, 200);

  /** Of the state before its frames. */
  private static final int REST_BYTES = Long.BYTES + Integer.BYTES + Float.BYTES;

  @Test
  void shouldKeepEveryCodeThroughItsState() throws IOException {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      FrameRing ring = ring();
      int frames = random.nextInt(capacity(ring) + 1);
      for (int i = 0; i < frames + 5; i++) {
        if (i >= 5 && i == frames) {
          ring.drop(5);
        }
        if (ring.count() < capacity(ring)) {
          ring.add(features(random, seed % 5), -3, random.nextInt(4));
        }
      }

      FrameRing restored = ring();
      read(restored, state(ring));

      assertThat(restored.count()).isEqualTo(ring.count());
      assertThat(restored.first()).isEqualTo(ring.first());
      for (int column = 0; column < COLUMNS; column++) {
        assertThat(column(restored, column)).as("seed %d", seed).isEqualTo(column(ring, column));
      }
      assertThat(state(restored)).isEqualTo(state(ring));
    }
  }

  @Test
  void shouldNeverTakeMoreThanTheCodesThemselves() throws IOException {
    for (int kind = 0; kind < 5; kind++) {
      Random random = new Random(kind);
      FrameRing ring = ring();
      while (ring.count() < capacity(ring)) {
        ring.add(features(random, kind), -3, random.nextInt(4));
      }

      int codes = capacity(ring) * COLUMNS * FrameCodes.BITS / 8;
      assertThat(state(ring)).hasSizeLessThan(codes + COLUMNS / 2 + 16);
    }
  }

  @Test
  void shouldRefuseOrReadWhateverComes() throws IOException {
    FrameRing ring = ring();
    Random random = new Random(1);
    while (ring.count() < 20) {
      ring.add(features(random, 4), -3, 0);
    }
    byte[] state = state(ring);
    int refused = 0;
    for (int i = 0; i < 2_000; i++) {
      byte[] changed = state.clone();
      changed[random.nextInt(changed.length)] = (byte) random.nextInt();
      FrameRing restored = ring();
      try {
        read(restored, changed);
        assertThat(restored.count()).isLessThanOrEqualTo(capacity(restored));
        for (int column = 0; column < COLUMNS; column++) {
          for (int code : column(restored, column)) {
            assertThat(code).isBetween(0, 4095);
          }
        }
      } catch (IOException e) {
        refused++;
      }
    }
    assertThat(refused).isPositive();

    byte[] large = state.clone();
    ByteBuffer.wrap(large).putInt(REST_BYTES, Integer.MAX_VALUE);
    assertThatThrownBy(() -> read(ring(), large))
        .isInstanceOf(IOException.class)
        .hasMessage("20 frames cannot take 2147483647 bytes");
  }

  @Test
  void shouldRefuseAStateOfMoreFramesThanAWindowHolds() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeLong(0);
    out.writeInt(capacity(ring()) + 1);
    out.write(new byte[100_000]);

    assertThatThrownBy(() -> read(ring(), bytes.toByteArray()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot hold");
    for (long[] stretch : new long[][] {{0, capacity(ring()) + 1}, {-1, 2}, {3, 2}}) {
      assertThatThrownBy(() -> ring().read(stretch[0], stretch[1], input(bytes.toByteArray())))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot hold");
    }
  }

  @Test
  void shouldReadFramesInStretchesOfWhichTheFirstBeginsBeforeTheWindow() throws IOException {
    Random random = new Random(7);
    FrameRing ring = ring();
    List<byte[]> stretches = new ArrayList<>();
    int length = 5;
    for (int i = 0; i < 20 * length; i++) {
      if (ring.count() == capacity(ring)) {
        ring.drop(length + 2);
      }
      ring.add(features(random, 4), -3, random.nextInt(4));
      if ((i + 1) % length == 0) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ring.write(i + 1 - length, i + 1, new DataOutputStream(bytes));
        stretches.add(bytes.toByteArray());
      }
    }
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    ring.writeState(new DataOutputStream(rest));

    FrameRing restored = ring();
    restored.readState(input(rest.toByteArray()));
    assertThat(ring.first() % length).as("within a stretch").isPositive();
    for (int i = (int) (ring.first() / length); i < stretches.size(); i++) {
      restored.read(i * length, (i + 1) * length, input(stretches.get(i)));
    }

    assertThat(state(restored)).isEqualTo(state(ring));
  }

  /** Of one kind each: still, at the ends of the range, anything, beyond the range, drifting. */
  private static float[] features(Random random, int kind) {
    float[] features = new float[VALUES.size()];
    for (int i = 0; i < features.length; i++) {
      features[i] =
          switch (kind) {
            case 0 -> 0;
            case 1 -> random.nextBoolean() ? 1e9f : -1e9f;
            case 2 -> random.nextFloat();
            case 3 -> (random.nextFloat() - 0.5f) * 1e4f;
            default -> (float) random.nextGaussian();
          };
    }
    return features;
  }

  private static FrameRing ring() {
    return new FrameRing(SPEC, WINDOWS, new FrameCodes(VALUES));
  }

  private static int capacity(FrameRing ring) {
    WindowFrames frames = new WindowFrames(VALUES, 62.5);
    ring.copyTo(frames);
    return frames.capacity();
  }

  private static int[] column(FrameRing ring, int column) {
    int[] codes = new int[ring.count()];
    ring.column(column, codes);
    return codes;
  }

  private static byte[] state(FrameRing ring) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    ring.writeState(out);
    ring.write(ring.first(), ring.end(), out);
    return bytes.toByteArray();
  }

  private static void read(FrameRing ring, byte[] state) throws IOException {
    DataInputStream in = input(state);
    ring.readState(in);
    ring.read(ring.first(), ring.end(), in);
  }

  private static DataInputStream input(byte[] state) {
    return new DataInputStream(new ByteArrayInputStream(state));
  }
}
