package dev.speechemotion.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.audio.EncodingCheck.Finding;
import dev.speechemotion.audio.resampling.Resampler;
import dev.speechemotion.features.fixture.LineSounds;
import dev.speechemotion.features.fixture.Recordings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a payload is instead of what is said of it. */
class EncodingCheckTest {
  private static final int RATE_HZ = 8_000;
  private static final int TEN_SECONDS = 10 * RATE_HZ;

  /** All that is said in the bundled recordings. */
  private static float[] speech;

  @BeforeAll
  static void read() throws IOException {
    speech = new float[0];
    for (Path file : Recordings.bundled()) {
      float[] samples = Recordings.samples(file, RATE_HZ);
      int from = speech.length;
      speech = Arrays.copyOf(speech, from + samples.length);
      System.arraycopy(samples, 0, speech, from, samples.length);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldFindWhatAPayloadIsWithinTenSeconds(PayloadForm form) {
    for (int from = 0; from + TEN_SECONDS <= speech.length; from += TEN_SECONDS) {
      byte[] payload = form.payload(Arrays.copyOfRange(speech, from, from + TEN_SECONDS));

      assertThat(form.findingOf(payload, RATE_HZ)).isEqualTo(form.finding);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldFindTheSameAtAnyRateAndLevel(PayloadForm form) {
    float[] quiet = speech.clone();
    for (int i = 0; i < quiet.length; i++) {
      quiet[i] *= 0.1f;
    }

    assertThat(form.findingOf(form.payload(quiet), RATE_HZ)).isEqualTo(form.finding);
    for (int rateHz : new int[] {11_025, 16_000, 48_000}) {
      float[] resampled = Resampler.resample(speech, RATE_HZ, rateHz);
      assertThat(form.findingOf(form.payload(resampled), rateHz)).isEqualTo(form.finding);
    }
  }

  @ParameterizedTest
  @EnumSource(names = "GOOD_.*", mode = EnumSource.Mode.MATCH_ALL)
  void shouldFindNothingWrongWithTheSoundsOfALine(PayloadForm form) {
    for (int rateHz : new int[] {8_000, 16_000}) {
      for (Map.Entry<String, float[]> sound : LineSounds.all(rateHz).entrySet()) {
        for (float gain : new float[] {1, 0.3f, 0.1f, 0.03f, 0.01f, 3}) {
          float[] samples = sound.getValue().clone();
          for (int i = 0; i < samples.length; i++) {
            samples[i] *= gain;
          }
          assertThat(form.foundAfter(form.payload(samples), rateHz))
              .as(sound.getKey() + " at " + gain)
              .isEqualTo(-1);
        }
      }
    }
  }

  /** Of one frequency, two, and with corners: their values crowd at a level. */
  @ParameterizedTest
  @EnumSource(names = "GOOD_.*", mode = EnumSource.Mode.MATCH_ALL)
  void shouldFindNothingWrongWithTonesOfAnyLevel(PayloadForm form) {
    float[] samples = new float[5 * RATE_HZ];
    for (double level = 0.001; level < 1; level *= 1.1) {
      for (int kind = 0; kind < 3; kind++) {
        for (int i = 0; i < samples.length; i++) {
          double sine = Math.sin(2 * Math.PI * 425.3 * i / RATE_HZ);
          double second = Math.sin(2 * Math.PI * 1_209 * i / RATE_HZ);
          double value = kind == 0 ? sine : kind == 1 ? (sine + second) / 2 : Math.signum(sine);
          samples[i] = (float) (level * value);
        }
        assertThat(form.foundAfter(form.payload(samples), RATE_HZ))
            .as(kind + " at " + level)
            .isEqualTo(-1);
      }
    }
  }

  /** As of a line with hiss, and of converters that are off by a constant or clip. */
  @ParameterizedTest
  @EnumSource(names = "GOOD_.*", mode = EnumSource.Mode.MATCH_ALL)
  void shouldFindNothingWrongWithNoiseAndOffsets(PayloadForm form) {
    Random random = new Random(1);
    float[] samples = new float[5 * RATE_HZ];
    for (double level = 0.0001; level < 4; level *= 1.3) {
      for (double offset : new double[] {0, 0.001, -0.01, 0.1, -0.5}) {
        for (int kind = 0; kind < 3; kind++) {
          for (int i = 0; i < samples.length; i++) {
            // Hiss, hiss with pauses, and speech.
            double hiss = kind == 1 && i / RATE_HZ % 2 == 0 ? 0 : random.nextGaussian();
            samples[i] = (float) (level * (kind == 2 ? 3 * speech[i] : hiss) + offset);
          }
          assertThat(form.foundAfter(form.payload(samples), RATE_HZ))
              .as(kind + " at " + level + " off by " + offset)
              .isEqualTo(-1);
        }
      }
    }
  }

  /** As most codecs have it that find nobody speaking. */
  @ParameterizedTest
  @EnumSource
  void shouldFindWhatAPayloadIsWhereMostOfItIsDigitalSilence(PayloadForm form) {
    float[] sparse = Arrays.copyOf(speech, TEN_SECONDS);
    for (int i = 0; i < sparse.length; i++) {
      sparse[i] = i % RATE_HZ < RATE_HZ / 2 ? sparse[i] : 0;
    }

    assertThat(form.findingOf(form.payload(sparse), RATE_HZ)).isEqualTo(form.finding);
  }

  /** As of 8-bit recordings, or of a converter that says only so much. */
  @ParameterizedTest
  @EnumSource(names = {"GOOD_PCM", "GOOD_FLOATS"})
  void shouldFindNothingWrongWithSamplesOfFewBits(PayloadForm form) {
    for (int bits = 2; bits < 16; bits++) {
      float[] coarse = speech.clone();
      double steps = 1 << bits - 1;
      for (int i = 0; i < coarse.length; i++) {
        coarse[i] = (float) (Math.floor(coarse[i] * steps) / steps);
      }

      assertThat(form.foundAfter(form.payload(coarse), RATE_HZ)).as(bits + " bits").isEqualTo(-1);
    }
  }

  @Test
  void shouldFindNothingWrongWithADigitalSilenceOfEitherLaw() {
    for (PayloadForm form : new PayloadForm[] {PayloadForm.GOOD_MULAW, PayloadForm.GOOD_ALAW}) {
      for (int code = 0; code < 256; code++) {
        byte[] payload = new byte[TEN_SECONDS];
        Arrays.fill(payload, (byte) code);

        assertThat(form.foundAfter(payload, RATE_HZ)).as("all " + code).isEqualTo(-1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldFindTheSameInAnyChunksAndAfterAnyRestart(PayloadForm form) throws IOException {
    byte[] payload = form.payload(Arrays.copyOf(speech, TEN_SECONDS));
    byte[] whole = stateAfter(form, payload, Integer.MAX_VALUE);

    assertThat(stateAfter(form, payload, 1)).isEqualTo(whole);
    assertThat(stateAfter(form, payload, 160)).isEqualTo(whole);
    assertThat(stateAfter(form, payload, 997)).isEqualTo(whole);
  }

  /** With a restart after each chunk of some size. */
  private static byte[] stateAfter(PayloadForm form, byte[] payload, int chunkSamples)
      throws IOException {
    EncodingCheck check = new EncodingCheck(form.declared, RATE_HZ);
    int chunkBytes =
        (int) Math.min((long) chunkSamples * form.declared.bytesPerSample(), payload.length);
    for (int from = 0; from < payload.length; from += chunkBytes) {
      byte[] chunk = Arrays.copyOfRange(payload, from, Math.min(from + chunkBytes, payload.length));
      form.take(check, chunk, Integer.MAX_VALUE);
      EncodingCheck restarted = new EncodingCheck(form.declared, RATE_HZ);
      restarted.readState(new DataInputStream(new ByteArrayInputStream(state(check))));
      check = restarted;
    }
    return state(check);
  }

  private static byte[] state(EncodingCheck check) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    check.writeState(new DataOutputStream(out));
    return out.toByteArray();
  }

  @Test
  void shouldTakeAFindingBackAfterTenGoodSeconds() {
    PayloadForm wrong = PayloadForm.ALAW_AS_MULAW;
    PayloadForm good = PayloadForm.GOOD_MULAW;
    EncodingCheck check = new EncodingCheck(AudioEncoding.MULAW, RATE_HZ);
    wrong.take(check, wrong.payload(Arrays.copyOf(speech, TEN_SECONDS)), Integer.MAX_VALUE);
    assertThat(check.finding()).isEqualTo(Finding.OTHER_LAW);

    good.take(check, good.payload(Arrays.copyOf(speech, TEN_SECONDS - RATE_HZ)), 160);
    assertThat(check.finding()).isEqualTo(Finding.OTHER_LAW);
    good.take(check, good.payload(Arrays.copyOf(speech, 2 * RATE_HZ)), 160);

    assertThat(check.finding()).isEqualTo(Finding.NONE);
  }

  @Test
  void shouldNotTakeSilenceForGoodSeconds() {
    PayloadForm wrong = PayloadForm.BIG_AS_LITTLE_ENDIAN;
    EncodingCheck check = new EncodingCheck(AudioEncoding.PCM_S16LE, RATE_HZ);
    wrong.take(check, wrong.payload(Arrays.copyOf(speech, TEN_SECONDS)), Integer.MAX_VALUE);

    wrong.take(check, new byte[20 * TEN_SECONDS], 160);

    assertThat(check.finding()).isEqualTo(Finding.BYTE_ORDER);
  }

  @Test
  void shouldRefuseAStateThatWasNeverWritten() throws IOException {
    byte[] state = state(new EncodingCheck(AudioEncoding.MULAW, RATE_HZ));
    for (int i = 0; i < state.length; i++) {
      byte[] cut = Arrays.copyOf(state, i);
      assertThatThrownBy(() -> read(cut)).isInstanceOf(IOException.class);
    }
    state[0] = 1;
    assertThatThrownBy(() -> read(state)).isInstanceOf(IOException.class);
  }

  private static void read(byte[] state) throws IOException {
    new EncodingCheck(AudioEncoding.MULAW, RATE_HZ)
        .readState(new DataInputStream(new ByteArrayInputStream(state)));
  }
}
