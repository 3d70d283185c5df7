package dev.speechemotion.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OffsetRemovalTest {
  private static final int RATE_HZ = 8_000;
  private static final int FRAME = 512;
  private static final int HOP = 128;

  /** Five seconds of a voice, without an offset. */
  private static float[] speech;

  @BeforeAll
  static void readSpeech() throws IOException {
    AudioClip clip =
        AudioFiles.read(Path.of("src/test/resources/reference/emodb-03a01Fa-8000.wav"));
    speech = Arrays.copyOf(clip.mono(), clip.sampleCount());
  }

  @Test
  void shouldLeaveAudioWithoutAnOffsetAsItIs() {
    requireSame(frames(speech), plainFrames(speech));
    requireSame(frames(new float[RATE_HZ]), plainFrames(new float[RATE_HZ]));
  }

  @ParameterizedTest
  @ValueSource(floats = {0.1f, 0.02f, 0.004f, -0.004f, -0.3f})
  void shouldTakeAnOffsetOutFromTheFirstSampleOn(float offset) {
    List<float[]> clean = plainFrames(speech);
    List<float[]> found = frames(shifted(speech, offset, 0));

    assertThat(found).hasSameSizeAs(clean);
    for (int i = 0; i < clean.size(); i++) {
      assertThat(Math.abs(mean(found.get(i)) - mean(clean.get(i)))).isLessThan(0.001);
    }
  }

  @Test
  void shouldTakeAnOffsetOutThatBeginsLater() {
    float[] line = new float[6 * RATE_HZ];
    for (int i = 0; i + speech.length <= line.length; i += speech.length) {
      System.arraycopy(speech, 0, line, i, speech.length);
    }
    List<float[]> clean = plainFrames(line);
    List<float[]> found = frames(shifted(line, 0.02f, 2 * RATE_HZ));

    for (int i = 0; i < clean.size(); i++) {
      if (i * HOP > 3 * RATE_HZ) {
        assertThat(Math.abs(mean(found.get(i)) - mean(clean.get(i)))).isLessThan(0.001);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 37, 160, 511, 512, 513, 4_000})
  void shouldNotDependOnChunksNorOnRestarts(int chunk) throws IOException {
    float[] line = shifted(speech, 0.02f, 0);
    List<float[]> frames = new ArrayList<>();
    FrameSource source = FrameSource.of(RATE_HZ, RATE_HZ, FRAME, HOP);
    for (int done = 0; done < line.length; done += chunk) {
      source.accept(line, done, Math.min(chunk, line.length - done), collecting(frames));
      if (done / chunk % 7 == 0) {
        ByteArrayOutputStream state = new ByteArrayOutputStream();
        source.writeState(new DataOutputStream(state));
        source = FrameSource.of(RATE_HZ, RATE_HZ, FRAME, HOP);
        source.readState(new DataInputStream(new ByteArrayInputStream(state.toByteArray())));
      }
    }
    source.finish(collecting(frames));

    requireSame(frames, frames(line));
  }

  @Test
  void shouldTakeTheOffsetOutOfAShortStretchToo() {
    float[] constant = new float[3_000];
    Arrays.fill(constant, 0.25f);

    assertThat(frames(constant)).allSatisfy(frame -> assertThat(frame).containsOnly(0f));
  }

  @Test
  void shouldKeepSamplesOf16BitsInTwoBytes() throws IOException {
    OffsetRemoval removal = new OffsetRemoval(new Framer(FRAME, HOP), RATE_HZ);
    removal.accept(shifted(speech, 0.02f, 0), 0, speech.length, (samples, offset, index) -> {});
    ByteArrayOutputStream state = new ByteArrayOutputStream();
    removal.writeState(new DataOutputStream(state));

    assertThat(state.size()).isLessThan(2 * FRAME + 64);
  }

  @Test
  void shouldRefuseAStateThatCannotBe() throws IOException {
    ByteArrayOutputStream state = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(state);
    out.writeDouble(0);
    out.writeByte(0);
    out.writeShort(512);
    out.writeDouble(0);
    out.writeByte(0);
    out.writeDouble(0);
    out.writeBoolean(false);
    OffsetRemoval removal = new OffsetRemoval(new Framer(FRAME, HOP), RATE_HZ);

    assertThatThrownBy(
            () ->
                removal.readState(
                    new DataInputStream(new ByteArrayInputStream(state.toByteArray()))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot end at 512");
  }

  private static float[] shifted(float[] samples, float offset, int from) {
    float[] result = samples.clone();
    for (int i = from; i < result.length; i++) {
      // Of 16 bits, as recordings are.
      result[i] = Math.round((result[i] + offset) * 32768) / 32768f;
    }
    return result;
  }

  private static void requireSame(List<float[]> frames, List<float[]> expected) {
    assertThat(frames.toArray(new float[0][])).isDeepEqualTo(expected.toArray(new float[0][]));
  }

  private static double mean(float[] frame) {
    double sum = 0;
    for (float sample : frame) {
      sum += sample;
    }
    return sum / frame.length;
  }

  private static List<float[]> frames(float[] samples) {
    List<float[]> frames = new ArrayList<>();
    FrameSource source = FrameSource.of(RATE_HZ, RATE_HZ, FRAME, HOP);
    source.accept(samples, 0, samples.length, collecting(frames));
    source.finish(collecting(frames));
    return frames;
  }

  private static List<float[]> plainFrames(float[] samples) {
    List<float[]> frames = new ArrayList<>();
    new Framer(FRAME, HOP).accept(samples, 0, samples.length, collecting(frames));
    return frames;
  }

  private static FrameSource.FrameSink collecting(List<float[]> frames) {
    return (samples, offset, index) ->
        frames.add(Arrays.copyOfRange(samples, offset, offset + FRAME));
  }
}
