package dev.speechemotion.audio.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.audio.AudioFiles;
import dev.speechemotion.audio.resampling.Resampler;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BandwidthTest {
  private static final String CASES = "src/test/resources/cases/";

  @ParameterizedTest
  @ValueSource(strings = {"15a07Fb", "15a07Nc", "16a01Wb", "16a04Fa", "16a04Nc", "16a07Wa"})
  void shouldHearThatARecordingIsWideBand(String name) throws IOException {
    AudioClip clip = AudioFiles.read(Path.of("src/main/resources/demo/" + name + ".wav"));

    assertThat(rateOf(clip)).isEqualTo(16_000);
  }

  @ParameterizedTest
  @ValueSource(ints = {16_000, 22_050, 44_100, 48_000})
  void shouldHearThatARecordingIsATelephoneCall(int rateHz) throws IOException {
    for (String name : new String[] {"15a07Fb", "15a07Nc", "16a01Wb", "16a04Fa", "16a04Nc"}) {
      float[] line = line(name);

      assertThat(rateOf(new AudioClip(rateHz, Resampler.resample(line, 8_000, rateHz))))
          .as(name)
          .isEqualTo(8_000);
    }
  }

  @Test
  void shouldNotTakeImagesForSound() throws IOException {
    for (String name : new String[] {"15a07Fb", "15a07Nc", "16a01Wb", "16a04Fa", "16a04Nc"}) {
      float[] line = line(name);
      float[] repeated = new float[2 * line.length];
      float[] interpolated = new float[2 * line.length];
      for (int i = 0; i < line.length; i++) {
        repeated[2 * i] = line[i];
        repeated[2 * i + 1] = line[i];
        interpolated[2 * i] = line[i];
        interpolated[2 * i + 1] = (line[i] + line[Math.min(i + 1, line.length - 1)]) / 2;
      }

      assertThat(rateOf(new AudioClip(16_000, repeated))).as(name).isEqualTo(8_000);
      assertThat(rateOf(new AudioClip(16_000, interpolated))).as(name).isEqualTo(8_000);
    }
  }

  @Test
  void shouldGoByTheRateWhereNobodySpeaks() throws IOException {
    assertThat(rateOf(new AudioClip(48_000, new float[48_000]))).isEqualTo(48_000);
    assertThat(rateOf(AudioFiles.read(Path.of(CASES + "native_8k.wav")))).isEqualTo(8_000);
    assertThat(rateOf(AudioFiles.read(Path.of(CASES + "upsampled_8k_to_16k.wav"))))
        .isEqualTo(8_000);
  }

  @Test
  void shouldTakeACallForATelephonesIfOneChannelIs() throws IOException {
    float[] narrow = Resampler.resample(line("15a07Nc"), 8_000, 16_000);
    AudioClip wide = AudioFiles.read(Path.of("src/main/resources/demo/15a07Fb.wav"));
    float[] other = Arrays.copyOf(wide.mono(), narrow.length);
    float[] silent = new float[narrow.length];

    assertThat(rateOf(new AudioClip(16_000, other, narrow))).isEqualTo(8_000);
    assertThat(rateOf(new AudioClip(16_000, other, silent))).isEqualTo(16_000);
  }

  @Test
  void shouldGoOnFromItsState() throws IOException {
    float[] samples = AudioFiles.read(Path.of("src/main/resources/demo/15a07Fb.wav")).mono();
    Bandwidth whole = new Bandwidth(16_000);
    whole.accept(samples, 0, samples.length);
    Bandwidth parts = new Bandwidth(16_000);
    for (int done = 0; done < samples.length; done += 1_000) {
      parts.accept(samples, done, Math.min(1_000, samples.length - done));
      byte[] state = state(parts);
      parts = new Bandwidth(16_000);
      parts.readState(new DataInputStream(new ByteArrayInputStream(state)));
    }

    assertThat(state(parts)).isEqualTo(state(whole));
  }

  @Test
  void shouldRefuseARateWithoutRoomForMore() {
    assertThatThrownBy(() -> new Bandwidth(11_025))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("16000");
  }

  private static byte[] state(Bandwidth bandwidth) throws IOException {
    ByteArrayOutputStream state = new ByteArrayOutputStream();
    bandwidth.writeState(new DataOutputStream(state));
    return state.toByteArray();
  }

  /** A recording as it comes over a telephone line. */
  private static float[] line(String name) throws IOException {
    AudioClip clip = AudioFiles.read(Path.of("src/main/resources/demo/" + name + ".wav"));
    float[] line = Resampler.resample(clip.mono(), clip.sampleRateHz(), 8_000);
    byte[] codes = new byte[line.length];
    AudioEncoding.MULAW.encode(line, 0, line.length, codes, 0);
    AudioEncoding.MULAW.decode(codes, 0, 1, line.length, line, 0);
    return line;
  }

  private static int rateOf(AudioClip clip) {
    return Bandwidth.rateOf(clip.channels(), clip.sampleRateHz());
  }
}
