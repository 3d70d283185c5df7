package dev.speechemotion.training.augmentation;

import static dev.speechemotion.training.augmentation.Sounds.RATE_HZ;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AugmentationChainTest {
  private static final Set<Augmentation.Part> ALL = EnumSet.allOf(Augmentation.Part.class);
  private static final List<String> TALKING = List.of("hash of one", "hash of another");

  @Test
  void shouldMakeSamplesWithinFullScaleWhateverIsDrawn() {
    float[] voice = Sounds.vowel(180, 900, 0.7);
    for (int i = 0; i < voice.length; i++) {
      voice[i] *= 0.99f / Sounds.peak(voice);
    }
    Set<AugmentationChain.NoiseKind> noises = EnumSet.noneOf(AugmentationChain.NoiseKind.class);
    int lines = 0;
    int rooms = 0;
    for (int seed = 0; seed < 200; seed++) {
      AugmentationChain chain = draw(ALL, seed);

      float[] heard = chain.apply(voice, RATE_HZ, talking(chain));

      assertThat(Sounds.peak(heard))
          .as(chain.toString())
          .isGreaterThan(0.01f)
          .isLessThanOrEqualTo(1);
      double seconds = heard.length / (double) chain.sampleRateHz(RATE_HZ);
      assertThat(seconds).as(chain.toString()).isCloseTo(0.7 / chain.tempo(), within(0.002));
      noises.add(chain.noise());
      lines += chain.line().isEmpty() ? 0 : 1;
      rooms += chain.decaySeconds() > 0 ? 1 : 0;
    }
    assertThat(noises).containsExactly(AugmentationChain.NoiseKind.values());
    assertThat(lines).isBetween(20, 90);
    assertThat(rooms).isBetween(30, 100);
  }

  @Test
  void shouldStayWithinItsRanges() {
    for (int seed = 0; seed < 2_000; seed++) {
      AugmentationChain chain = draw(ALL, seed);

      assertThat(chain.tempo()).isBetween(0.8, 1.25);
      assertThat(chain.pitch()).isBetween(0.8, 1.25);
      assertThat(chain.formants()).isBetween(0.86, 1.15);
      assertThat(chain.noise() == AugmentationChain.NoiseKind.BABBLE)
          .isEqualTo(!chain.babble().isEmpty());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {3, 4, 5})
  void shouldGiveTheSameSamplesForTheSameRecipe(long seed) {
    float[] noise = Sounds.whiteNoise(0.1, 0.3, 1);
    AugmentationChain chain = draw(ALL, seed);

    assertThat(draw(ALL, seed)).isEqualTo(chain);
    assertThat(chain.apply(noise, RATE_HZ, talking(chain)))
        .isEqualTo(chain.apply(noise, RATE_HZ, talking(chain)));
    assertThat(draw(ALL, seed + 100)).isNotEqualTo(chain);
  }

  @Test
  void shouldChangeTheVoiceAsDrawn() {
    AugmentationChain chain =
        new AugmentationChain(
            1.2,
            1.1,
            0.9,
            0,
            0,
            AugmentationChain.NoiseKind.NONE,
            0,
            List.of(),
            0,
            1_000,
            0,
            0,
            Optional.empty(),
            1);
    float[] voice = Sounds.vowel(90, 1_500, 1);

    float[] heard = chain.apply(voice, RATE_HZ, List.of());

    assertThat(heard.length).isCloseTo((int) (voice.length / 0.9), within(2));
    assertThat(Sounds.peakHz(heard, RATE_HZ, 80, 140, 0.5)).isCloseTo(108, within(1.0));
    assertThat(Sounds.formantHz(heard, 108) / Sounds.formantHz(voice, 90))
        .isCloseTo(1.1, within(0.03));
  }

  @Test
  void shouldChangeOnlyThePartsThatAreAskedFor() {
    for (int seed = 0; seed < 50; seed++) {
      AugmentationChain voice = draw(EnumSet.of(Augmentation.Part.VOICE), seed);
      assertThat(voice.line()).isEmpty();
      assertThat(voice.noise()).isEqualTo(AugmentationChain.NoiseKind.NONE);
      assertThat(voice.gainDb()).isZero();

      AugmentationChain line = draw(EnumSet.of(Augmentation.Part.LINE), seed);
      assertThat(line.pitch()).isEqualTo(1);
      assertThat(line.tempo()).isEqualTo(1);
      assertThat(line.decaySeconds()).isZero();

      AugmentationChain room = draw(EnumSet.of(Augmentation.Part.ROOM), seed);
      assertThat(room.line()).isEmpty();
      assertThat(room.formants()).isEqualTo(1);
    }
  }

  @Test
  void shouldNotChangeWhatItIsGiven() {
    float[] noise = Sounds.whiteNoise(0.1, 0.3, 1);
    float[] before = noise.clone();

    for (int seed = 0; seed < 20; seed++) {
      AugmentationChain chain = draw(ALL, seed);
      chain.apply(noise, RATE_HZ, talking(chain));
    }

    assertThat(noise).isEqualTo(before);
  }

  private static AugmentationChain draw(Set<Augmentation.Part> parts, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return AugmentationChain.ofCall(parts, RATE_HZ, random).forClip(parts, TALKING, random);
  }

  private static List<float[]> talking(AugmentationChain chain) {
    return chain.babble().stream().map(sha256 -> Sounds.vowel(200, 700, 0.2)).toList();
  }
}
