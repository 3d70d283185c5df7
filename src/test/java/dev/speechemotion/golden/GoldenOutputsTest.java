package dev.speechemotion.golden;

import static dev.speechemotion.golden.Feed.AGENT;
import static dev.speechemotion.golden.Feed.CUSTOMER;

import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.ChunkKind;
import dev.speechemotion.avro.MediaGap;
import dev.speechemotion.avro.PayloadEncoding;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.streams.StreamSettings;
import dev.speechemotion.streams.call.CallSettings;
import dev.speechemotion.streams.results.AlertRule;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Holds every event, alert, summary and dead letter that the production topology makes of some
 * feeds, with the models that are shipped, to what it once made of them: see {@link Golden}.
 */
class GoldenOutputsTest {
  /** Without alerts but where a feed asks for them. */
  private static final StreamSettings DEFAULTS =
      with(CallSettings.DEFAULT.analyzedRoles(), Duration.ZERO, CallSettings.DEFAULT);

  private static final CallSettings CALL = DEFAULTS.call();
  private static final Set<ChannelRole> ALL_ROLES =
      Set.of(ChannelRole.CUSTOMER, ChannelRole.AGENT, ChannelRole.UNKNOWN);

  private static ShippedModels models;

  /** At 8 kHz. */
  private static float[] monologue;

  @BeforeAll
  static void load() throws Exception {
    models = new ShippedModels();
    monologue = Speech.monologue(8_000);
  }

  @AfterAll
  static void close() {
    models.close();
  }

  @Test
  void shouldMakeTheSameOfTheDemosCall() throws Exception {
    try (Play play = new Play(analyzing(ALL_ROLES), models)) {
      play.send(demoCall(new Feed("demo-call")));

      Golden.verify("demo-call", play.output());
    }
  }

  @Test
  void shouldMakeTheSameOfGaps() throws Exception {
    try (Play play = new Play(DEFAULTS, models)) {
      for (boolean hasOffsets : List.of(true, false)) {
        Feed feed = new Feed(hasOffsets ? "lost" : "lost-without-offsets");
        feed.hasOffsets = hasOffsets;
        List<AudioChunk> chunks = new ArrayList<>(List.of(feed.start()));
        chunks.addAll(
            feed.media(
                List.of(CUSTOMER, AGENT),
                seconds(0, 18),
                Speech.joined(seconds(9, 18), seconds(0, 9))));
        chunks.add(feed.stop());
        // Filled: 60 and 200 ms. Cut: 220 ms and 1 s.
        play.send(without(chunks, 800, 850, 600, 611, 400, 410, 200, 203));
      }
      for (boolean hasOffsets : List.of(true, false)) {
        Feed feed = new Feed(hasOffsets ? "reported" : "reported-without-offsets");
        feed.hasOffsets = hasOffsets;
        play.send(feed.start()).send(feed.media(List.of(CUSTOMER), seconds(0, 4)));
        play.send(feed.message(ChunkKind.DISCARDED).setGap(feed.gap(100, "discarded")).build());
        play.send(feed.media(List.of(CUSTOMER), seconds(4, 8)));
        play.send(feed.message(ChunkKind.DISCARDED).setGap(feed.gap(1_000, "discarded")).build());
        play.send(feed.media(List.of(CUSTOMER), seconds(8, 12)));
        MediaGap loss = feed.gap(150, "loss");
        List<AudioChunk> chunks = feed.media(List.of(CUSTOMER), seconds(12, 16));
        chunks.get(0).setGap(loss);
        play.send(chunks).send(feed.stop());
      }
      Feed feed = new Feed("jitter");
      play.send(feed.start());
      int second = 0;
      for (int jitterMs : List.of(15, -15, 25, -25, -150, 190, 210, -400)) {
        play.send(feed.media(List.of(CUSTOMER), seconds(second, second + 2)));
        feed.offsetMicros += jitterMs * 1_000L;
        second += 2;
      }
      play.send(feed.stop());

      Golden.verify("gaps", play.output());
    }
  }

