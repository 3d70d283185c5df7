package dev.speechemotion.app.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.speechemotion.app.fixtures.FastModels;
import dev.speechemotion.app.fixtures.ModelCopies;
import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioFiles;
import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.model.ModelException;
import dev.speechemotion.streams.models.EmotionModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

class ServedModelsTest {
  private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(ServedModels.class);

  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @TempDir private Path folder;
  private Path telephone;
  private Path wideband;

  @BeforeEach
  void makeModels() throws IOException {
    telephone = ModelCopies.make(folder.resolve("telephone"), "low", "1");
    wideband = ModelCopies.make(folder.resolve("wideband"), "high", "1");
    log.start();
    LOGGER.addAppender(log);
  }

  @AfterEach
  void detachLog() {
    LOGGER.detachAppender(log);
  }

  @Test
  void shouldHaveTheWidebandModelFrom16KilohertzOn() throws Exception {
    try (ServedModels models = load(wideband.toString())) {
      assertThat(name(models, 8_000)).isEqualTo("low");
      assertThat(name(models, 11_025)).isEqualTo("low");
      assertThat(name(models, 16_000)).isEqualTo("high");
      assertThat(name(models, 48_000)).isEqualTo("high");
      assertThat(models.offered(16_000)).isSameAs(models.offered(44_100));
    }
  }

  @Test
  void shouldHaveOneModelForAllWhereThereIsNoOther() throws Exception {
    try (ServedModels models = load("")) {
      assertThat(models.offered(48_000)).isSameAs(models.offered(8_000));
      assertThat(models.identities()).hasSize(1);
    }
  }

  @Test
  void shouldServeTheOpenModelToAllByDefault() throws Exception {
    try (ServedModels models = ServedModels.load(Settings.of(Map.of()))) {
      assertThat(models.identities())
          .singleElement()
          .extracting(ModelIdentity::name)
          .isEqualTo("open");
      assertThat(models.offered(48_000)).isSameAs(models.offered(8_000));
    }
  }

  @Test
  void shouldServeTheTwoFastModelsIfToldTo() throws Exception {
    try (ServedModels models = ServedModels.load(Settings.of(FastModels.SETTINGS))) {
      assertThat(name(models, 8_000)).isEqualTo("telephone");
      assertThat(name(models, 16_000)).isEqualTo("wideband");
    }
  }

  @Test
  void shouldListenToARecordingOnlyWhereThereIsAChoice() throws Exception {
    AudioClip telephone =
        AudioFiles.read(Path.of("src/test/resources/cases/upsampled_8k_to_16k.wav"));

    try (ServedModels one = load("");
        ServedModels two = load(wideband.toString())) {
      assertThat(one.rateFor(telephone)).isEqualTo(16_000);
      assertThat(two.rateFor(telephone)).isEqualTo(8_000);
    }
  }

  @Test
  void shouldSayAtTheStartThatTheModelsHaveOtherLabels() throws Exception {
    ModelCopies.editManifest(
        wideband, manifest -> manifest.replace("\"angry\", \"happy\"", "\"happy\", \"angry\""));

    assertThatThrownBy(() -> load(wideband.toString()))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("model high has the labels [happy, angry")
        .hasMessageContaining("low has [angry, happy");
  }

  @Test
  void shouldNameTheDirectoryThatHoldsNoModel() {
    assertThatThrownBy(() -> load(folder.resolve("none").toString()))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("none does not exist");
  }

  @Test
  void shouldGoOverToANewModelWhenTheDirectoryStandsStill() throws Exception {
    try (ServedModels models = load(wideband.toString())) {
      EmotionModels.Offer before = models.offered(8_000);
      try (EmotionClassifier inUse = before.classifiers().get()) {
        models.look();
        assertThat(models.offered(8_000)).as("nothing has changed").isSameAs(before);

        ModelCopies.exchange(ModelCopies.make(folder.resolve("next"), "low", "2"), telephone);
        models.look();
        assertThat(models.offered(8_000)).as("it may still be being copied").isSameAs(before);
        models.look();

        assertThat(models.offered(8_000)).isNotSameAs(before);
        assertThat(version(models)).isEqualTo("2");
        assertThat(name(models, 16_000)).as("the other one").isEqualTo("high");
        assertThat(messages())
            .singleElement()
            .asString()
            .startsWith("model low 2 (")
            .contains("takes over from low 1");
        assertThat(inUse.model().version()).isEqualTo("1");
        inUse.classify(new float[inUse.featureCount()], 1, new float[6]);
      }
    }
  }

