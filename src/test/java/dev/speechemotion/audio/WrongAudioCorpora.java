package dev.speechemotion.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.speechemotion.audio.EncodingCheck.Finding;
import dev.speechemotion.audio.resampling.Resampler;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Counts, over corpora of speech, that nothing is found wrong in any stretch of ten seconds, and in
 * how many of every fifth a wrong form of it is: {@code -Dwrong.audio.data=FOLDER}, which holds a
 * folder for each corpus.
 */
class WrongAudioCorpora {
  private static final String FOLDER = System.getProperty("wrong.audio.data", "");
  private static final int RATE_HZ = Integer.getInteger("wrong.audio.rate", 8_000);
  private static final int TEN_SECONDS = 10 * RATE_HZ;
  private static final int SPOILT_ONE_IN = 5;
  private static final Pattern HELD_OUT =
      Pattern.compile("(?i)Actor_(1[3-9]|2[0-4])|SAVEE|EMOVO|URDU");

  private final Map<PayloadForm, Integer> found = new EnumMap<>(PayloadForm.class);
  private int stretches;
  private int spoilt;

  @Test
  void shouldFindWhatIsWrongAndNothingElse() throws IOException {
    assumeTrue(!FOLDER.isEmpty(), "-Dwrong.audio.data names no folder");
    int falseAlarms = 0;
    System.out.print("corpus, stretches of 10 s, of which spoilt");
    for (PayloadForm form : PayloadForm.values()) {
      System.out.print(", " + form.name().toLowerCase(Locale.ROOT));
    }
    System.out.println();
    for (Path corpus : list(Path.of(FOLDER))) {
      measure(corpus);
      System.out.print(corpus.getFileName() + ", " + stretches + ", " + spoilt);
      for (PayloadForm form : PayloadForm.values()) {
        System.out.print(", " + found.getOrDefault(form, 0));
        falseAlarms += form.finding == Finding.NONE ? found.getOrDefault(form, 0) : 0;
      }
      System.out.println();
    }

    assertThat(falseAlarms).isZero();
  }

  /** Of recordings that lie side by side, so mostly of one speaker. */
  private void measure(Path corpus) throws IOException {
    found.clear();
    stretches = 0;
    spoilt = 0;
    float[] stretch = new float[TEN_SECONDS];
    int filled = 0;
    for (Path file : recordings(corpus)) {
      float[] samples;
      try {
        AudioClip clip = AudioFiles.read(file);
        samples = Resampler.resample(clip.mono(), clip.sampleRateHz(), RATE_HZ);
      } catch (AudioFormatException e) {
        System.err.println(file + ": " + e.getMessage());
        continue;
      }
      for (int done = 0; done < samples.length; ) {
        int count = Math.min(samples.length - done, TEN_SECONDS - filled);
        System.arraycopy(samples, done, stretch, filled, count);
        done += count;
        filled += count;
        if (filled == TEN_SECONDS) {
          measure(stretch);
          filled = 0;
        }
      }
    }
  }

  private void measure(float[] stretch) {
    boolean spoils = stretches++ % SPOILT_ONE_IN == 0;
    spoilt += spoils ? 1 : 0;
    for (PayloadForm form : PayloadForm.values()) {
      if (form.finding != Finding.NONE && !spoils) {
        continue;
      }
      byte[] payload = form.payload(stretch);
      int length = Math.min(payload.length, TEN_SECONDS * form.declared.bytesPerSample());
      if (form.foundAfter(Arrays.copyOf(payload, length), RATE_HZ) >= 0) {
        found.merge(form, 1, Integer::sum);
      }
    }
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(Files::isDirectory).sorted().toList();
    }
  }

  private static List<Path> recordings(Path corpus) throws IOException {
    List<Path> recordings = new ArrayList<>();
    try (Stream<Path> files = Files.walk(corpus.toRealPath(), FileVisitOption.FOLLOW_LINKS)) {
      files
          .filter(file -> file.toString().toLowerCase(Locale.ROOT).endsWith(".wav"))
          .filter(file -> !HELD_OUT.matcher(file.toString()).find())
          .sorted()
          .forEach(recordings::add);
    }
    return recordings;
  }
}
