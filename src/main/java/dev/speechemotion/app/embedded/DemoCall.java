package dev.speechemotion.app.embedded;

import dev.speechemotion.app.process.TemporaryFiles;
import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioFiles;
import dev.speechemotion.avro.ChannelRole;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The call that comes with the demo: two actors taking turns, put together from the recordings in
 * the folder {@code demo} of the resources.
 */
public final class DemoCall {
  public static final List<ChannelRole> ROLES = List.of(ChannelRole.CUSTOMER, ChannelRole.AGENT);

  private static final String FOLDER = "/demo/";
  private static final int SAMPLE_RATE_HZ = 16_000;
  private static final int SAMPLES_PER_MS = SAMPLE_RATE_HZ / 1_000;
  private static final int PAUSE_AT_END_MS = 300;

  private final AudioClip clip;
  private final List<Turn> turns;

  /** What one of the two says at a stretch. */
  private record Turn(ChannelRole role, String acted, float[] samples, int begin) {
    int end() {
      return begin + samples.length;
    }

    int overlap(long beginMs, long endMs) {
      long from = Math.max(begin, beginMs * SAMPLES_PER_MS);
      long to = Math.min(end(), endMs * SAMPLES_PER_MS);
      return (int) Math.max(0, to - from);
    }
  }

  private DemoCall(List<Turn> turns) {
    this.turns = turns;
    int length = turns.get(turns.size() - 1).end() + PAUSE_AT_END_MS * SAMPLES_PER_MS;
    float[][] channels = new float[ROLES.size()][length];
    for (Turn turn : turns) {
      float[] channel = channels[ROLES.indexOf(turn.role())];
      System.arraycopy(turn.samples(), 0, channel, turn.begin(), turn.samples().length);
    }
    clip = new AudioClip(SAMPLE_RATE_HZ, channels);
  }

  /** Reads the call out of the resources, by way of a temporary directory. */
  public static DemoCall load() throws IOException {
    Path directory = TemporaryFiles.createDirectory("speech-emotion-call-");
    try (BufferedReader script =
        new BufferedReader(new InputStreamReader(resource("call.csv"), StandardCharsets.UTF_8))) {
      List<Turn> turns = new ArrayList<>();
      int position = 0;
      script.readLine();
      for (String line = script.readLine(); line != null; line = script.readLine()) {
        String[] fields = line.split(",");
        ChannelRole role = ChannelRole.valueOf(fields[0].toUpperCase(Locale.ROOT));
        int begin = position + Integer.parseInt(fields[3]) * SAMPLES_PER_MS;
        turns.add(new Turn(role, fields[2], read(fields[1], directory), begin));
        position = turns.get(turns.size() - 1).end();
      }
      return new DemoCall(turns);
    } finally {
      TemporaryFiles.delete(directory);
    }
  }

  private static float[] read(String name, Path directory) throws IOException {
    Path file = directory.resolve(name);
    try (InputStream recording = resource(name)) {
      Files.copy(recording, file);
    }
    AudioClip clip = AudioFiles.read(file);
    if (clip.sampleRateHz() != SAMPLE_RATE_HZ || clip.channelCount() != 1) {
      throw new IOException("recording " + name + " of the demo is not mono at 16 kHz");
    }
    return clip.channel(0);
  }

  private static InputStream resource(String name) throws IOException {
    InputStream resource = DemoCall.class.getResourceAsStream(FOLDER + name);
    if (resource == null) {
      throw new IOException("the demo's recording " + name + " is not in the jar");
    }
    return resource;
  }

  public AudioClip clip() {
    return clip;
  }

  /** What that person acted in most of their speech within a window; empty if they were silent. */
  public Optional<String> acted(ChannelRole role, long beginMs, long endMs) {
    return turns.stream()
        .filter(turn -> turn.role() == role && turn.overlap(beginMs, endMs) > 0)
        .max(Comparator.comparingInt(turn -> turn.overlap(beginMs, endMs)))
        .map(Turn::acted);
  }
}
