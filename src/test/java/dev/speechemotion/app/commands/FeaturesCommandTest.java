package dev.speechemotion.app.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.speechemotion.app.fixtures.Reference;
import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.audio.AudioFiles;
import dev.speechemotion.features.FeatureLayout;
import dev.speechemotion.features.spec.FeatureSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeaturesCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @ParameterizedTest
  @CsvSource({
    "emodb-03a01Fa-22050, librosa-22k",
    "emodb-03a01Fa-16000, wideband-16k",
    "emodb-03a01Fa-8000, telephone-8k",
    "silence-8000, telephone-8k",
  })
  void shouldWriteTheShapeAndTheValuesOfTheReference(String name, String spec) throws IOException {
    CommandLineRun run = run(name, spec, "frame", "json");

    JsonNode expected = JSON.readTree(Reference.json(name).toFile());
    JsonNode actual = JSON.readTree(run.out());
    for (String setting :
        List.of(
            "wav",
            "sampleRateHz",
            "fftLength",
            "hopLength",
            "melBands",
            "mfccCount",
            "contrastBands",
            "contrastMinFrequencyHz",
            "contrastQuantile",
            "center",
            "topDb",
            "tuning",
            "frames",
            "layout")) {
      assertThat(actual.get(setting)).as(setting).isEqualTo(expected.get(setting));
    }
    assertMatrix(actual, expected, "mfcc", 0.01);
    assertMatrix(actual, expected, "chroma", 1e-4);
    assertMatrix(actual, expected, "contrast", 0.01);
    assertRow(actual.get("zcr"), expected.get("zcr"), "zcr", 1e-7);
  }

  @Test
  void shouldWriteTheSameFrameValuesAsCsv() throws IOException {
    JsonNode json = JSON.readTree(run("emodb-03a01Fa-8000", "telephone-8k", "frame", "json").out());
    List<String> csv = run("emodb-03a01Fa-8000", "telephone-8k", "frame", "csv").outLines();

    assertThat(csv.get(0))
        .isEqualTo(
            "wav,frame,"
                + String.join(",", FeatureLayout.of(FeatureSpec.TELEPHONE_8K).frameFeatureNames()));
    assertThat(csv).hasSize(1 + json.get("frames").asInt());
    String[] third = csv.get(3).split(",");
    assertThat(third[0]).isEqualTo("emodb-03a01Fa-8000.wav");
    assertThat(third[1]).isEqualTo("2");
    assertThat(Float.parseFloat(third[2])).isEqualTo(json.at("/mfcc/0/2").floatValue());
    assertThat(Float.parseFloat(third[third.length - 1])).isEqualTo(json.at("/zcr/2").floatValue());
  }

  @Test
  void shouldGiveTheMeanOfTheFramesPerWindow() throws IOException {
    JsonNode frames =
        JSON.readTree(run("emodb-03a01Fa-8000", "telephone-8k", "frame", "json").out());
    JsonNode windows =
        JSON.readTree(run("emodb-03a01Fa-8000", "telephone-8k", "window", "json").out())
            .get("windows");

    // The recording is shorter than a window, so its only window holds every frame.
    assertThat(windows).hasSize(1);
    JsonNode features = windows.get(0).get("features");
    assertThat(features).hasSize(FeatureLayout.of(FeatureSpec.TELEPHONE_8K).windowFeatureCount());
    assertThat(features.get("mfcc1.mean").doubleValue())
        .isCloseTo(mean(frames.at("/mfcc/0")), within(1e-3));
    assertThat(features.get("zcr.mean").doubleValue())
        .isCloseTo(mean(frames.get("zcr")), within(1e-5));
    assertThat(windows.get(0).get("speechShare").doubleValue()).isBetween(0.3, 1.0);
  }

  @Test
  void shouldNameTheExtendedSpecsValues() throws IOException {
    String spec = "telephone-8k-extended";
    JsonNode frames = JSON.readTree(run("emodb-03a01Fa-8000", spec, "frame", "json").out());
    JsonNode window =
        JSON.readTree(run("emodb-03a01Fa-8000", spec, "window", "json").out()).at("/windows/0");

    assertThat(frames.get("mfcc")).hasSize(20);
    for (String name : List.of("rms", "f0", "voicing", "centroid", "rolloff", "flatness", "flux")) {
      assertThat(frames.get(name)).as(name).hasSize(frames.get("frames").asInt());
    }
    assertThat(window.get("features")).hasSize(415);
    // The recording is one window.
    long voiced =
        StreamSupport.stream(frames.get("f0").spliterator(), false)
            .filter(f0 -> f0.doubleValue() > 0)
            .count();
    assertThat(window.at("/features/voiced.share").doubleValue())
        .isCloseTo(voiced / frames.get("frames").doubleValue(), within(1e-6));
    // A woman's voice: 100 to 400 Hz.
    assertThat(window.at("/features/f0.median").doubleValue()).isBetween(22.3, 46.4);
    assertThat(window.at("/features/speech.share").doubleValue())
        .isCloseTo(window.get("speechShare").doubleValue(), within(1e-6));
  }

  @Test
  void shouldWriteAnArrayForSeveralFiles() throws IOException {
    CommandLineRun run =
        CommandLineRun.of(
            "features",
            Reference.wav("sine440-8000").toString(),
            Reference.wav("noise-8000").toString(),
            "--spec",
            "telephone-8k");

    JsonNode documents = JSON.readTree(run.out());
    assertThat(documents.isArray()).isTrue();
    assertThat(documents.findValuesAsText("wav"))
        .containsExactly("sine440-8000.wav", "noise-8000.wav");
  }

  @Test
  void shouldNameTheBadFileAndGiveTheOthers(@TempDir Path folder) throws IOException {
    CommandLineRun run =
        CommandLineRun.of(
            "features",
            folder.resolve("missing.wav").toString(),
            Reference.wav("sine440-8000").toString(),
            "--spec",
            "telephone-8k");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.errLines()).hasSize(1);
    assertThat(run.err()).contains("missing.wav");
    assertThat(JSON.readTree(run.out()).findValuesAsText("wav"))
        .containsExactly("sine440-8000.wav");
  }

  @Test
  void shouldMixChannelsDownToOne(@TempDir Path folder) throws IOException {
    AudioClip mono = AudioFiles.read(Reference.wav("emodb-03a01Fa-8000"));
    Path stereo = folder.resolve("stereo.wav");
    AudioFiles.writeWav(
        stereo,
        new AudioClip(mono.sampleRateHz(), mono.channel(0), mono.channel(0)),
        AudioEncoding.PCM_S16LE);

    JsonNode mixed =
        JSON.readTree(
            CommandLineRun.of("features", stereo.toString(), "--spec", "telephone-8k").out());
    JsonNode single =
        JSON.readTree(run("emodb-03a01Fa-8000", "telephone-8k", "frame", "json").out());

    assertThat(mixed.get("mfcc")).isEqualTo(single.get("mfcc"));
  }

  @Test
  void shouldResampleToTheRateOfTheSpec() throws IOException {
    JsonNode document = JSON.readTree(run("sine440-16000", "librosa-22k", "frame", "json").out());

    // 440 Hz is an A: pitch class 9 counted from C.
    assertThat(document.get("sampleRateHz").asInt()).isEqualTo(22_050);
    for (int frame = 1; frame < document.get("frames").asInt() - 1; frame++) {
      for (int bin = 0; bin < 12; bin++) {
        double value = document.at("/chroma/" + bin + "/" + frame).doubleValue();
        if (bin == 9) {
          assertThat(value).isEqualTo(1.0);
        } else {
          assertThat(value).isLessThan(0.9);
        }
      }
    }
  }

  private static CommandLineRun run(String name, String spec, String per, String format) {
    CommandLineRun run =
        CommandLineRun.of(
            "features",
            Reference.wav(name).toString(),
            "--spec",
            spec,
            "--per",
            per,
            "--format",
            format);
    assertThat(run.exitCode()).as(run.toString()).isZero();
    return run;
  }

  private static void assertMatrix(
      JsonNode actual, JsonNode expected, String name, double tolerance) {
    assertThat(actual.get(name)).as(name).hasSameSizeAs(expected.get(name));
    for (int i = 0; i < expected.get(name).size(); i++) {
      assertRow(actual.get(name).get(i), expected.get(name).get(i), name + i, tolerance);
    }
  }

  private static void assertRow(JsonNode actual, JsonNode expected, String name, double tolerance) {
    assertThat(actual).as(name).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i).doubleValue())
          .as("%s of frame %d", name, i)
          .isCloseTo(expected.get(i).doubleValue(), within(tolerance));
    }
  }

  private static double mean(JsonNode row) {
    double sum = 0;
    for (JsonNode value : row) {
      sum += value.doubleValue();
    }
    return sum / row.size();
  }
}