  @Test
  void shouldMakeTheSameOfReorderedRepeatedAndLateMessages() throws Exception {
    Random random = new Random(5);
    try (Play play = new Play(DEFAULTS, models)) {
      for (boolean hasOffsets : List.of(true, false)) {
        Feed feed = new Feed(hasOffsets ? "reordered" : "reordered-without-offsets");
        feed.hasOffsets = hasOffsets;
        List<AudioChunk> chunks = new ArrayList<>(List.of(feed.start()));
        chunks.addAll(feed.media(List.of(CUSTOMER), monologue));
        chunks.add(feed.stop());
        play.send(doubled(shuffled(chunks, random), random));
      }
      Feed headless = new Feed("without-start");
      headless.sequence = 4_711;
      List<AudioChunk> beheaded = headless.media(List.of(CUSTOMER), seconds(0, 5));
      Collections.reverse(beheaded.subList(0, 10));
      play.send(beheaded).send(headless.stop());

      Feed feed = new Feed("late");
      List<AudioChunk> chunks = feed.media(List.of(CUSTOMER), seconds(0, 10));
      AudioChunk overtaken = chunks.remove(100);
      AudioChunk taken =
          AudioChunk.newBuilder(chunks.get(300)).setPayload(ByteBuffer.allocate(160)).build();
      play.send(feed.start()).send(chunks.subList(0, 200)).send(overtaken);
      play.send(chunks.subList(200, 310)).send(taken).send(chunks.subList(310, chunks.size()));
      play.send(feed.stop()).send(chunks.get(chunks.size() - 1));
      play.send(feed.media(List.of(CUSTOMER), seconds(10, 11)).subList(0, 2));

      Golden.verify("order", play.output());
    }
  }

  @Test
  void shouldMakeTheSameOfPauses() throws Exception {
    try (Play play = new Play(DEFAULTS, models)) {
      for (boolean hasOffsets : List.of(true, false)) {
        Feed feed = new Feed(hasOffsets ? "pauses" : "pauses-without-offsets");
        feed.hasOffsets = hasOffsets;
        feed.saysWhenCaptured = true;
        List<AudioChannel> channels = List.of(CUSTOMER, AGENT);
        play.send(feed.start()).send(feed.message(ChunkKind.MARK).setMark("greeting").build());
        play.send(feed.media(channels, seconds(0, 4), seconds(9, 13)));
        play.send(feed.message(ChunkKind.PAUSED).build());
        MediaGap pause = feed.gap(4_000, "paused");
        play.send(feed.message(ChunkKind.RESUMED).setGap(pause).build());
        play.send(feed.media(channels, seconds(4, 8), seconds(13, 17)));
        play.send(feed.message(ChunkKind.PAUSED).setChannels(List.of(CUSTOMER)).build());
        play.send(feed.media(List.of(AGENT), seconds(5, 6)));
        play.send(feed.message(ChunkKind.RESUMED).setChannels(List.of(CUSTOMER)).build());
        play.send(feed.message(ChunkKind.DTMF).setDtmf("5").build());
        play.send(feed.media(channels, seconds(8, 12), seconds(2, 6)));
        // Some feeds number audio alone.
        feed.sequence--;
        play.send(feed.message(ChunkKind.PAUSED).build());
        feed.gap(100, "paused");
        play.send(feed.media(channels, seconds(12, 16), seconds(6, 10))).send(feed.stop());
      }

      Golden.verify("pauses", play.output());
    }
  }

