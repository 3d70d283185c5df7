package dev.speechemotion.app.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.speechemotion.app.fixtures.FastModels;
import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.audio.AudioFiles;
import dev.speechemotion.streams.call.CallSettings;
import dev.speechemotion.training.corpus.Labels;
import dev.speechemotion.training.corpus.WindowedFeatures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClassifyCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CASES = "src/test/resources/cases/";

  /** Telephone audio at two rates, and audio that holds more. */
  private static final String[] OF_BOTH_BANDS = {
    CASES + "native_8k.wav",
    CASES + "upsampled_8k_to_16k.wav",
    "src/main/resources/demo/16a04Fa.wav"
  };

  @ParameterizedTest
  @ValueSource(strings = {"silence.wav", "s_ring.wav", "s_dtmf.wav"})
  void shouldSayThatThereIsNoSpeech(String name) throws IOException {
    CommandLineRun table = CommandLineRun.of("classify", CASES + name);
    CommandLineRun json = CommandLineRun.of("classify", CASES + name, "--format", "json");

    assertThat(table.exitCode()).isZero();
    assertThat(table.outLines().get(0)).endsWith(name + ": no speech");
    assertThat(table.outLines()).allMatch(line -> line.contains("no speech"));
    JsonNode channel = JSON.readTree(json.out()).get("channels").get(0);
    requireNoSpeech(channel);
    assertThat(channel.get("windows")).isNotEmpty().allSatisfy(this::requireNoSpeech);
  }

  /**
   * Notes of a bowed instrument, which waver as voices do: the voice activity detector hears one.
   */
  @ParameterizedTest
  @ValueSource(ints = {8_000, 16_000, 44_100})
  void shouldGiveNoEmotionOfMusic(int rateHz, @TempDir Path folder) throws IOException {
    double[] melodyHz = {220, 262, 294, 330, 392, 440, 392, 330};
    float[] music = new float[12 * rateHz];
    for (int note = 0; note < 24; note++) {
      double turns = 0;
      for (int i = 0; i < 0.6 * rateHz && note * rateHz / 2 + i < music.length; i++) {
        double t = (double) i / rateHz;
        double vibrato = 1 + 0.012 * Math.sin(2 * Math.PI * 5.5 * t);
        turns += melodyHz[note % 8] * vibrato / rateHz;
        double tone = 0;
        for (int harmonic = 1; harmonic <= 8; harmonic++) {
          tone += Math.sin(2 * Math.PI * harmonic * turns) / Math.pow(harmonic, 1.2);
        }
        double loudness = 0.15 * Math.min(1, t / 0.04) * Math.exp(-t / 0.5);
        music[note * rateHz / 2 + i] += (float) (loudness * tone);
      }
    }
    Path file = folder.resolve("music.wav");
    AudioFiles.writeWav(file, new AudioClip(rateHz, music), AudioEncoding.PCM_S16LE);

    JsonNode channel = channel(classify(List.of(), file.toString()));

    requireNoSpeech(channel);
    assertThat(channel.get("windows"))
        .hasSize(10)
        .allSatisfy(this::requireNoSpeech)
        .as("what the voice activity detector alone would have let through")
        .allSatisfy(window -> assertThat(window.get("speechShare").asDouble()).isGreaterThan(0.8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"16a04Fa.wav", "15a02Ta.wav", "16a07Wa.wav"})
  void shouldGiveWhatIsSaidBetweenPausesItsEmotion(String clip, @TempDir Path folder)
      throws IOException {
    AudioClip said = AudioFiles.read(Path.of("src/main/resources/demo/" + clip));
    int pause = said.sampleRateHz() * 5 / 2;
    float[] line = new float[said.mono().length + 2 * pause];
    System.arraycopy(said.mono(), 0, line, pause, said.mono().length);
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < line.length; i++) {
      line[i] += (float) (0.001 * random.nextGaussian());
    }
    Path file = folder.resolve("call.wav");
    AudioFiles.writeWav(file, new AudioClip(said.sampleRateHz(), line), AudioEncoding.PCM_S16LE);

    JsonNode windows = channel(classify(List.of(), file.toString())).get("windows");

    List<JsonNode> withSpeech = new ArrayList<>();
    windows.forEach(
        window -> {
          if (window.get("speechShare").asDouble() >= 0.1) {
            withSpeech.add(window);
          }
        });
    assertThat(withSpeech)
        .hasSizeGreaterThan(3)
        .allMatch(window -> window.get("speech").asBoolean())
        .anyMatch(window -> window.get("speechShare").asDouble() < 0.4);
  }

  @Test
  void shouldFitDetectorsOnAllThatAStreamAsksThemAbout() {
    assertThat((double) WindowedFeatures.LEAST_SPEECH_SHARE)
        .isCloseTo(CallSettings.DEFAULT.speechMinShare(), within(1e-6));
  }

  @Test
  void shouldNotHearAConstantOffset() throws IOException {
    JsonNode channel = channel(classify(List.of(), CASES + "dc_offset_2pct.wav"));

    assertThat(channel.get("windows")).allMatch(w -> w.get("emotion").asText().equals("angry"));
  }

  @Test
  void shouldGiveTheSameWithAndWithoutAConstantOffset(@TempDir Path folder) throws IOException {
    AudioClip offset = AudioFiles.read(Path.of(CASES + "dc_offset_2pct.wav"));
    float[] samples = offset.mono();
    double mean = 0;
    for (float sample : samples) {
      mean += sample / samples.length;
    }
    assertThat(mean).isCloseTo(0.02, within(0.001));
    float[] without = new float[samples.length];
    for (int i = 0; i < samples.length; i++) {
      without[i] = (float) (samples[i] - mean);
    }
    Path file = folder.resolve("without.wav");
    AudioFiles.writeWav(
        file, new AudioClip(offset.sampleRateHz(), without), AudioEncoding.PCM_S16LE);

    requireClose(
        channel(classify(FastModels.OPTIONS, CASES + "dc_offset_2pct.wav")),
        channel(classify(FastModels.OPTIONS, file.toString())),
        0.02);
  }

  @Test
  void shouldTakeTheOneModelForRecordingsOfAnyRateByDefault() throws IOException {
    CommandLineRun run = classify(List.of(), OF_BOTH_BANDS);

    JsonNode documents = JSON.readTree(run.out());
    assertThat(documents).hasSize(OF_BOTH_BANDS.length);
    for (JsonNode document : documents) {
      assertThat(document.get("model").get("name").asText()).isEqualTo("open");
      JsonNode channel = document.get("channels").get(0);
      assertThat(Labels.DEFAULT).contains(channel.get("emotion").asText());
      double sum = 0;
      for (JsonNode probability : channel.get("probabilities")) {
        assertThat(probability.asDouble()).isBetween(0.0, 1.0);
        sum += probability.asDouble();
      }
      assertThat(sum).isCloseTo(1, within(1e-5));
    }
    assertThat(documents.get(0).get("model").get("hash"))
        .isEqualTo(documents.get(2).get("model").get("hash"));
    requireClose(
        documents.get(1).get("channels").get(0), documents.get(0).get("channels").get(0), 0.05);
  }

  @Test
  void shouldTakeTheModelForWhatARecordingHoldsWhateverItsRate() throws IOException {
    CommandLineRun run = classify(FastModels.OPTIONS, OF_BOTH_BANDS);

    JsonNode documents = JSON.readTree(run.out());
    assertThat(documents).hasSize(3);
    JsonNode expected = documents.get(0).get("channels").get(0);
    JsonNode found = documents.get(1).get("channels").get(0);
    assertThat(documents.get(1).get("model")).isEqualTo(documents.get(0).get("model"));
    assertThat(documents.get(2).get("model")).isNotEqualTo(documents.get(0).get("model"));
    // The way up to 16 kHz and down again costs the highest of the telephone's bands.
    requireClose(found, expected, 0.16);
  }

  @Test
  void shouldSayWhatIsWrongWithARecordingInPlaceOfAnEmotion(@TempDir Path folder)
      throws IOException {
    AudioClip call = AudioFiles.read(Path.of(CASES + "native_8k.wav"));
    float[] samples = new float[10 * 8_000];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = call.mono()[i % call.sampleCount()];
    }
    byte[] codes = new byte[samples.length];
    AudioEncoding.ALAW.encode(samples, 0, samples.length, codes, 0);
    AudioEncoding.MULAW.decode(codes, 0, 1, samples.length, samples, 0);
    Path file = folder.resolve("wrong.wav");
    AudioFiles.writeWav(file, new AudioClip(8_000, samples), AudioEncoding.MULAW);

    CommandLineRun table =
        CommandLineRun.of("classify", file.toString(), "--model", "models/telephone");
    JsonNode channel = channel(classify(FastModels.OPTIONS, file.toString()));

    assertThat(table.outLines().get(0))
        .endsWith("wrong.wav: wrong audio: WRONG_G711_LAW, so no emotion");
    assertThat(channel.get("quality"))
        .extracting(JsonNode::asText)
        .containsExactly("WRONG_G711_LAW");
    requireNoSpeech(channel);
  }

  private static JsonNode channel(CommandLineRun run) throws IOException {
    return JSON.readTree(run.out()).get("channels").get(0);
  }

  private static void requireClose(JsonNode found, JsonNode expected, double by) {
    assertThat(found.get("emotion")).isEqualTo(expected.get("emotion"));
    expected
        .get("probabilities")
        .properties()
        .forEach(
            each ->
                assertThat(found.get("probabilities").get(each.getKey()).asDouble())
                    .isCloseTo(each.getValue().asDouble(), within(by)));
  }

  private static CommandLineRun classify(List<String> models, String... files) {
    List<String> args = new ArrayList<>(List.of("classify", "--format", "json"));
    args.addAll(models);
    args.addAll(List.of(files));
    return CommandLineRun.of(args.toArray(String[]::new));
  }

  private void requireNoSpeech(JsonNode node) {
    assertThat(node.get("speech").asBoolean()).isFalse();
    assertThat(node.get("emotion").asText()).isEqualTo("none");
    assertThat(node.get("confidence").asDouble()).isZero();
    assertThat(node.get("uncertain").asBoolean()).isTrue();
    assertThat(node.get("probabilities")).isEmpty();
  }
}
