package dev.speechemotion.streams.call;

import static dev.speechemotion.streams.call.TestFeed.agent;
import static dev.speechemotion.streams.call.TestFeed.customer;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.AudioFault;
import dev.speechemotion.avro.ChannelSummary;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.avro.PayloadEncoding;
import dev.speechemotion.features.fixture.Recordings;
import dev.speechemotion.streams.metrics.StreamMetrics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** Feeds that send other audio than they say, or say of good audio what is not so. */
class WrongAudioTest {
  private static final int RATE_HZ = 8_000;
  private static final int CHUNK_SAMPLES = 160;
  private static final int CHUNK_MS = 20;

  /** All that is said in the bundled recordings. */
  private static float[] speech;

  private final TestFeed feed = new TestFeed();

  @BeforeAll
  static void read() throws IOException {
    speech = new float[0];
    for (Path file : Recordings.bundled()) {
      float[] samples = Recordings.samples(file, RATE_HZ);
      int from = speech.length;
      speech = Arrays.copyOf(speech, from + samples.length);
      System.arraycopy(samples, 0, speech, from, samples.length);
    }
    speech = Arrays.copyOf(speech, 16 * RATE_HZ);
  }

  /** What a feed does wrong. */
  enum Wrong {
    STANDS_STILL(AudioFault.OFFSETS_STAND_STILL, chunk -> chunk.setMediaOffsetMicros(0L)),
    STANDS_STILL_LATER(
        AudioFault.OFFSETS_STAND_STILL, chunk -> chunk.setMediaOffsetMicros(7_000_000L)),
    COUNTS_MESSAGES(
        AudioFault.OFFSETS_STAND_STILL,
        chunk -> chunk.setMediaOffsetMicros(chunk.getSequenceNumber())),
    OFFSETS_IN_MILLIS(
        AudioFault.OFFSETS_IN_MILLISECONDS,
        chunk -> chunk.setMediaOffsetMicros(chunk.getMediaOffsetMicros() / 1_000)),
    NUMBERS_IN_MILLIS(
        AudioFault.NUMBERS_IN_MILLISECONDS,
        chunk -> chunk.setSequenceNumber(CHUNK_MS * chunk.getSequenceNumber())),
    NUMBERS_IN_MILLIS_WITHOUT_OFFSETS(
        AudioFault.NUMBERS_IN_MILLISECONDS,
        chunk -> {
          chunk.setSequenceNumber(CHUNK_MS * chunk.getSequenceNumber());
          chunk.setMediaOffsetMicros(null);
        }),
    TEXT(AudioFault.BASE64_PAYLOAD, WrongAudioTest::encodeAsText),
    BIG_ENDIAN(
        AudioFault.WRONG_BYTE_ORDER,
        AudioEncoding.PCM_S16BE,
        chunk -> chunk.setEncoding(PayloadEncoding.PCM_S16LE)),
    LITTLE_ENDIAN(
        AudioFault.WRONG_BYTE_ORDER,
        AudioEncoding.PCM_S16LE,
        chunk -> chunk.setEncoding(PayloadEncoding.PCM_S16BE)),
    ALAW(
        AudioFault.WRONG_G711_LAW,
        AudioEncoding.ALAW,
        chunk -> chunk.setEncoding(PayloadEncoding.MULAW)),
    MULAW(AudioFault.WRONG_G711_LAW, chunk -> chunk.setEncoding(PayloadEncoding.ALAW)),
    TWICE_THE_RATE(AudioFault.WRONG_SAMPLE_RATE, chunk -> chunk.setSampleRateHz(2 * RATE_HZ)),
    TWICE_THE_RATE_BY_CAPTURE(
        AudioFault.WRONG_SAMPLE_RATE,
        chunk -> {
          chunk.setSampleRateHz(2 * RATE_HZ);
          chunk.setCapturedAt(StreamTester.BEGIN.plusNanos(chunk.getMediaOffsetMicros() * 1_000));
          chunk.setMediaOffsetMicros(null);
        }),
    HALF_THE_RATE(
        AudioFault.WRONG_SAMPLE_RATE,
        chunk -> chunk.setMediaOffsetMicros(chunk.getMediaOffsetMicros() / 2)),
    A_SIXTH_OF_THE_RATE(
        AudioFault.WRONG_SAMPLE_RATE,
        chunk -> chunk.setMediaOffsetMicros(chunk.getMediaOffsetMicros() / 6)),
    TWO_CHANNELS_AS_ONE(
        AudioFault.WRONG_SAMPLE_RATE, AudioEncoding.PCM_S16LE, WrongAudioTest::addAnUnnamedChannel),
    OFFSETS_SINCE_1970_IN_MILLIS(
        AudioFault.OFFSETS_IN_MILLISECONDS,
        chunk ->
            chunk.setMediaOffsetMicros(1_796_037_484_000L + chunk.getMediaOffsetMicros() / 1_000)),
    OFFSETS_IN_SAMPLES(
        AudioFault.OFFSETS_IN_OTHER_UNIT,
        chunk -> chunk.setMediaOffsetMicros(chunk.getMediaOffsetMicros() * RATE_HZ / 1_000_000)),
    OFFSETS_COUNT_DOWN(
        AudioFault.OFFSETS_GO_BACK,
        chunk -> chunk.setMediaOffsetMicros(60_000_000 - chunk.getMediaOffsetMicros())),
    OFFSETS_IN_TICKS(
        AudioFault.OFFSETS_IN_OTHER_UNIT,
        chunk -> chunk.setMediaOffsetMicros(chunk.getMediaOffsetMicros() * 10)),
    OFFSETS_IN_NANOS(
        AudioFault.OFFSETS_IN_OTHER_UNIT,
        chunk -> chunk.setMediaOffsetMicros(chunk.getMediaOffsetMicros() * 1_000)),
    NUMBERS_IN_SAMPLES(
        AudioFault.NUMBERS_IN_SAMPLES,
        chunk -> chunk.setSequenceNumber(CHUNK_SAMPLES * chunk.getSequenceNumber())),
    PCM_AS_MULAW(
        AudioFault.PCM_AS_G711,
        AudioEncoding.PCM_S16LE,
        chunk -> chunk.setEncoding(PayloadEncoding.MULAW)),
    PCM_AS_ALAW(
        AudioFault.PCM_AS_G711,
        AudioEncoding.PCM_S16BE,
        chunk -> chunk.setEncoding(PayloadEncoding.ALAW)),
    MULAW_AS_PCM(
        AudioFault.G711_AS_PCM,
        AudioEncoding.MULAW,
        chunk -> chunk.setEncoding(PayloadEncoding.PCM_S16LE)),
    EIGHT_BITS_AS_MULAW(AudioFault.PCM_8_BIT_AS_G711, WrongAudioTest::encodeAsEightBits),
    HEX_TEXT(
        AudioFault.BASE64_PAYLOAD,
        chunk ->
            chunk.setPayload(
                ByteBuffer.wrap(
                    HexFormat.of().formatHex(bytes(chunk)).getBytes(StandardCharsets.US_ASCII))));

