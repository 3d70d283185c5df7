package dev.speechemotion.app.serving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.audio.AudioFiles;
import dev.speechemotion.audio.resampling.Resampler;
import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.avro.PayloadEncoding;
import dev.speechemotion.emotion.DriftMonitor;
import dev.speechemotion.model.EmotionModel;
import dev.speechemotion.streams.EmotionTopology;
import dev.speechemotion.streams.StreamSettings;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import dev.speechemotion.training.AdaptCommand;
import dev.speechemotion.training.augmentation.Condition;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * Drift as the application measures it: calls of the bundled recordings go through the production
 * topology with a model that was adapted to such calls; then other calls come.
 */
class ServedModelsDriftTest {
  private static final Path DEMO = Path.of("src/main/resources/demo");
  private static final int RATE_HZ = 8_000;
  private static final int CALLS_TO_ADAPT_TO = 25;
  private static final int CALLS_A_MINUTE = 5;
  private static final int MINUTES_OF_THE_SAME = 13;
  private static final int MOST_MINUTES_OF_OTHERS = 20;

  /** By the file's name. */
  private static final Map<String, float[]> RECORDINGS = recordings();

  @TempDir private static Path folder;

  private final AtomicLong nanos = new AtomicLong();
  private final StreamSettings settings = StreamSettings.defaults();
  private final EmotionSerdes serdes = EmotionSerdes.of(RegistryClients.inMemory());

  @TempDir private Path state;
  private ServedModels models;
  private TopologyTestDriver driver;
  private TestInputTopic<String, AudioChunk> chunks;
  private int calls = 1_000;

  @BeforeAll
  static void adapt() throws IOException {
    Path recordings = Files.createDirectories(folder.resolve("recordings"));
    for (int i = 0; i < CALLS_TO_ADAPT_TO; i++) {
      AudioFiles.writeWav(
          recordings.resolve(i + ".wav"),
          new AudioClip(RATE_HZ, new float[][] {usual(i)}),
          AudioEncoding.MULAW);
    }
    int exitCode =
        new CommandLine(new AdaptCommand())
            .setOut(new PrintWriter(Writer.nullWriter()))
            .execute(
                "--model=models/telephone",
                "--recordings=" + recordings,
                "--out=" + folder.resolve("adapted"));
    assertThat(exitCode).isZero();
  }

