package dev.speechemotion.fuzz;

import com.sun.management.ThreadMXBean;
import dev.speechemotion.app.client.DeadLetterFuzz;
import dev.speechemotion.app.gateway.audiohook.AudioHookFuzz;
import dev.speechemotion.app.gateway.audiohook.SignatureFuzz;
import dev.speechemotion.app.gateway.rtp.RtpFuzz;
import dev.speechemotion.app.gateway.twilio.TwilioMessageFuzz;
import dev.speechemotion.audio.PayloadFuzz;
import dev.speechemotion.audio.SoundFileFuzz;
import dev.speechemotion.model.ManifestFuzz;
import dev.speechemotion.model.WeightsFuzz;
import dev.speechemotion.streams.call.CallStateFuzz;
import dev.speechemotion.streams.call.ChunkFuzz;
import dev.speechemotion.training.corpus.CsvFuzz;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** What is fuzzed, and Jazzer's way in. */
public final class Fuzzing {
  /** Inputs that were found to fail once: {@code FINDINGS/NAME/*}. */
  private static final Path FINDINGS = Path.of("src/test/resources/fuzz");

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** What an input of no bytes may cost, with the loading of classes, and each byte of it. */
  private static final long MAX_BYTES = 128L << 20;

  private static final long MAX_BYTES_PER_BYTE = 2_000;

  private static FuzzTarget chosen;

  private Fuzzing() {}

  public static List<FuzzTarget> targets() {
    return List.of(
        new SoundFileFuzz(),
        new PayloadFuzz(),
        new ChunkFuzz(),
        new CallStateFuzz(),
        new DeadLetterFuzz(),
        new WeightsFuzz(),
        new ManifestFuzz(),
        new CsvFuzz(),
        new TwilioMessageFuzz(),
        new AudioHookFuzz(),
        new SignatureFuzz(),
        new RtpFuzz());
  }

  static String name(FuzzTarget target) {
    return target.getClass().getSimpleName().replace("Fuzz", "");
  }

  /** The seeds of a target and what it once failed at. */
  static List<byte[]> inputs(FuzzTarget target) throws Exception {
    List<byte[]> inputs = new ArrayList<>(target.seeds());
    try (Stream<Path> files = Files.list(FINDINGS.resolve(name(target)))) {
      for (Path file : files.sorted().toList()) {
        inputs.add(Files.readAllBytes(file));
      }
    } catch (NoSuchFileException e) {
      // It has not failed yet.
    }
    return inputs;
  }

  /** Has a target read an input, within the memory that it may cost. */
  static void read(FuzzTarget target, byte[] input) throws Exception {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    target.read(input);
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    if (allocated > MAX_BYTES + MAX_BYTES_PER_BYTE * input.length) {
      throw new AssertionError(
          "%d bytes were allocated for an input of %d".formatted(allocated, input.length));
    }
  }

  /** Called by Jazzer once; most of the classes are loaded then. */
  public static void fuzzerInitialize() throws Exception {
    chosen = named(System.getProperty("fuzz.target"));
    for (byte[] input : inputs(chosen)) {
      chosen.read(input);
    }
  }

  /** Called by Jazzer. */
  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    read(chosen, input);
  }

  private static FuzzTarget named(String name) {
    return targets().stream()
        .filter(target -> name(target).equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "fuzz.target must be one of %s, got %s"
                        .formatted(targets().stream().map(Fuzzing::name).toList(), name)));
  }

  /**
   * Runs Jazzer on a target until an input fails or the time is up.
   *
   * @param args the target's name, and for how many seconds
   */
  public static void main(String[] args) throws Exception {
    FuzzTarget target = named(args[0]);
    Path corpus = Files.createDirectories(Path.of("target/fuzz", args[0]));
    List<byte[]> inputs = inputs(target);
    for (int i = 0; i < inputs.size(); i++) {
      Files.write(corpus.resolve("seed-" + i), inputs.get(i));
    }
    List<String> command =
        new ArrayList<>(
            Arrays.asList(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+EnableDynamicAgentLoading",
                "-Dfuzz.target=" + args[0],
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + Fuzzing.class.getName(),
                "--instrumentation_includes=dev.speechemotion.**:org.apache.avro.**",
                "--reproducer_path=" + corpus.getParent(),
                "-max_total_time=" + args[1],
                "-timeout=10",
                "-max_len=65536",
                "-artifact_prefix=" + corpus.getParent() + "/" + args[0] + "-",
                corpus.toString()));
    System.exit(new ProcessBuilder(command).inheritIO().start().waitFor());
  }
}
