package dev.speechemotion.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.audio.AudioFiles;
import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.training.corpus.MadeUpCorpus;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** From recordings to a model with a pretrained encoder, and to its version for a place. */
class EncoderTrainingTest {
  @TempDir static Path shared;
  private static Path data;
  private static Path model;
  private static Run training;

  @TempDir Path folder;

  private record Run(int exitCode, String out, String log) {}

  @BeforeAll
  static void trainOnce() throws IOException {
    data = MadeUpCorpus.tess(shared.resolve("TESS"), 45, 0.3);
    model = shared.resolve("encoder");
    training =
        run(
            new TrainCommand(),
            "--layout=tess",
            "--data=" + data,
            "--labels=angry,happy,sad",
            "--spec=encoder-16k",
            "--architecture=encoder",
            "--adapt=site",
            "--protocol=tess-words",
            "--model-version=3",
            "--cache=none",
            "--out=" + model);
  }

  @Test
  void shouldRecognizeWhatCanBeRecognizedAndSayWhatEncoderItHas() throws Exception {
    assertThat(training.exitCode()).as(training.log()).isZero();
    try (EmotionModel loaded = EmotionModel.load(model)) {
      ModelManifest manifest = loaded.manifest();
      assertThat(manifest.pretrained()).hasSize(1);
      assertThat(manifest.training().metrics().get("tess-words").uar()).isGreaterThan(0.8);
    }
  }

  @Test
  void shouldAdaptToAPlace() throws Exception {
    Path site = folder.resolve("site");

    Run run = adapt(data, site);

    assertThat(run.exitCode()).as(run.log()).isZero();
    assertThat(run.out()).contains("268 recordings", "windows of speech", "version 3-site");
    try (EmotionModel before = EmotionModel.load(model);
        EmotionModel after = EmotionModel.load(site)) {
      assertThat(after.manifest().version()).isEqualTo("3-site");
      // The head has learned from what it said of the place.
      assertThat(after.manifest().weights()).isNotEqualTo(before.manifest().weights());
      assertThat(after.manifest().statistics()).isEqualTo(before.manifest().statistics());
      assertThat(after.manifest().sites())
          .singleElement()
          .satisfies(
              each -> {
                assertThat(each.taughtBy()).isEqualTo("self");
                assertThat(each.recordings())
                    .isEqualTo(268); // of 270: the others have no window of speech
                assertThat(each.sha256()).isEqualTo(after.manifest().normalization().sha256());
              });
      assertThat(before.manifest().shares()).isEmpty();
      assertThat(after.manifest().shares())
          .singleElement()
          .satisfies(
              each -> {
                assertThat(each.windows()).isEqualTo(after.manifest().sites().get(0).windows());
                assertThat(each.features())
                    .hasSize(after.manifest().normalization().usedColumns().length);
                assertThat(each.labels()).hasSize(after.labels().size());
              });
      // The place is where the model was trained: nearly the same statistics.
      ModelManifest.Normalization was = before.manifest().normalization();
      ModelManifest.Normalization is = after.manifest().normalization();
      for (int i = 0; i < was.mean().size(); i++) {
        assertThat(is.mean().get(i))
            .isCloseTo(was.mean().get(i), within(0.3f * was.deviation().get(i) + 1e-6f));
      }
    }
  }

  @Test
  void shouldRefuseAPlaceThatIsTooSmallAndNameWhatItSkipped() throws Exception {
    Path few = folder.resolve("few");
    for (int i = 0; i < 4; i++) {
      MadeUpCorpus.write(few.resolve(i + ".wav"), 300, 1, 0.3, i);
    }
    Files.writeString(few.resolve("notes.txt"), "not audio");

    Run run = adapt(few, folder.resolve("site"));

    assertThat(run.exitCode()).isNotZero();
    assertThat(run.log())
        .contains(
            "4 recordings with",
            "too few",
            "skipped 1 of 5 files",
            "notes.txt is not a WAV or AIFF file")
        .as("advice for each of many files")
        .doesNotContain("convert it first");
    assertThat(folder.resolve("site")).doesNotExist();
    assertThat(adapt(folder.resolve("missing"), folder.resolve("site")).log())
        .contains("missing is not a folder");
  }