  @BeforeEach
  void serve() throws IOException {
    models =
        ServedModels.load(
            Settings.of(
                Map.of(
                    Property.MODEL_DIR,
                    folder.resolve("adapted").toString(),
                    Property.MODEL_WIDEBAND_DIR,
                    "")),
            nanos::get);
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "drift");
    properties.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
    driver = new TopologyTestDriver(EmotionTopology.build(settings, models, serdes), properties);
    chunks =
        driver.createInputTopic(
            settings.chunksTopic(), new StringSerializer(), serdes.audioChunk().serializer());
  }

  @AfterEach
  void close() {
    driver.close();
    models.close();
  }

  @Test
  void shouldKnowFromTheManifestWhatIsUsualThere() throws Exception {
    try (EmotionModel adapted = EmotionModel.load(folder.resolve("adapted"))) {
      assertThat(adapted.manifest().shares())
          .singleElement()
          .satisfies(
              shares -> {
                assertThat(shares.windows()).isEqualTo(adapted.manifest().sites().get(0).windows());
                assertThat(shares.features()).hasSize(415);
                assertThat(shares.labels()).hasSize(6);
              });
    }
  }

  @Test
  void shouldCrossTheThresholdWhenTheLineBecomesNoisy() {
    hearTheUsual();

    Map<String, Double> psi =
        hearUntilDrift(i -> Condition.parse("noise:10").apply(usual(i), RATE_HZ, i), "mfcc");

    assertThat(psi.get("contrast")).isGreaterThan(DriftMonitor.WATCH);
  }

  @Test
  void shouldCrossTheThresholdWhenAllAreAngry() {
    hearTheUsual();

    hearUntilDrift(i -> call(i, "16a01Wb.wav", "16a07Wa.wav"), DriftMonitor.CLASSES);
  }

  private void hearTheUsual() {
    DriftMonitor monitor = models.drift().get(0);
    for (int minute = 0; minute < MINUTES_OF_THE_SAME; minute++) {
      hearForAMinute(ServedModelsDriftTest::usual);
      assertThat(monitor.figures().psi().values())
          .as("minute %d", minute)
          .allSatisfy(psi -> assertThat(psi).isLessThan(DriftMonitor.WATCH));
    }
    assertThat(monitor.figures().psi()).containsOnlyKeys(monitor.groups());
  }

  private Map<String, Double> hearUntilDrift(IntFunction<float[]> calls, String group) {
    DriftMonitor monitor = models.drift().get(0);
    int minutes = 0;
    while (monitor.figures().psi().get(group) < DriftMonitor.DRIFT) {
      assertThat(minutes++).as(group).isLessThan(MOST_MINUTES_OF_OTHERS);
      hearForAMinute(calls);
    }
    return monitor.figures().psi();
  }

  private void hearForAMinute(IntFunction<float[]> samples) {
    for (int i = 0; i < CALLS_A_MINUTE; i++) {
      send("call-" + calls, samples.apply(calls));
      calls++;
    }
    nanos.addAndGet(Duration.ofMinutes(1).toNanos());
  }

  private void send(String call, float[] samples) {
    int sequence = 0;
    for (int from = 0; from < samples.length; from += RATE_HZ) {
      int count = Math.min(RATE_HZ, samples.length - from);
      byte[] payload = new byte[count];
      AudioEncoding.MULAW.encode(samples, from, count, payload, 0);
      chunks.pipeInput(
          call,
          message(call, sequence++, ChunkKind.MEDIA).setPayload(ByteBuffer.wrap(payload)).build());
    }
    chunks.pipeInput(call, message(call, sequence, ChunkKind.STOP).build());
  }

  private static AudioChunk.Builder message(String call, int sequence, ChunkKind kind) {
    AudioChunk.Builder message =
        AudioChunk.newBuilder()
            .setCallId(call)
            .setStreamId("stream-1")
            .setSequenceNumber(sequence)
            .setKind(kind)
            .setIngestedAt(Instant.EPOCH);
    return kind == ChunkKind.MEDIA
        ? message
            .setEncoding(PayloadEncoding.MULAW)
            .setSampleRateHz(RATE_HZ)
            .setChannels(List.of(new AudioChannel(ChannelRole.CUSTOMER, "in")))
        : message;
  }

  /** Of both actors, in all their moods. */
  private static float[] usual(int seed) {
    return call(seed, RECORDINGS.keySet().toArray(new String[0]));
  }

  /** Nine recordings of those, in a drawn order, as loud as drawn, with pauses between them. */
  private static float[] call(int seed, String... names) {
    Random random = new Random(seed);
    List<String> order = new ArrayList<>();
    while (order.size() < 9) {
      order.addAll(List.of(names));
    }
    Collections.shuffle(order, random);
    float gain = 0.3f + 0.7f * random.nextFloat();
    float[] call = {};
    for (String name : order.subList(0, 9)) {
      float[] turn = RECORDINGS.get(name);
      int pause = RATE_HZ / 5 + random.nextInt(RATE_HZ / 2);
      int at = call.length;
      call = Arrays.copyOf(call, at + turn.length + pause);
      for (int i = 0; i < turn.length; i++) {
        call[at + i] = gain * turn[i];
      }
    }
    for (int i = 0; i < call.length; i++) {
      call[i] += 0.001f * (float) random.nextGaussian();
    }
    return call;
  }

  private static Map<String, float[]> recordings() {
    Map<String, float[]> recordings = new TreeMap<>();
    try (Stream<Path> files = Files.list(DEMO)) {
      for (Path file : files.filter(name -> name.toString().endsWith(".wav")).toList()) {
        AudioClip clip = AudioFiles.read(file);
        recordings.put(
            file.getFileName().toString(),
            Resampler.resample(clip.channel(0), clip.sampleRateHz(), RATE_HZ));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return recordings;
  }
}