    private final AudioFault fault;
    private final AudioEncoding encoding;
    private final Consumer<AudioChunk> spoil;

    Wrong(AudioFault fault, Consumer<AudioChunk> spoil) {
      this(fault, AudioEncoding.MULAW, spoil);
    }

    Wrong(AudioFault fault, AudioEncoding encoding, Consumer<AudioChunk> spoil) {
      this.fault = fault;
      this.encoding = encoding;
      this.spoil = spoil;
    }

    boolean isUnintelligible() {
      return switch (fault) {
        case BASE64_PAYLOAD,
            WRONG_BYTE_ORDER,
            WRONG_G711_LAW,
            PCM_AS_G711,
            PCM_8_BIT_AS_G711,
            G711_AS_PCM ->
            true;
        default -> false;
      };
    }

    /** Whether the audio is whole, and its place in time can be told all the same. */
    boolean isGoodAudio() {
      boolean losesItsPlace =
          this == OFFSETS_COUNT_DOWN || this == OFFSETS_IN_TICKS || this == OFFSETS_IN_NANOS;
      return !isUnintelligible() && fault != AudioFault.WRONG_SAMPLE_RATE && !losesItsPlace;
    }
  }

  private static void encodeAsText(AudioChunk chunk) {
    chunk.setPayload(ByteBuffer.wrap(Base64.getEncoder().encode(bytes(chunk))));
  }