  @Test
  void shouldRefuseAModelThatIsNotWholeOnceAndTakeItWhenItIs() throws Exception {
    try (ServedModels models = load("")) {
      Path next = ModelCopies.make(folder.resolve("next"), "low", "2");
      ModelCopies.cutWeights(next);
      ModelCopies.exchange(next, telephone);
      look(models, 5);

      assertThat(version(models)).isEqualTo("1");
      assertThat(messages())
          .singleElement()
          .asString()
          .contains(telephone.toString(), "is refused, and low 1 goes on", "weights.safetensors")
          .doesNotContain("\n");

      Files.copy(
          wideband.resolve("weights.safetensors"),
          telephone.resolve("weights.safetensors"),
          StandardCopyOption.REPLACE_EXISTING);
      look(models, 3);
      assertThat(version(models)).isEqualTo("2");
      assertThat(messages()).hasSize(2);
    }
  }

  @Test
  void shouldRefuseWhatDoesNotFit() throws Exception {
    Map<String, String> rule = Map.of(Property.MODEL_DIR, telephone.toString());
    try (ServedModels models = ServedModels.load(Settings.of(rule))) {
      ModelCopies.editManifest(
          telephone, manifest -> manifest.replace("\"angry\", \"happy\"", "\"happy\", \"angry\""));
      look(models, 3);
      assertThat(messages()).singleElement().asString().contains("has the labels [happy, angry");

      Files.writeString(telephone.resolve("manifest.json"), "{");
      look(models, 3);
      assertThat(messages()).hasSize(2);

      Files.move(telephone, folder.resolve("away"));
      look(models, 3);
      assertThat(messages()).hasSize(3).last().asString().contains("does not exist");

      assertThat(name(models, 8_000)).isEqualTo("low");
      try (EmotionClassifier classifier = models.offered(8_000).classifiers().get()) {
        classifier.classify(new float[classifier.featureCount()], 1, new float[6]);
      }
    }
  }

  @Test
  void shouldServeModelsOfAnyWindowsUnlessToldWhich() throws Exception {
    ModelCopies.editWindows(wideband, 2_000, 500);

    try (ServedModels models = load(wideband.toString())) {
      assertThat(models.model(16_000).manifest().windows())
          .isEqualTo(new WindowSettings(2_000, 500));
    }
  }

  @ParameterizedTest(name = "{0} = {1}")
  @CsvSource({
    "window.length.ms, 2000, 3000",
    "window.hop.ms, 500, 1000",
  })
  void shouldRefuseAtTheStartAModelWhoseWindowsContradictASetting(
      String property, String value, String ofTheModel) throws Exception {
    ModelCopies.editWindows(wideband, 2_000, 500);

    assertThatThrownBy(() -> load(wideband.toString(), Map.of(property, value)))
        .isInstanceOf(CommandFailure.class)
        .hasMessageStartingWith("configuration: " + property + " is " + value)
        .hasMessageContaining("model low was trained with " + ofTheModel)
        .hasMessageContaining("leave " + property + " out")
        .hasMessageNotContaining("\n");
    assertThatThrownBy(() -> load(wideband.toString(), Map.of(property, ofTheModel)))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("model high was trained with " + value);
  }

  @Test
  void shouldRefuseANewModelWhoseWindowsContradictASetting() throws Exception {
    Map<String, String> rules = Map.of("window.length.ms", "3000", "window.hop.ms", "1000");
    try (ServedModels models = load("", rules)) {
      Path next = ModelCopies.make(folder.resolve("next"), "low", "2");
      ModelCopies.exchange(ModelCopies.editWindows(next, 3_000, 500), telephone);
      look(models, 3);

      assertThat(version(models)).isEqualTo("1");
      assertThat(messages())
          .singleElement()
          .asString()
          .contains("is refused, and low 1 goes on: window.hop.ms is 1000")
          .contains("model low was trained with 500");
    }
  }

  private ServedModels load(String widebandDirectory) throws ModelException {
    return load(widebandDirectory, Map.of());
  }

  private ServedModels load(String widebandDirectory, Map<String, String> more)
      throws ModelException {
    Map<String, String> values = new HashMap<>(more);
    values.put(Property.MODEL_DIR, telephone.toString());
    values.put(Property.MODEL_WIDEBAND_DIR, widebandDirectory);
    return ServedModels.load(Settings.of(values));
  }

  private static void look(ServedModels models, int times) {
    for (int i = 0; i < times; i++) {
      models.look();
    }
  }

  private static String name(ServedModels models, int rateHz) {
    return models.model(rateHz).identity().name();
  }

  private static String version(ServedModels models) {
    return models.model(8_000).identity().version();
  }

  private List<String> messages() {
    return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }
}