  @Test
  void shouldMakeTheSameOfSeveralStreamsAndTheirNumbers() throws Exception {
    try (Play play = new Play(withRoles(), models)) {
      Feed customer = new Feed("two-streams", "stream-1");
      Feed agent = new Feed("two-streams", "stream-2");
      agent.begin = Feed.BEGIN.plusSeconds(5);
      customer.saysWhenCaptured = true;
      agent.saysWhenCaptured = true;
      List<AudioChunk> both = new ArrayList<>(List.of(customer.start(), agent.start()));
      both.addAll(customer.media(List.of(CUSTOMER), seconds(0, 12)));
      both.addAll(agent.media(List.of(AGENT), seconds(3, 13)));
      both.add(customer.stop());
      both.add(agent.stop());
      both.sort(Comparator.comparing(AudioChunk::getIngestedAt));
      play.send(both);

      Feed inbound = new Feed("numbered-by-track");
      Feed outbound = new Feed("numbered-by-track");
      List<AudioChunk> tracks = new ArrayList<>(List.of(inbound.start()));
      tracks.addAll(inbound.media(List.of(unknown("inbound")), seconds(0, 8)));
      tracks.addAll(outbound.media(List.of(unknown("outbound")), seconds(8, 16)));
      tracks.add(inbound.stop());
      tracks.sort(Comparator.comparing(AudioChunk::getIngestedAt));
      play.send(tracks);

      Feed anew = new Feed("counted-anew");
      List<AudioChannel> named = List.of(unknown("inbound"), unknown("outbound"));
      List<AudioChannel> unnamed = List.of(unknown(null), unknown(null));
      anew.sequence = 1_000;
      play.send(anew.start()).send(anew.tracks(named, seconds(0, 5), seconds(5, 10)));
      anew.sequence = 0;
      play.send(anew.tracks(named, seconds(5, 10), seconds(0, 5)));
      anew.sequence = 0;
      play.send(anew.start()).send(anew.media(unnamed, seconds(10, 15), seconds(3, 8)));
      play.send(anew.stop());

      Golden.verify("streams", play.output());
    }
  }

  @Test
  void shouldMakeTheSameOfEveryFormat() throws Exception {
    try (Play play = new Play(analyzing(ALL_ROLES), models)) {
      play.send(recorded(PayloadEncoding.MULAW, 8_000, 20));
      play.send(recorded(PayloadEncoding.ALAW, 8_000, 30));
      play.send(recorded(PayloadEncoding.PCM_S16LE, 8_000, 1_000));
      play.send(recorded(PayloadEncoding.PCM_S16LE, 11_025, 40));
      play.send(recorded(PayloadEncoding.PCM_S16LE, 16_000, 20));
      play.send(recorded(PayloadEncoding.PCM_S16BE, 16_000, 64));
      play.send(recorded(PayloadEncoding.MULAW, 22_050, 100));
      play.send(recorded(PayloadEncoding.PCM_F32LE, 44_100, 10));
      play.send(recorded(PayloadEncoding.PCM_S16LE, 48_000, 20));
      play.send(recorded(PayloadEncoding.PCM_F32LE, 96_000, 250));

      Feed changing = new Feed("changing");
      play.send(changing.start()).send(changing.media(List.of(CUSTOMER), seconds(0, 5)));
      changing.encoding = PayloadEncoding.PCM_S16LE;
      changing.rateHz = 16_000;
      float[] wideband = Arrays.copyOfRange(Speech.monologue(16_000), 80_000, 160_000);
      play.send(changing.media(List.of(CUSTOMER), wideband));
      changing.encoding = PayloadEncoding.ALAW;
      changing.rateHz = 8_000;
      play.send(changing.media(List.of(CUSTOMER), seconds(10, 14)));
      AudioChannel handedOver = new AudioChannel(ChannelRole.AGENT, CUSTOMER.getName());
      play.send(changing.media(List.of(handedOver), seconds(14, 18))).send(changing.stop());

      Golden.verify("formats", play.output());
    }
  }