  private static byte[] bytes(AudioChunk chunk) {
    ByteBuffer payload = chunk.getPayload();
    byte[] bytes = new byte[payload.remaining()];
    payload.duplicate().get(bytes);
    return bytes;
  }

  private static void addAnUnnamedChannel(AudioChunk chunk) {
    byte[] mono = bytes(chunk);
    byte[] both = new byte[2 * mono.length];
    for (int i = 0; i < mono.length; i += Short.BYTES) {
      System.arraycopy(mono, i, both, 2 * i, Short.BYTES);
      System.arraycopy(mono, mono.length - Short.BYTES - i, both, 2 * i + 2, Short.BYTES);
    }
    chunk.setPayload(ByteBuffer.wrap(both));
  }

  private static void encodeAsEightBits(AudioChunk chunk) {
    byte[] bytes = bytes(chunk);
    float[] samples = new float[bytes.length];
    AudioEncoding.MULAW.decode(bytes, 0, 1, samples.length, samples, 0);
    for (int i = 0; i < samples.length; i++) {
      bytes[i] = (byte) Math.floor(128 + 127 * samples[i]);
    }
    chunk.setPayload(ByteBuffer.wrap(bytes));
  }

  private List<AudioChunk> call(int chunkSamples) {
    List<AudioChunk> chunks = new ArrayList<>(List.of(feed.start()));
    chunks.addAll(feed.chunks(chunkSamples, List.of(customer()), speech));
    chunks.add(feed.stop());
    return chunks;
  }

  private List<AudioChunk> call(Wrong wrong, int chunkSamples) {
    feed.encoding = wrong.encoding;
    List<AudioChunk> chunks = call(chunkSamples);
    chunks.stream().filter(chunk -> chunk.getKind() == ChunkKind.MEDIA).forEach(wrong.spoil);
    if (wrong.fault == AudioFault.NUMBERS_IN_MILLISECONDS) {
      AudioChunk stop = chunks.get(chunks.size() - 1);
      stop.setSequenceNumber(CHUNK_MS * stop.getSequenceNumber());
    }
    if (wrong.fault == AudioFault.NUMBERS_IN_SAMPLES) {
      AudioChunk stop = chunks.get(chunks.size() - 1);
      stop.setSequenceNumber(CHUNK_SAMPLES * stop.getSequenceNumber());
    }
    return chunks;
  }