  @Test
  void shouldReplaceNothingButAnEarlierVersionForAPlace() throws Exception {
    Path notes = Files.writeString(Files.createDirectory(folder.resolve("mine")).resolve("a"), "b");
    Path other = Files.createDirectory(folder.resolve("other"));
    byte[] manifest = Files.readAllBytes(model.resolve("manifest.json"));

    assertThat(adapt(data, model).log()).contains(model + " is " + model + ", or in it");
    assertThat(adapt(data, model.resolve("inner")).log()).contains("is " + model + ", or in it");
    assertThat(adapt(data, notes).log()).contains("is a file");
    assertThat(adapt(data, data.resolve("site")).log()).contains("is " + data + ", or in it");
    Files.writeString(other.resolve("encoder.safetensors.tmp"), "left by one that was interrupted");
    assertThat(adapt(data, notes.getParent()).log()).contains("is not empty");
    assertThat(adapt(data, Path.of("")).log()).contains("--out must not be blank");
    assertThat(adapt(data, notes.resolve("in")).log()).contains(notes + " is a file");
    assertThat(
            run(
                new AdaptCommand(),
                "--model=" + model,
                "--recordings=" + data,
                "--out=" + folder.resolve("site"),
                "--model-version=a\nb"))
        .satisfies(wrong -> assertThat(wrong.exitCode()).isEqualTo(2))
        .satisfies(wrong -> assertThat(wrong.log()).contains("no control characters"));
    Files.writeString(other.resolve(".writing"), "");
    assertThat(adapt(data, other).exitCode()).isZero();
    assertThat(adapt(data, other).exitCode()).isZero();

    assertThat(
            run(
                    new AdaptCommand(),
                    "--model=" + model,
                    "--recordings=" + data,
                    "--teacher=" + other,
                    "--out=" + other)
                .log())
        .contains("is " + other + ", or in it");
    assertThat(
            run(
                    new TrainCommand(),
                    "--layout=tess",
                    "--data=" + data,
                    "--name=tess-encoder",
                    "--out=" + other)
                .log())
        .as("a place's version, by a training")
        .contains("is not empty");

    assertThat(model.resolve("manifest.json")).hasBinaryContent(manifest);
    assertThat(notes).hasContent("b");
    try (EmotionModel adapted = EmotionModel.load(other)) {
      assertThat(adapted.manifest().version()).isEqualTo("3-site");
    }
  }

  @Test
  void shouldSayWhatIsAmissWithRecordingsThatCountAllTheSame() throws Exception {
    Path place = folder.resolve("place");
    Path cut = place.resolve("cut.wav");
    MadeUpCorpus.write(cut, 300, 1, 0.3, 1);
    byte[] whole = Files.readAllBytes(cut);
    Files.write(cut, Arrays.copyOf(whole, whole.length - 1_000));
    Path deep = place;
    for (int i = 0; i < 17; i++) {
      deep = deep.resolve("d");
    }
    Files.createDirectories(deep);

    assertThat(adapt(place, folder.resolve("site")).log())
        .contains("warnings of recordings: 1, the first: " + cut)
        .contains("deeper than 15 folders, and so not looked into");
  }

  @Test
  void shouldCountACallerOnBothChannelsAndACopyOnce() throws Exception {
    Path few = folder.resolve("few");
    for (int i = 0; i < 4; i++) {
      MadeUpCorpus.write(few.resolve(i + ".wav"), 300, 1, 0.3, i);
    }
    float[] mono = AudioFiles.read(few.resolve("0.wav")).channel(0);
    AudioFiles.writeWav(
        few.resolve("both.wav"), new AudioClip(16_000, mono, mono), AudioEncoding.PCM_S16LE);
    Files.copy(few.resolve("1.wav"), few.resolve("copy.wav"));

    assertThat(adapt(few, folder.resolve("site")).log())
        .contains("4 recordings with", "3 channels hold what another one holds")
        .doesNotContain("hold no window of speech");
  }