  @Test
  void shouldMakeTheSameOfBadRecords() throws Exception {
    Feed feed = new Feed("call-1");
    byte[] key = Utils.utf8("call-1");
    List<AudioChunk> chunks = feed.media(List.of(CUSTOMER), seconds(0, 5));
    try (Play play = new Play(DEFAULTS, models)) {
      play.send(feed.start()).send(chunks.subList(0, 40));
      for (Consumer<AudioChunk.Builder> spoil : spoilers()) {
        AudioChunk.Builder bad = AudioChunk.newBuilder(chunks.get(40));
        spoil.accept(bad);
        play.send(key, play.bytes(bad.build()));
      }
      byte[] good = play.bytes(chunks.get(40));
      byte[] ofUnknownSchema = good.clone();
      ofUnknownSchema[4] = 99;
      byte[] large = new byte[1 << 20];
      large[0] = 1;
      play.send(null, good).send(key, null).send(key, new byte[3]);
      play.send(key, Utils.utf8("{\"not\": \"avro\"}")).send(key, ofUnknownSchema);
      play.send(key, Arrays.copyOf(good, good.length - 1));
      play.send(key, large, new RecordHeader("large", new byte[1 << 20]));
      play.send(new byte[1 << 20], null);
      play.send(
          key,
          new byte[0],
          new RecordHeader("trace", Utils.utf8("abc")),
          new RecordHeader("dlq.reason", Utils.utf8("of a former round")));
      play.send(chunks.subList(40, chunks.size()));
      for (int i = 0; i < 66; i++) {
        play.send(feed.media(List.of(unknown("channel-" + i)), new float[80]));
        play.send(new Feed("call-1", "extra-stream-" + i).start());
      }
      play.send(feed.stop());

      Golden.verify("bad-records", play.output());
    }
  }

  @Test
  void shouldRaiseAndClearTheSameAlerts() throws Exception {
    StreamSettings settings =
        with(
            ALL_ROLES,
            Duration.ZERO,
            CALL,
            "angry >= 0.5 for 3s on CUSTOMER",
            "neutral >= 0.4 for 500ms",
            "happy >= 0.3 for 1s",
            "sad >= 0.9 for 1min",
            "rise of angry by 0.2 within 10s",
            "rise of neutral by 0.1 within 5s on AGENT",
            "rise of sad by 0.1 within 1min");
    try (Play play = new Play(settings, models)) {
      play.send(demoCall(new Feed("demo-call")));

      Feed feed = new Feed("with-a-cut");
      play.send(feed.start()).send(feed.media(List.of(CUSTOMER), seconds(4, 10)));
      play.send(feed.message(ChunkKind.PAUSED).build());
      feed.gap(2_000, "paused");
      play.send(feed.message(ChunkKind.RESUMED).build());
      play.send(feed.media(List.of(CUSTOMER), seconds(4, 10)));
      play.send(feed.media(List.of(CUSTOMER), new float[8_000 * 6]));
      play.send(feed.media(List.of(CUSTOMER), seconds(4, 10))).send(feed.stop());

      Golden.verify("alerts", play.output());
    }
  }

  @Test
  void shouldEndCallsInTheSameWay() throws Exception {
    try (Play play = new Play(DEFAULTS, models)) {
      play.send(call("stopped", seconds(0, 4)));
      play.send(call("short", seconds(1, 2)));
      play.send(call("silent", new float[8_000 * 5]));
      play.send(call("empty", new float[0]));

      Feed waiting = new Feed("stop-that-waits");
      play.send(waiting.start()).send(waiting.media(List.of(CUSTOMER), seconds(0, 4)));
      waiting.sequence++;
      play.send(waiting.stop()).pass(Duration.ofSeconds(3));

      Feed left = new Feed("left-open", "stream-1");
      Feed closed = new Feed("left-open", "stream-2");
      play.send(left.start()).send(closed.start());
      play.send(left.media(List.of(CUSTOMER), seconds(0, 4)));
      play.send(closed.media(List.of(AGENT), seconds(4, 8))).send(closed.stop());
      play.send(new Feed("started-only").start());
      play.pass(Duration.ofSeconds(299));
      play.send(call("meanwhile", seconds(4, 8)));
      play.pass(Duration.ofSeconds(8));

      Feed again = new Feed("stopped");
      again.begin = Feed.BEGIN.plusSeconds(400);
      again.sequence = 500;
      List<AudioChunk> late = again.media(List.of(CUSTOMER), seconds(4, 8));
      play.send(late.subList(0, 3));
      again.sequence = 0;
      play.send(again.start()).send(again.media(List.of(CUSTOMER), seconds(8, 12)));
      play.send(again.stop()).send(late.subList(3, 6)).pass(Duration.ofSeconds(605));
      play.send(late.subList(6, late.size())).pass(Duration.ofSeconds(305));

      Golden.verify("ends", play.output());
    }
  }

