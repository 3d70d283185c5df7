package dev.speechemotion.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Seeds, findings, and some thousand damaged copies; README.md says how to fuzz for longer. */
@Timeout(60)
class FuzzTest {
  private static final int DAMAGED_COPIES = 1_000;
  private static final int[] BYTES = {0, 1, 0x7F, 0x80, 0xFF, '"', ',', '{'};

  static Stream<Named<FuzzTarget>> targets() {
    return Fuzzing.targets().stream().map(target -> Named.of(Fuzzing.name(target), target));
  }

  @ParameterizedTest
  @MethodSource("targets")
  void shouldReadOrRefuseWhateverComes(FuzzTarget target) throws Exception {
    List<byte[]> inputs = Fuzzing.inputs(target);
    assertThat(inputs).isNotEmpty();
    for (byte[] input : inputs) {
      Fuzzing.read(target, input);
    }
    Random random = new Random(1);
    for (int i = 0; i < DAMAGED_COPIES; i++) {
      byte[] damaged = damaged(inputs.get(i % inputs.size()), random);
      try {
        Fuzzing.read(target, damaged);
      } catch (Exception | Error e) {
        throw new AssertionError(
            "copy %d, %d bytes: %s".formatted(i, damaged.length, Arrays.toString(damaged)), e);
      }
    }
  }

  /** With some bytes changed, and cut off now and then. */
  private static byte[] damaged(byte[] input, Random random) {
    byte[] damaged =
        random.nextInt(4) == 0
            ? Arrays.copyOf(input, random.nextInt(input.length + 9))
            : input.clone();
    // What tells how to read the rest is mostly in front.
    int reach = random.nextBoolean() ? damaged.length : Math.min(64, damaged.length);
    for (int i = random.nextInt(4); i >= 0 && reach > 0; i--) {
      damaged[random.nextInt(reach)] =
          (byte) (random.nextBoolean() ? random.nextInt(256) : BYTES[random.nextInt(BYTES.length)]);
    }
    return damaged;
  }
}