  @Test
  void shouldCountEachRecordingOnceAndSilenceNever() throws Exception {
    Path few = folder.resolve("few");
    for (int i = 0; i < 4; i++) {
      MadeUpCorpus.write(few.resolve(i + ".wav"), 300, 1, 0.3, i);
    }
    AudioFiles.writeWav(
        few.resolve("silence.wav"),
        new AudioClip(16_000, new float[160_000]),
        AudioEncoding.PCM_S16LE);

    Run run =
        run(
            new AdaptCommand(),
            "--model=" + model,
            "--recordings=" + few,
            "--recordings=" + few,
            "--out=" + folder.resolve("site"));

    assertThat(run.log()).contains("4 recordings with");
  }

  @Test
  void shouldAlsoHearATelephoneLineAndNoise() throws Exception {
    Path line = alsoThrough("telephone");
    Path both = alsoThrough("telephone,noise:20");

    try (EmotionModel plain = EmotionModel.load(model);
        EmotionModel withLine = EmotionModel.load(line);
        EmotionModel withBoth = EmotionModel.load(both)) {
      assertThat(withBoth.manifest().training().command())
          .contains("--also-through telephone,noise:20");
      assertThat(
              Stream.of(plain, withLine, withBoth).map(each -> each.manifest().weights().sha256()))
          .doesNotHaveDuplicates();
    }
    assertThat(both.resolve("model-card.md"))
        .content()
        .contains("also heard in other conditions (telephone, noise:20)");
    assertThat(run(new TrainCommand(), "--layout=tess", "--data=x", "--out=y", "--also-through=x"))
        .satisfies(wrong -> assertThat(wrong.exitCode()).isEqualTo(2))
        .satisfies(wrong -> assertThat(wrong.log()).contains("--also-through must be"));
  }