  @Test
  void shouldMakeTheSameOfWindowsWithoutSpeech() throws Exception {
    CallSettings withoutSpeech =
        new CallSettings(
            CALL.analyzedRoles(),
            Map.of(),
            CALL.reorderWindow(),
            CALL.reorderMaxChunks(),
            CALL.gapTolerance(),
            0.4,
            true,
            CALL.smoothing(),
            CALL.labelHysteresis(),
            CALL.alertRules(),
            CALL.inactivity(),
            CALL.endedCallMemory(),
            CALL.maxLag());
    StreamSettings settings =
        with(
            ALL_ROLES,
            Duration.ZERO,
            withoutSpeech,
            "neutral >= 0.3 for 2s",
            "angry >= 0.3 for 2s");
    try (Play play = new Play(settings, models)) {
      play.send(demoCall(new Feed("demo-call")));
      play.send(call("silent", new float[8_000 * 5]));

      Golden.verify("no-speech", play.output());
    }
  }

  @Test
  void shouldMakeTheSameOfEveryWindowByItself() throws Exception {
    CallSettings plain =
        new CallSettings(
            CALL.analyzedRoles(),
            Map.of(),
            Duration.ofMillis(100),
            5,
            Duration.ZERO,
            0,
            false,
            Duration.ZERO,
            0,
            CALL.alertRules(),
            CALL.inactivity(),
            Duration.ZERO,
            CALL.maxLag());
    StreamSettings settings = with(ALL_ROLES, Duration.ZERO, plain);
    Feed feed = new Feed("with-gaps");
    List<AudioChunk> chunks = new ArrayList<>(List.of(feed.start()));
    chunks.addAll(feed.media(List.of(CUSTOMER), seconds(0, 10)));
    chunks.add(feed.stop());
    try (ShippedModels shorter = new ShippedModels(Optional.of(new WindowSettings(2_000, 500)));
        Play play = new Play(settings, shorter)) {
      play.send(demoCall(new Feed("demo-call")));
      play.send(without(chunks, 300, 301, 150, 153)).send(chunks.get(151));

      Golden.verify("plain-windows", play.output());
    }
  }

  @Test
  void shouldPassOverTheSameAudioWhenItLagsBehind() throws Exception {
    StreamSettings settings = with(CALL.analyzedRoles(), Duration.ofSeconds(10), CALL);
    try (Play play = new Play(settings, models)) {
      for (boolean hasOffsets : List.of(true, false)) {
        Feed feed = new Feed(hasOffsets ? "lagging" : "lagging-without-offsets");
        feed.hasOffsets = hasOffsets;
        play.lag(Duration.ofSeconds(11)).send(feed.start());
        play.send(feed.media(List.of(CUSTOMER, AGENT), seconds(0, 2), seconds(8, 10)));
        play.lag(Duration.ZERO);
        play.send(feed.media(List.of(CUSTOMER, AGENT), seconds(2, 6), seconds(10, 14)));
        play.lag(Duration.ofMillis(10_001));
        play.send(feed.media(List.of(CUSTOMER, AGENT), seconds(6, 8), seconds(14, 16)));
        play.lag(Duration.ofMillis(5_000));
        play.send(feed.media(List.of(CUSTOMER, AGENT), seconds(8, 9), seconds(16, 17)));
        play.lag(Duration.ofMillis(4_999));
        play.send(feed.media(List.of(CUSTOMER, AGENT), seconds(9, 14), seconds(2, 7)));
        play.send(feed.stop());
      }

      Golden.verify("lag", play.output());
    }
  }