  @ParameterizedTest
  @EnumSource
  void shouldMarkEventsAndTheSummaryWithinTenSeconds(Wrong wrong) {
    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      stream.send(call(wrong, CHUNK_SAMPLES));

      List<EmotionEvent> late =
          stream.events.stream().filter(event -> event.getEndMs() > 10_000).toList();
      if (EnumSet.of(Wrong.TWICE_THE_RATE_BY_CAPTURE, Wrong.MULAW_AS_PCM, Wrong.OFFSETS_IN_TICKS)
          .contains(wrong)) {
        // By what it says, it has half as much audio, or ten times as much.
        late = stream.events.subList(stream.events.size() - 1, stream.events.size());
      }
      assertThat(late).isNotEmpty();
      assertThat(late).extracting(EmotionEvent::getQuality).containsOnly(List.of(wrong.fault));
      assertThat(stream.summaries).hasSize(1);
      ChannelSummary channel = stream.summaries.get(0).getChannels().get(0);
      assertThat(channel.getQuality()).containsExactly(wrong.fault);
      assertThat(stream.deadLetters).isEmpty();
      assertThat(counted(stream, wrong.fault)).isEqualTo(1);
      assertThat(stream.metric("wrong.audio")).isEqualTo(1);
    }
  }

  static Stream<Wrong> ofWrongOffsets() {
    return Stream.of(Wrong.values()).filter(wrong -> wrong.fault.name().startsWith("OFFSETS"));
  }

  @ParameterizedTest
  @MethodSource("ofWrongOffsets")
  void shouldSayHowLongACallIsByItsAudioWhereOffsetsAreWrong(Wrong wrong) {
    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      stream.send(call(wrong, CHUNK_SAMPLES));

      assertThat(stream.summaries.get(0).getDurationMs()).isEqualTo(16_000);
    }
  }

  /** Windows that end where no audio does are few: a wrong rate cuts nothing. */
  @ParameterizedTest
  @EnumSource(names = {"HALF_THE_RATE", "A_SIXTH_OF_THE_RATE", "OFFSETS_COUNT_DOWN"})
  void shouldNotCutAudioToPiecesBeforeTheFinding(Wrong wrong) {
    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      stream.send(call(CHUNK_SAMPLES));
      int right = stream.events.size();
      feed.sequence = 0;
      feed.offsetMicros = 0;
      List<AudioChunk> chunks = call(wrong, CHUNK_SAMPLES);
      chunks.forEach(chunk -> chunk.setIngestedAt(chunk.getIngestedAt().plusSeconds(60)));
      stream.send(chunks);

      assertThat(stream.events.size() - right).isLessThanOrEqualTo(right + 1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ALAW, not MULAW but the other law of G.711; say encoding ALAW",
    "MULAW, not ALAW but the other law of G.711; say encoding MULAW",
    "BIG_ENDIAN, in the other order; say encoding PCM_S16BE",
    "PCM_AS_MULAW, not MULAW but linear samples of 16 bits; say encoding PCM_S16LE",
    "EIGHT_BITS_AS_MULAW, linear samples of 8 bits; convert it to 16 bits",
    "TWICE_THE_RATE, sampleRateHz is 16000; about 8000 samples",
    "A_SIXTH_OF_THE_RATE, sampleRateHz is 8000; about 48000 samples",
    "OFFSETS_IN_TICKS, counts units of 100 ns; microseconds",
    "OFFSETS_IN_SAMPLES, counts samples; microseconds",
  })
  void shouldSayWhatItIsAndWhatToSendInstead(Wrong wrong, String parts) {
    String line = logged(wrong);

    assertThat(line).contains(parts.split("; "));
  }

  private static double counted(StreamTester stream, AudioFault fault) {
    return stream
        .meters()
        .get(StreamMetrics.PREFIX + "wrong.audio")
        .tag("kind", fault.name().toLowerCase(Locale.ROOT))
        .counter()
        .count();
  }

  @ParameterizedTest
  @EnumSource
  void shouldWithholdTheEmotionOnlyOfWhatCannotBeSpeech(Wrong wrong) {
    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      stream.send(call(wrong, CHUNK_SAMPLES));

      List<EmotionEvent> marked =
          stream.events.stream().filter(event -> !event.getQuality().isEmpty()).toList();
      assertThat(marked).isNotEmpty();
      assertThat(marked)
          .extracting(EmotionEvent::getSpeech)
          .containsOnly(!wrong.isUnintelligible());
      assertThat(marked)
          .allMatch(event -> event.getEmotion().equals("none") == wrong.isUnintelligible());
      assertThat(stream.events)
          .extracting(EmotionEvent::getSequenceNumber)
          .containsExactly(
              Stream.iterate(0L, number -> number + 1)
                  .limit(stream.events.size())
                  .toArray(Long[]::new));
    }
  }

  static Stream<Wrong> ofGoodAudio() {
    return Stream.of(Wrong.values()).filter(Wrong::isGoodAudio);
  }

  /** But for where the first message says that the call begins. */
  @ParameterizedTest
  @MethodSource("ofGoodAudio")
  void shouldHearGoodAudioAsIfAllWereRight(Wrong wrong) {
    List<EmotionEvent> right;
    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      right = events(stream.send(call(CHUNK_SAMPLES)));
    }
    feed.sequence = 0;
    feed.offsetMicros = 0;
    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      List<EmotionEvent> heard = events(stream.send(call(wrong, CHUNK_SAMPLES)));

      assertThat(heard).isEqualTo(right);
    }
  }

  private static List<EmotionEvent> events(StreamTester stream) {
    long beginMs = stream.events.get(0).getBeginMs();
    List<EmotionEvent> events = StreamTester.timeless(stream.events);
    for (EmotionEvent event : events) {
      event.setQuality(List.of());
      event.setBeginMs(event.getBeginMs() - beginMs);
      event.setEndMs(event.getEndMs() - beginMs);
    }
    return events;
  }

  @ParameterizedTest
  @EnumSource(names = {"BIG_ENDIAN", "LITTLE_ENDIAN", "ALAW", "MULAW"})
  void shouldFindTheSameInAnyChunksAndAfterARestart(Wrong wrong) {
    List<EmotionEvent> inOne;
    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      inOne = StreamTester.timeless(stream.send(call(wrong, speech.length)).events);
    }
    feed.sequence = 0;
    feed.offsetMicros = 0;
    List<AudioChunk> chunks = call(wrong, CHUNK_SAMPLES);
    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      for (int i = 0; i < chunks.size(); i += 150) {
        stream.send(chunks.subList(i, Math.min(i + 150, chunks.size())));
        if (i % 300 == 0) {
          stream.restart();
        }
      }

      assertThat(StreamTester.timeless(stream.events)).isEqualTo(inOne);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"STANDS_STILL", "NUMBERS_IN_MILLIS", "TWICE_THE_RATE"})
  void shouldGoOnAfterARestart(Wrong wrong) {
    List<AudioChunk> chunks = call(wrong, CHUNK_SAMPLES);
    List<EmotionEvent> undisturbed;
    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      undisturbed = StreamTester.timeless(stream.send(chunks).events);
    }
    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      for (int i = 0; i < chunks.size(); i += 90) {
        stream.send(chunks.subList(i, Math.min(i + 90, chunks.size())));
        stream.restart();
      }

      assertThat(StreamTester.timeless(stream.events)).isEqualTo(undisturbed);
      assertThat(stream.summaries.get(0).getChannels().get(0).getQuality())
          .containsExactly(wrong.fault);
    }
  }

  private String logged(Wrong wrong) {
    Logger logger = (Logger) LoggerFactory.getLogger(AnalyzeCalls.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      stream.send(call(wrong, CHUNK_SAMPLES));
    } finally {
      logger.detachAppender(log);
    }
    assertThat(log.list).hasSize(1);
    return log.list.get(0).getFormattedMessage();
  }

  @Test
  void shouldLogOnceACallWithWhereAndWhatToDo() {
    assertThat(logged(Wrong.TEXT))
        .matches(
            "Wrong audio of a call: BASE64_PAYLOAD: payload is base64 or hexadecimal text, so there"
                + " is no emotion; have the feed decode it to bytes"
                + " \\(found at topic audio-chunks, partition 0, offset \\d+\\)");
  }

  /** Silence says nothing of a payload, but as other samples it has another length. */
  @ParameterizedTest
  @EnumSource(names = {"PCM_AS_MULAW", "PCM_AS_ALAW", "MULAW_AS_PCM", "HEX_TEXT"})
  void shouldNotTakeAnotherPayloadForAWrongRateBeforeAnybodySpeaks(Wrong wrong) {
    feed.encoding = wrong.encoding;
    List<AudioChunk> chunks = new ArrayList<>(List.of(feed.start()));
    chunks.addAll(feed.chunks(CHUNK_SAMPLES, List.of(customer()), new float[20 * RATE_HZ]));
    chunks.addAll(feed.chunks(CHUNK_SAMPLES, List.of(customer()), speech));
    chunks.add(feed.stop());
    media(chunks).forEach(wrong.spoil);

    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      stream.send(chunks);

      assertThat(stream.summaries.get(0).getChannels().get(0).getQuality())
          .containsExactly(wrong.fault);
    }
  }

  @Test
  void shouldTakeTheMarkBackWhenTheFeedIsMended() {
    List<AudioChunk> chunks = new ArrayList<>(List.of(feed.start()));
    feed.encoding = AudioEncoding.ALAW;
    chunks.addAll(feed.chunks(CHUNK_SAMPLES, List.of(customer()), speech));
    chunks.forEach(chunk -> chunk.setEncoding(PayloadEncoding.MULAW));
    feed.encoding = AudioEncoding.MULAW;
    chunks.addAll(feed.chunks(CHUNK_SAMPLES, List.of(customer()), speech));
    chunks.add(feed.stop());

    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      stream.send(chunks);

      EmotionEvent last = stream.events.get(stream.events.size() - 1);
      assertThat(last.getQuality()).isEmpty();
      assertThat(last.getSpeech()).isTrue();
      assertThat(stream.summaries.get(0).getChannels().get(0).getQuality())
          .containsExactly(AudioFault.WRONG_G711_LAW);
    }
  }

  @Test
  void shouldCountAgainByMessagesWhenTheFeedDoes() {
    List<AudioChunk> chunks = new ArrayList<>(List.of(feed.start()));
    chunks.addAll(feed.chunks(CHUNK_SAMPLES, List.of(customer()), speech));
    chunks.forEach(chunk -> chunk.setSequenceNumber(CHUNK_MS * chunk.getSequenceNumber()));
    feed.sequence = 1;
    feed.ingestedFrom = feed.ingestedFrom.plusSeconds(16);
    chunks.addAll(feed.chunks(CHUNK_SAMPLES, List.of(customer()), speech));
    chunks.add(feed.stop());

    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      stream.send(chunks);

      assertThat(stream.deadLetters).isEmpty();
      EmotionEvent last = stream.events.get(stream.events.size() - 1);
      assertThat(last.getQuality()).isEmpty();
      assertThat(last.getEndMs()).isEqualTo(32_000);
    }
  }

  @Test
  void shouldStillSeeWhatIsMissingWhereNumbersAreMilliseconds() {
    List<AudioChunk> chunks = call(Wrong.NUMBERS_IN_MILLIS_WITHOUT_OFFSETS, CHUNK_SAMPLES);
    chunks.subList(400, 405).clear();

    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      stream.send(chunks);

      ChannelSummary channel = stream.summaries.get(0).getChannels().get(0);
      assertThat(channel.getGapMs()).isEqualTo(5 * CHUNK_MS);
      assertThat(channel.getGapCount()).isEqualTo(1);
    }
  }

  @Test
  void shouldSayOfChannelsThatAreNotAnalyzedWhatIsWrongWithThem() {
    List<AudioChunk> chunks = new ArrayList<>(List.of(feed.start()));
    chunks.addAll(feed.chunks(CHUNK_SAMPLES, List.of(customer(), agent()), speech, speech));
    chunks.forEach(chunk -> chunk.setEncoding(PayloadEncoding.ALAW));
    chunks.add(feed.stop());

    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      stream.send(chunks);

      assertThat(stream.summaries.get(0).getChannels())
          .extracting(ChannelSummary::getQuality)
          .containsOnly(List.of(AudioFault.WRONG_G711_LAW));
      assertThat(stream.metric("wrong.audio")).isEqualTo(1);
    }
  }

  static Stream<Arguments> oddFeeds() {
    return Stream.of(
        odd("as it should be", chunks -> {}),
        odd("without offsets", chunks -> chunks.forEach(c -> c.setMediaOffsetMicros(null))),
        odd(
            "offsets in whole seconds",
            chunks ->
                media(chunks)
                    .forEach(
                        c ->
                            c.setMediaOffsetMicros(
                                c.getMediaOffsetMicros() / 1_000_000 * 1_000_000))),
        odd(
            "offsets that tremble by 15 ms",
            chunks -> {
              Random random = new Random(1);
              media(chunks)
                  .forEach(
                      c ->
                          c.setMediaOffsetMicros(
                              c.getMediaOffsetMicros() + random.nextInt(15_000)));
            }),
        odd("every second message lost", chunks -> thin(chunks, 2)),
        odd(
            "every second message lost, without offsets",
            chunks -> {
              chunks.forEach(c -> c.setMediaOffsetMicros(null));
              thin(chunks, 2);
            }),
        odd(
            "nineteen lost in many places",
            chunks ->
                chunks.removeIf(
                    c -> c.getKind() == ChunkKind.MEDIA && c.getSequenceNumber() % 80 < 19)),
        odd(
            "one in five lost by chance",
            chunks -> {
              Random random = new Random(2);
              chunks.removeIf(c -> c.getKind() == ChunkKind.MEDIA && random.nextInt(5) == 0);
            }),
        odd("three of four messages lost", chunks -> lose(chunks, 4, 3)),
        odd("nine of ten messages lost", chunks -> lose(chunks, 10, 9)),
        odd(
            "offsets that begin again",
            chunks ->
                media(chunks)
                    .forEach(c -> c.setMediaOffsetMicros(c.getMediaOffsetMicros() % 5_000_000))),
        odd(
            "silence left out, of which one message in ten is sent",
            chunks -> {
              long[] micros = {0};
              media(chunks)
                  .forEach(
                      c -> {
                        c.setMediaOffsetMicros(micros[0]);
                        micros[0] += c.getSequenceNumber() % 80 < 20 ? 200_000 : 20_000;
                      });
            }),
        odd("sent twice as fast as spoken", chunks -> ingested(chunks, micros -> micros / 2)),
        odd(
            "sent at once, without offsets",
            chunks -> {
              chunks.forEach(c -> c.setMediaOffsetMicros(null));
              ingested(chunks, micros -> 0);
            }),
        odd(
            "numbers that go up by two",
            chunks -> chunks.forEach(c -> c.setSequenceNumber(2 * c.getSequenceNumber()))),
        odd(
            "captured when sent",
            chunks ->
                chunks.forEach(
                    c -> {
                      c.setCapturedAt(Instant.EPOCH);
                      c.setMediaOffsetMicros(null);
                    })));
  }

  private static Arguments odd(String name, Consumer<List<AudioChunk>> change) {
    return Arguments.of(name, change);
  }

  private static Stream<AudioChunk> media(List<AudioChunk> chunks) {
    return chunks.stream().filter(chunk -> chunk.getKind() == ChunkKind.MEDIA);
  }

  private static void thin(List<AudioChunk> chunks, int oneIn) {
    chunks.removeIf(c -> c.getKind() == ChunkKind.MEDIA && c.getSequenceNumber() % oneIn == 0);
  }

  private static void lose(List<AudioChunk> chunks, int of, int lost) {
    chunks.removeIf(c -> c.getKind() == ChunkKind.MEDIA && c.getSequenceNumber() % of < lost);
  }

  private static void ingested(List<AudioChunk> chunks, LongUnaryOperator micros) {
    long at = 0;
    for (AudioChunk chunk : chunks) {
      chunk.setIngestedAt(StreamTester.BEGIN.plusNanos(1_000 * micros.applyAsLong(at)));
      at += CHUNK_MS * 1_000;
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("oddFeeds")
  void shouldFindNothingWrongWithOddFeeds(String name, Consumer<List<AudioChunk>> change) {
    List<AudioChunk> chunks = call(CHUNK_SAMPLES);
    change.accept(chunks);

    try (StreamTester stream = new StreamTester(StreamTester.plain())) {
      // What STOP waits for does not come.
      stream.send(chunks).pass(Duration.ofMinutes(1));

      assertThat(stream.events).extracting(EmotionEvent::getQuality).containsOnly(List.of());
      assertThat(stream.summaries.get(0).getChannels())
          .extracting(ChannelSummary::getQuality)
          .containsOnly(List.of());
      assertThat(stream.metric("wrong.audio")).isZero();
    }
  }
}