  @Test
  void shouldSayThatRecordingsAreNotChangedBehindTheEncoder() {
    Run run =
        run(
            new TrainCommand(),
            "--layout=tess",
            "--data=" + data,
            "--architecture=encoder",
            "--augment=voice",
            "--out=" + folder.resolve("changed"));

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.log()).contains("with --architecture encoder use --also-through");
  }

  private Path alsoThrough(String conditions) {
    Path out = folder.resolve(conditions.replace(":", ""));
    Run run =
        run(
            new TrainCommand(),
            "--layout=tess",
            "--data=" + data,
            "--labels=angry,happy,sad",
            "--architecture=encoder",
            "--adapt=site",
            "--also-through=" + conditions,
            "--no-protocols",
            "--cache=none",
            "--out=" + out);
    assertThat(run.exitCode()).as(run.log()).isZero();
    return out;
  }

  @Test
  void shouldLearnWhatIsNoSpeechAndHearNoneOfItAtAPlace() throws Exception {
    Path speech = folder.resolve("own");
    Path sounds = folder.resolve("sounds");
    Path place = folder.resolve("place");
    for (int i = 0; i < 40; i++) {
      MadeUpCorpus.write(speech.resolve("unlabeled/a" + i + ".wav"), 280, 0.4, 0.3, i);
      MadeUpCorpus.write(sounds.resolve("birds/a" + i + ".wav"), 130, 0.4, 1, i);
      MadeUpCorpus.write(sounds.resolve("Kettles/a" + i + ".wav"), 150, 0.4, 1.2, 100 + i);
    }
    for (int i = 0; i < 130; i++) {
      MadeUpCorpus.write(place.resolve("speech" + i + ".wav"), 280, 0.4, 0.3, 300 + i);
      MadeUpCorpus.write(place.resolve("kettle" + i + ".wav"), 140, 0.4, 1.1, 500 + i);
    }
    Path detecting = folder.resolve("detecting");

    Run run =
        detector(
            "--not-speech=" + sounds, "--layout=folders", "--data=" + speech, "--out=" + detecting);

    assertThat(run.exitCode()).as(run.log()).isZero();
    assertThat(run.out()).contains("| other | kettles | telephone |", "version 4 written to");
    assertThat(Files.readString(detecting.resolve("model-card.md")))
        .contains(
            "Model card: tess-encoder, version 4",
            "## What is not speech",
            "| speech | tess | clean |")
        .doesNotContain("--out=");
    Run again =
        detector(
            "--not-speech=" + sounds,
            "--layout=folders",
            "--data=" + speech,
            "--model=" + detecting,
            "--out=" + folder.resolve("again"));
    assertThat(again.exitCode()).as(again.log()).isZero();
    assertThat(Files.readString(folder.resolve("again/model-card.md")))
        .containsOnlyOnce("## What is not speech");
    Run evaluated = evaluated(detecting, "--teacher=none");
    JsonNode silenced = new ObjectMapper().readTree(evaluated.out()).get("takenForNoSpeech");
    assertThat(silenced.get("tess").asDouble()).isBetween(0.0, 0.02);
    Path site = folder.resolve("site");
    Run adapted =
        run(new AdaptCommand(), "--model=" + detecting, "--recordings=" + place, "--out=" + site);
    assertThat(adapted.exitCode()).as(adapted.log()).isZero();
    try (EmotionModel before = EmotionModel.load(detecting);
        EmotionModel after = EmotionModel.load(site)) {
      assertThat(before.manifest().speechDetector()).hasSize(1);
      assertThat(after.manifest().speechDetector()).isEqualTo(before.manifest().speechDetector());
      // Nearly all of the voices, and nearly no kettle.
      assertThat(after.manifest().sites().get(0).recordings()).isBetween(100, 135);
    }
  }

  @Test
  void shouldSayWhereADetectorDoesNotFit() throws Exception {
    Path sounds = Files.createDirectory(folder.resolve("sounds"));
    Files.createDirectory(sounds.resolve("one"));

    assertThat(
            detector("--not-speech=" + folder.resolve("missing"), "--out=" + folder.resolve("x"))
                .log())
        .contains("missing is not a folder");
    assertThat(detector("--not-speech=" + sounds, "--out=" + model).log())
        .contains("or in it: name another folder");
    assertThat(detector("--not-speech=" + sounds, "--out=" + sounds.resolve("x")).log())
        .contains("or in it: name another folder");
    assertThat(detector("--not-speech=" + sounds, "--out=" + data).log())
        .contains("is not empty: name another folder");
    assertThat(
            detector("--not-speech=" + sounds, "--out=" + folder.resolve("x"), "--also-through=x"))
        .satisfies(wrong -> assertThat(wrong.exitCode()).isEqualTo(2))
        .satisfies(wrong -> assertThat(wrong.log()).contains("--also-through must be"));
    assertThat(
            run(
                    new SpeechDetectorCommand(),
                    "--model=models/cnn-lstm",
                    "--layout=tess",
                    "--data=" + data,
                    "--not-speech=" + sounds,
                    "--out=" + folder.resolve("x"))
                .log())
        .contains("models/cnn-lstm looks at frames or adapts to the call");
    assertThat(detector("--not-speech=" + sounds, "--out=" + folder.resolve("x")).log())
        .contains("two corpora of speech and two kinds of other sounds are needed", "[one]");
    assertThat(folder.resolve("x")).doesNotExist();
  }

  private Run detector(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("--layout=tess", "--data=" + data, "--cache=none", "--model-version=4"));
    if (Stream.of(more).noneMatch(each -> each.startsWith("--model="))) {
      arguments.add("--model=" + model);
    }
    if (Stream.of(more).noneMatch(each -> each.startsWith("--also-through"))) {
      arguments.add("--also-through=telephone");
    }
    arguments.addAll(List.of(more));
    return run(new SpeechDetectorCommand(), arguments.toArray(new String[0]));
  }

  @Test
  void shouldFineTuneTheEncoder() throws Exception {
    Path out = folder.resolve("tuned");

    Run run = fineTuned("2", "--also-through=telephone", "--out=" + out);

    assertThat(run.exitCode()).as(run.log()).isZero();
    assertThat(run.log())
        .contains("fine-tuning the encoder: loss ", "fine-tuned the encoder by 2 batches");
    try (EmotionModel tuned = EmotionModel.load(out);
        EmotionModel plain = EmotionModel.load(model)) {
      assertThat(tuned.manifest().training().command()).contains("--fine-tune 2");
      assertThat(tuned.manifest().training().metrics()).isEmpty();
      assertThat(tuned.manifest().pretrained()).isNotEqualTo(plain.manifest().pretrained());
    }
    assertThat(out.resolve("model-card.md"))
        .content()
        .contains(
            "The layers of the pretrained encoder learned too, from 2 batches",
            "behind the encoder as it was before");
    Run evaluation = evaluated(out, "--teacher=self");
    assertThat(uar(evaluation)).as(evaluation.log()).isGreaterThan(0.7);
  }

  @Test
  void shouldSayWhereFineTuningDoesNotFit() {
    for (String wrong : List.of("--adapt=none", "--architecture=fcnn")) {
      Run run = fineTuned("2", wrong, "--out=" + folder.resolve("tuned"));

      assertThat(run.exitCode()).as(wrong).isEqualTo(2);
      assertThat(run.log()).contains("--fine-tune needs --architecture encoder and --adapt site");
    }
    Run negative = fineTuned("-1", "--out=" + folder.resolve("tuned"));

    assertThat(negative.exitCode()).isEqualTo(2);
    assertThat(negative.log()).contains("--fine-tune must be from 0 to 100000, got -1");
  }

  private Run fineTuned(String batches, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--layout=tess",
                "--data=" + data,
                "--labels=angry,happy,sad",
                "--cache=none",
                "--fine-tune=" + batches));
    List<String> usual = List.of("--architecture=encoder", "--adapt=site");
    for (String option : usual) {
      String name = option.substring(0, option.indexOf('=') + 1);
      if (Stream.of(more).noneMatch(other -> other.startsWith(name))) {
        arguments.add(option);
      }
    }
    arguments.addAll(List.of(more));
    return run(new TrainCommand(), arguments.toArray(new String[0]));
  }

  /** The recordings with each label's as the next one's. */
  private Path mislabeled() throws IOException {
    Path mislabeled = folder.resolve("mislabeled");
    for (String speaker : List.of("OAF", "YAF")) {
      for (int i = 0; i < MadeUpCorpus.LABELS.size(); i++) {
        String was = MadeUpCorpus.LABELS.get(i);
        String told = MadeUpCorpus.LABELS.get((i + 1) % MadeUpCorpus.LABELS.size());
        Path to = Files.createDirectories(mislabeled.resolve(speaker + "_" + told));
        try (Stream<Path> files = Files.list(data.resolve(speaker + "_" + was))) {
          for (Path file : (Iterable<Path>) files::iterator) {
            Files.copy(file, to.resolve(file.getFileName().toString().replace(was, told)));
          }
        }
      }
    }
    return mislabeled;
  }

  /** All labels that the network is shown are wrong: what it knows, it has from the teacher. */
  @Test
  void shouldLearnFromATeacher() throws Exception {
    Path mislabeled = mislabeled();
    Path unlabeled = folder.resolve("unlabeled");
    for (int i = 0; i < 4; i++) {
      MadeUpCorpus.write(unlabeled.resolve("WAVE/SPEAKER000" + i + "/x.WAV"), 300, 1, 0.3, i);
    }
    Path out = folder.resolve("taught");

    Run run =
        run(
            new TrainCommand(),
            "--layout=tess",
            "--data=" + mislabeled,
            "--layout=speechocean762",
            "--data=" + unlabeled,
            "--labels=angry,happy,sad",
            "--spec=wideband-16k",
            "--adapt=site",
            "--epochs=10",
            "--teacher=" + model,
            "--cache=none",
            "--out=" + out);
    Run evaluation =
        run(
            new EvaluateCommand(),
            "--model=" + out,
            "--layout=tess",
            "--data=" + data,
            "--format=json",
            "--cache=none");

    assertThat(run.exitCode()).as(run.log()).isZero();
    assertThat(Files.readString(out.resolve("model-card.md")))
        .contains("or by a teacher", "speechocean762", "free for commercial");
    assertThat(new ObjectMapper().readTree(evaluation.out()).get("uar").doubleValue())
        .as(evaluation.log())
        .isGreaterThan(0.7);
  }

  @Test
  void shouldRefuseATeacherOfOtherLabels() {
    Run run =
        run(
            new TrainCommand(),
            "--layout=tess",
            "--data=" + data,
            "--labels=angry,happy",
            "--teacher=" + model,
            "--cache=none",
            "--out=" + folder.resolve("taught"));

    assertThat(run.exitCode()).isNotZero();
    assertThat(run.log())
        .contains(
            "the teacher tells [angry, happy, sad] apart, the labeled recordings have [angry, happy]");
  }

  /** A network whose training had all labels wrong, by what the encoder model says at the place. */
  @Test
  void shouldTeachANetworkAtAPlace() throws Exception {
    Path network = folder.resolve("network");
    Run trained =
        run(
            new TrainCommand(),
            "--layout=tess",
            "--data=" + mislabeled(),
            "--labels=angry,happy,sad",
            "--spec=wideband-16k",
            "--adapt=site",
            "--epochs=2",
            "--learning-rate=0.001",
            "--no-protocols",
            "--cache=none",
            "--out=" + network);
    assertThat(trained.exitCode()).as(trained.log()).isZero();
    Path site = folder.resolve("site");

    Run run =
        run(
            new AdaptCommand(),
            "--model=" + network,
            "--teacher=" + model,
            "--recordings=" + data,
            "--out=" + site);
    Run without = evaluated(network, "--teacher=none");
    Run at = evaluated(network, "--teacher=" + model);

    assertThat(run.exitCode()).as(run.log()).isZero();
    assertThat(run.out()).contains("the network has learned from tess-encoder 3 ");
    try (EmotionModel before = EmotionModel.load(network);
        EmotionModel after = EmotionModel.load(site)) {
      assertThat(after.manifest().weights()).isNotEqualTo(before.manifest().weights());
      assertThat(after.manifest().sites().get(0).taughtBy()).startsWith("tess-encoder 3 ");
    }
    assertThat(uar(evaluated(site, "--teacher=none"))).isGreaterThan(0.7);
    assertThat(uar(without)).as(without.log()).isLessThan(0.3);
    assertThat(uar(at)).as(at.log()).isGreaterThan(0.7);
    assertThat(new ObjectMapper().readTree(at.out()).get("teacher").asText()).contains("encoder");
  }

  private Run evaluated(Path measured, String teacher) {
    return run(
        new EvaluateCommand(),
        "--model=" + measured,
        "--adapt=site",
        teacher,
        "--layout=tess",
        "--data=" + data,
        "--format=json",
        "--cache=none");
  }

  private static double uar(Run evaluation) throws IOException {
    return new ObjectMapper().readTree(evaluation.out()).get("uar").doubleValue();
  }

  @Test
  void shouldSayWhoCannotTeachWhom() {
    assertThat(adapt("--teacher=" + model).log()).contains("which teaches itself: --teacher self");
    assertThat(adapt("--teacher=" + folder.resolve("nothing")).log()).contains("nothing");
    assertThat(adapt("--teacher=" + model, "--labels=x.csv").log())
        .contains("--labels and --teacher DIR exclude each other");
    assertThat(folder.resolve("site")).doesNotExist();
  }

  private Run adapt(String... more) {
    List<String> arguments = new ArrayList<>(List.of(more));
    arguments.addAll(
        List.of("--model=" + model, "--recordings=" + data, "--out=" + folder.resolve("site")));
    return run(new AdaptCommand(), arguments.toArray(new String[0]));
  }

  /** Of six callers, in a place where each emotion sounds like the next one in the training. */
  @Test
  void shouldFitTheHeadAgainOnLabeledRecordings() throws Exception {
    Path csv = labels(folder.resolve("labels.csv"), 1);
    Path site = folder.resolve("site");

    Run run = run(new AdaptCommand(), "--model=" + model, "--labels=" + csv, "--out=" + site);

    assertThat(run.exitCode()).as(run.log()).isZero();
    assertThat(run.out())
        .contains("268 labeled recordings of 6 speakers", "the head is fitted again");
    try (EmotionModel before = EmotionModel.load(model);
        EmotionModel after = EmotionModel.load(site)) {
      assertThat(after.manifest().version()).isEqualTo("3-site");
      assertThat(after.manifest().weights()).isNotEqualTo(before.manifest().weights());
      assertThat(after.manifest().statistics()).isEqualTo(before.manifest().statistics());
      ModelManifest.Labeled labeled = after.manifest().sites().get(0).labeled().get(0);
      assertThat(labeled.clips()).isEqualTo(268);
      assertThat(labeled.strength()).isPositive();
      assertThat(labeled.uarAfter()).isGreaterThan(labeled.uarBefore() + 0.3);
    }
    assertThat(
            run(
                    new AdaptCommand(),
                    "--model=" + site,
                    "--labels=" + csv,
                    "--out=" + folder.resolve("again"))
                .log())
        .contains("was fitted again already");
    assertThat(
            run(
                    new EvaluateCommand(),
                    "--model=" + site,
                    "--layout=csv",
                    "--data=" + csv,
                    "--cache=none")
                .log())
        .as("a model on the labels that it was fitted by")
        .contains("was trained on csv, so figures on it are too good");
  }

  @Test
  void shouldSayWhichLabeledRecordingsAreTheSameOrHoldNoSpeech() throws Exception {
    Path silence = folder.resolve("silence.wav");
    AudioFiles.writeWav(silence, new AudioClip(16_000, new float[16_000]), AudioEncoding.PCM_S16LE);
    Path csv = labels(folder.resolve("labels.csv"), 1);
    List<String> lines = Files.readAllLines(csv);
    String first = lines.get(1).split(",", 2)[0];
    lines.set(0, "path,label,speaker,channel");
    lines.replaceAll(line -> line.startsWith("path") ? line : line + ",");
    lines.add(silence + ",sad,caller1,");
    Files.write(csv, lines);

    Run silent = adaptWithLabels(csv);
    lines.add(first + ",sad,caller1,0");
    Files.write(csv, lines);
    Run twice = adaptWithLabels(csv);

    assertThat(silent.exitCode()).as(silent.log()).isZero();
    assertThat(silent.log()).contains("3 labeled recordings hold no speech", "_angry.wav");
    assertThat(silent.out()).contains("268 labeled recordings");
    assertThat(twice.exitCode()).isNotZero();
    assertThat(twice.log()).contains("it is there twice, also as ");
  }

  @Test
  void shouldKeepTheHeadThatIsGoodAlready() throws Exception {
    Path csv = labels(folder.resolve("labels.csv"), 0);
    Path site = folder.resolve("site");

    Run run =
        run(
            new AdaptCommand(),
            "--model=" + model,
            "--teacher=none",
            "--recordings=" + data,
            "--labels=" + csv,
            "--out=" + site);

    assertThat(run.exitCode()).as(run.log()).isZero();
    assertThat(run.out()).contains("no sure gain: the head is kept");
    try (EmotionModel before = EmotionModel.load(model);
        EmotionModel after = EmotionModel.load(site)) {
      assertThat(after.manifest().weights()).isEqualTo(before.manifest().weights());
      assertThat(after.manifest().sites().get(0).labeled().get(0).strength()).isZero();
    }
  }

  @Test
  void shouldRefuseLabelsForAModelThatKeptNothing() throws Exception {
    Path without = folder.resolve("without");
    try (EmotionModel loaded = EmotionModel.load(model)) {
      Files.createDirectories(without);
      for (String file : List.of("weights.safetensors", "encoder.safetensors")) {
        Files.copy(model.resolve(file), without.resolve(file));
      }
      String json = Files.readString(model.resolve("manifest.json"));
      Files.writeString(
          without.resolve("manifest.json"),
          json.replaceFirst("(?s)\\s*\"statistics\" : \\[.*?\\],", ""));
      assertThat(loaded.manifest().statistics()).hasSize(1);
    }

    Run run =
        run(
            new AdaptCommand(),
            "--model=" + without,
            "--labels=" + labels(folder.resolve("labels.csv"), 0),
            "--out=" + folder.resolve("site"));

    assertThat(run.log()).contains("has kept no statistics of its training");
  }

  @Test
  void shouldSuggestWhatToLabel() throws Exception {
    Run run = run(new AdaptCommand(), "--model=" + model, "--recordings=" + data, "--suggest=7");

    assertThat(run.exitCode()).as(run.log()).isZero();
    List<String> lines = run.out().lines().toList();
    assertThat(lines).hasSize(8);
    assertThat(lines.get(0)).isEqualTo("path,label,speaker,channel,start,answer,confidence");
    assertThat(lines.subList(1, 8))
        .allSatisfy(
            line ->
                assertThat(line).matches("\".+\\.wav\",,,0,0\\.0,(angry|happy|sad),[01]\\.\\d\\d"));
    assertThat(run(new AdaptCommand(), "--model=" + model, "--suggest=7").log())
        .contains("give --recordings or --labels");
    assertThat(run(new AdaptCommand(), "--model=" + model, "--recordings=" + data).log())
        .contains("give --out, or --suggest");
  }

  @Test
  void shouldMeasureWhatLabeledRecordingsGive() {
    Run run = measureLabels("--layout=tess", "--data=" + data);

    assertThat(run.exitCode()).as(run.log()).isZero();
    // One speaker is left to label, so that there is nobody to check by.
    assertThat(run.out()).contains("corpus", "mean").containsPattern("tess +15 +1 +66 +kept");
  }

  @Test
  void shouldLabelAsFewSpeakersAsAreAskedFor() throws Exception {
    Path six = labels(folder.resolve("six.csv"), 0);

    // The tested half is the same, whatever the place has.
    assertThat(measureLabels("--layout=csv", "--data=" + six).out())
        .containsPattern("csv +15 +3 +135 ");
    assertThat(measureLabels("--layout=csv", "--data=" + six, "--site-callers=2").out())
        .containsPattern("csv +15 +2 +135 ");
  }

  private static Run measureLabels(String... corpus) {
    List<String> arguments =
        new ArrayList<>(
            List.of("--model=" + model, "--adapt=site", "--labeled-per-class=5", "--cache=none"));
    arguments.addAll(List.of(corpus));
    return run(new EvaluateCommand(), arguments.toArray(new String[0]));
  }

  private Run adaptWithLabels(Path csv) {
    return run(
        new AdaptCommand(),
        "--model=" + model,
        "--labels=" + csv,
        "--out=" + folder.resolve("site"));
  }

  private static Path labels(Path csv, int shift) throws IOException {
    StringBuilder text = new StringBuilder("path,label,speaker\n");
    for (int label = 0; label < 3; label++) {
      String name = MadeUpCorpus.LABELS.get(label);
      for (int word = 0; word < 90; word++) {
        String voice = word % 2 == 0 ? "OAF" : "YAF";
        Path file =
            data.resolve("%s_%s/%s_w%d_%s.wav".formatted(voice, name, voice, word / 2, name));
        text.append(
            "%s,%s,caller%d%n"
                .formatted(file, MadeUpCorpus.LABELS.get((label + shift) % 3), word % 6));
      }
    }
    return Files.writeString(csv, text);
  }

  private static Run adapt(Path recordings, Path out) {
    return run(
        new AdaptCommand(), "--model=" + model, "--recordings=" + recordings, "--out=" + out);
  }

  private static Run run(Callable<Integer> command, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter log = new StringWriter();
    int exitCode =
        new CommandLine(command)
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(log, true))
            .setExecutionExceptionHandler(TrainMain::fail)
            .execute(arguments);
    return new Run(exitCode, out.toString(), log.toString());
  }
}