  @Test
  void shouldMakeTheSameWhereverItIsRestarted() throws Exception {
    Feed feed = new Feed("restarted");
    List<AudioChunk> chunks = new ArrayList<>(demoCall(feed));
    chunks = shuffled(without(chunks, 1_200, 1_230, 700, 708), new Random(6));
    try (Play undisturbed = new Play(analyzing(ALL_ROLES), models);
        Play restarted = new Play(analyzing(ALL_ROLES), models)) {
      undisturbed.send(chunks);
      for (int from = 0; from < chunks.size(); from += 199) {
        restarted.send(chunks.subList(from, Math.min(from + 199, chunks.size()))).restart();
      }

      Golden.verify("restarted", undisturbed.output());
      Golden.requireSame("restarted", undisturbed.records(), restarted.records());
    }
  }

  /** As the command {@code demo} sends it. */
  private static List<AudioChunk> demoCall(Feed feed) throws IOException {
    feed.saysWhenCaptured = true;
    feed.sequence = 1;
    List<AudioChannel> channels =
        List.of(
            new AudioChannel(ChannelRole.CUSTOMER, null),
            new AudioChannel(ChannelRole.AGENT, null));
    List<AudioChunk> chunks = new ArrayList<>();
    AudioChunk start = feed.start();
    start.setChannels(channels);
    chunks.add(start);
    chunks.addAll(feed.tracks(channels, Speech.call(feed.rateHz)));
    chunks.add(feed.stop());
    return chunks;
  }

  private static List<AudioChunk> call(String callId, float[] samples) {
    Feed feed = new Feed(callId);
    List<AudioChunk> chunks = new ArrayList<>(List.of(feed.start()));
    chunks.addAll(feed.media(List.of(CUSTOMER), samples));
    chunks.add(feed.stop());
    return chunks;
  }

  /** Six seconds of two voices, interleaved. */
  private static List<AudioChunk> recorded(PayloadEncoding encoding, int rateHz, int chunkMs)
      throws IOException {
    Feed feed = new Feed("%s-%d".formatted(encoding, rateHz));
    feed.encoding = encoding;
    feed.rateHz = rateHz;
    feed.chunkMs = chunkMs;
    float[] speech = Speech.monologue(rateHz);
    List<AudioChunk> chunks = new ArrayList<>(List.of(feed.start()));
    chunks.addAll(
        feed.media(
            List.of(CUSTOMER, AGENT),
            Arrays.copyOfRange(speech, 5 * rateHz, 11 * rateHz),
            Arrays.copyOfRange(speech, 11 * rateHz, 17 * rateHz)));
    chunks.add(feed.stop());
    return chunks;
  }

  /** Every way in which a chunk can be bad. */
  private static List<Consumer<AudioChunk.Builder>> spoilers() {
    String longId = "x".repeat(257);
    String longText = "x".repeat(1_025);
    return List.of(
        chunk -> chunk.setCallId(" "),
        chunk -> chunk.setStreamId(""),
        chunk -> chunk.setCallId(longId),
        chunk -> chunk.setStreamId(longId),
        chunk -> chunk.setSource(longText),
        chunk -> chunk.setAccount(longText),
        chunk -> chunk.setEndReason(longText),
        chunk -> chunk.setChannels(List.of(unknown(longId))),
        chunk -> chunk.setChannels(List.of(unknown(" "))),
        chunk -> chunk.setCallId("call-2"),
        chunk -> chunk.setKind(ChunkKind.UNKNOWN),
        chunk -> chunk.setEncoding(PayloadEncoding.UNKNOWN),
        chunk -> chunk.setSampleRateHz(0),
        chunk -> chunk.setSampleRateHz(-8_000),
        chunk -> chunk.setSampleRateHz(7_999),
        chunk -> chunk.setSampleRateHz(96_001),
        chunk -> chunk.setEncoding(PayloadEncoding.PCM_S16LE).setPayload(ByteBuffer.allocate(161)),
        chunk -> chunk.setChannels(List.of(CUSTOMER, AGENT)).setPayload(ByteBuffer.allocate(161)),
        chunk -> chunk.setPayload(ByteBuffer.allocate(0)),
        chunk -> chunk.setPayload(ByteBuffer.allocate((1 << 20) + 1)),
        chunk -> chunk.setChannels(List.of()),
        chunk -> chunk.setChannels(Collections.nCopies(17, CUSTOMER)),
        chunk -> chunk.setChannels(List.of(CUSTOMER, AGENT, CUSTOMER)),
        chunk -> chunk.setMediaOffsetMicros(-1L),
        chunk -> chunk.setMediaOffsetMicros(Long.MAX_VALUE),
        chunk -> chunk.setGap(new MediaGap(0L, Long.MIN_VALUE, null)),
        chunk -> chunk.setGap(new MediaGap(Long.MAX_VALUE, 1L, null)),
        chunk -> chunk.setIngestedAt(Instant.ofEpochMilli(-1)),
        chunk -> chunk.setCapturedAt(Instant.ofEpochMilli(Long.MAX_VALUE)),
        chunk -> chunk.setSequenceNumber(-1),
        chunk -> chunk.setSequenceNumber(Long.MIN_VALUE));
  }

