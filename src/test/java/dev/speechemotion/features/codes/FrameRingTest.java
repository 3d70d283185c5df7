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
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameRingTest {
  private static final FeatureSpec SPEC = FeatureSpec.TELEPHONE_8K_EXTENDED;
  private static final List<FrameValue> VALUES = new FrameFeatures(SPEC).values();
  private static final int COLUMNS = VALUES.size() + 1;
  private static final WindowSettings WINDOWS = new WindowSettings(600, 200);

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
      restored.readState(input(state(ring)));

      assertThat(restored.count()).isEqualTo(ring.count());
      for (int column = 0; column < COLUMNS; column++) {
        assertThat(column(restored, column)).as("seed %d", seed).isEqualTo(column(ring, column));
      }
      assertThat(state(restored)).isEqualTo(state(ring));
    }
  }

  @Test
  void shouldReadTheStateThatHeldTheCodesAsTheyAre() throws IOException {
    Random random = new Random(1);
    FrameRing ring = ring();
    while (ring.count() < 21) {
      ring.add(features(random, 4), -3, random.nextInt(4));
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(ring.count());
    out.writeFloat(-3);
    BitSet bits = new BitSet();
    int at = 0;
    for (int frame = 0; frame < ring.count(); frame++) {
      for (int column = 0; column < COLUMNS; column++) {
        int code = column(ring, column)[frame];
        for (int bit = 11; bit >= 0; bit--, at++) {
          // The highest bit of a byte comes first.
          bits.set(at / 8 * 8 + 7 - at % 8, (code >> bit & 1) == 1);
        }
      }
    }
    out.write(Arrays.copyOf(bits.toByteArray(), (at + 7) / 8));

    FrameRing restored = ring();
    restored.readState(input(bytes.toByteArray()));

    assertThat(state(restored)).isEqualTo(state(ring));
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
        restored.readState(input(changed));
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
    ByteBuffer.wrap(large).putInt(8, Integer.MAX_VALUE);
    assertThatThrownBy(() -> ring().readState(input(large)))
        .isInstanceOf(IOException.class)
        .hasMessage("20 frames cannot take 2147483647 bytes");
  }

  @Test
  void shouldRefuseAStateOfMoreFramesThanAWindowHolds() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(capacity(ring()) + 1);
    out.write(new byte[100_000]);

    assertThatThrownBy(() -> ring().readState(input(bytes.toByteArray())))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot hold");
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
    ring.writeState(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static DataInputStream input(byte[] state) {
    return new DataInputStream(new ByteArrayInputStream(state));
  }
}