  private static AudioChannel unknown(String name) {
    return new AudioChannel(ChannelRole.UNKNOWN, name);
  }

  private static float[] seconds(int from, int to) {
    return Arrays.copyOfRange(monologue, from * 8_000, to * 8_000);
  }

  /**
   * The messages without some of them.
   *
   * @param ranges from and to of each, the last one first
   */
  private static List<AudioChunk> without(List<AudioChunk> chunks, int... ranges) {
    List<AudioChunk> rest = new ArrayList<>(chunks);
    for (int i = 0; i < ranges.length; i += 2) {
      rest.subList(ranges[i], ranges[i + 1]).clear();
    }
    return rest;
  }

  /** The messages with a fifth of them up to twenty places later. */
  private static List<AudioChunk> shuffled(List<AudioChunk> chunks, Random random) {
    double[] places =
        IntStream.range(0, chunks.size())
            .mapToDouble(i -> random.nextInt(5) == 0 ? i + 20 * random.nextDouble() : i)
            .toArray();
    return IntStream.range(0, chunks.size())
        .boxed()
        .sorted(Comparator.comparingDouble(i -> places[i]))
        .map(chunks::get)
        .toList();
  }

  /** The messages with a tenth of them once more, up to thirty places later. */
  private static List<AudioChunk> doubled(List<AudioChunk> chunks, Random random) {
    List<AudioChunk> doubled = new ArrayList<>(chunks);
    for (int i = chunks.size() - 1; i >= 0; i--) {
      if (random.nextInt(10) == 0) {
        doubled.add(Math.min(i + 1 + random.nextInt(30), doubled.size()), chunks.get(i));
      }
    }
    return doubled;
  }

  private static StreamSettings analyzing(Set<ChannelRole> roles) {
    return with(roles, Duration.ZERO, CALL);
  }

  private static StreamSettings withRoles() {
    CallSettings call =
        new CallSettings(
            CALL.analyzedRoles(),
            Map.of("outbound", ChannelRole.AGENT, "1", ChannelRole.CUSTOMER),
            CALL.reorderWindow(),
            CALL.reorderMaxChunks(),
            CALL.gapTolerance(),
            CALL.speechMinShare(),
            CALL.noSpeechEvents(),
            CALL.smoothing(),
            CALL.labelHysteresis(),
            CALL.alertRules(),
            CALL.inactivity(),
            CALL.endedCallMemory(),
            CALL.maxLag());
    return with(CALL.analyzedRoles(), Duration.ZERO, call);
  }

  private static StreamSettings with(
      Set<ChannelRole> roles, Duration maxLag, CallSettings call, String... rules) {
    return StreamSettings.defaults(
        new CallSettings(
            roles,
            call.channelRoles(),
            call.reorderWindow(),
            call.reorderMaxChunks(),
            call.gapTolerance(),
            call.speechMinShare(),
            call.noSpeechEvents(),
            call.smoothing(),
            call.labelHysteresis(),
            Stream.of(rules).map(AlertRule::parse).toList(),
            call.inactivity(),
            call.endedCallMemory(),
            maxLag));
  }
}
