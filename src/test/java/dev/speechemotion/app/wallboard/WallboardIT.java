package dev.speechemotion.app.wallboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.app.client.ClusterReadiness;
import dev.speechemotion.app.client.KeyedProducer;
import dev.speechemotion.app.embedded.EmbeddedBroker;
import dev.speechemotion.app.fixtures.Chromium;
import dev.speechemotion.app.fixtures.FreePort;
import dev.speechemotion.app.fixtures.PretendCall;
import dev.speechemotion.app.http.HttpServer;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.avro.AlertState;
import dev.speechemotion.avro.CallSummary;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.EmotionAlert;
import dev.speechemotion.avro.EmotionCorrection;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import dev.speechemotion.streams.registry.SchemaRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.openqa.selenium.Keys;

/**
 * The wallboard in a browser, fed by a real broker. Screenshots of what the tests look at are in
 * {@code target/wallboard}; with {@code -Dwallboard.screenshot=true} the one of README is written
 * anew.
 */
@Timeout(180)
class WallboardIT {
  private static final Path PICTURES = Path.of("target/wallboard");
  private static final String TOKEN = "a-token-of-the-test";
  private static final long SEED = 7;

  private static Chromium browser;
  private static EmbeddedBroker broker;
  private static SchemaRegistry registry;
  private static EmotionSerdes serdes;

  private Settings settings;
  private Wallboard wallboard;
  private HttpServer server;
  private Producer<String, EmotionEvent> events;
  private Producer<String, EmotionAlert> alerts;
  private Producer<String, CallSummary> summaries;

  @BeforeAll
  static void start() throws Exception {
    browser = Chromium.startOrSkip();
    broker = EmbeddedBroker.start();
    registry = RegistryClients.inMemory();
    serdes = EmotionSerdes.of(registry);
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
    if (broker != null) {
      broker.close();
    }
  }

  @BeforeEach
  void serve(TestInfo test) throws Exception {
    String name = test.getTestMethod().orElseThrow().getName();
    Map<String, String> values = new HashMap<>();
    values.put(Property.BOOTSTRAP_SERVERS, broker.bootstrapServers());
    values.put(Property.TOPIC_EVENTS, name + "-events");
    values.put(Property.TOPIC_ALERTS, name + "-alerts");
    values.put(Property.TOPIC_SUMMARIES, name + "-summaries");
    values.put(Property.TOPIC_CORRECTIONS, name + "-corrections");
    values.put(Property.TOPIC_PARTITIONS, "2");
    values.put(Property.HTTP_PORT, String.valueOf(FreePort.find()));
    values.put(Property.HTTP_TOKEN, TOKEN);
    values.put(Property.HTTP_WALLBOARD, "true");
    values.put(Property.HTTP_CORRECTIONS, "true");
    settings = Settings.of(values);
    List<String> topics =
        new ArrayList<>(List.of(name + "-events", name + "-alerts", name + "-summaries"));
    topics.addAll(Wallboard.topics(settings));
    new ClusterReadiness(settings).requireTopics(topics, true, new StopRequest());
    events = KeyedProducer.create(settings, serdes.emotionEvent());
    alerts = KeyedProducer.create(settings, serdes.emotionAlert());
    summaries = KeyedProducer.create(settings, serdes.callSummary());
    open();
    browser.size(1440, 900);
    browser.prefer("prefers-color-scheme", "light");
    // The browser asks its user for the token; one that is in the address it remembers.
    browser.open(page().replace("//", "//supervisor:" + TOKEN + "@"));
    browser.open(page());
    browser.untilText("#state", "Live");
  }

  private void open() {
    wallboard = Wallboard.of(settings, serdes).orElseThrow();
    server = HttpServer.start(settings, List.of(wallboard.routes())).orElseThrow();
  }

  private String page() {
    return "http://127.0.0.1:" + settings.integer(Property.HTTP_PORT) + "/wallboard/";
  }

  @AfterEach
  void close() {
    if (events != null) {
      events.close();
      alerts.close();
      summaries.close();
    }
    if (server != null) {
      // Before the server goes: what it then complains of is no fault of the page.
      List<String> complaints = browser.complaints();
      List<String> requests = browser.requests();
      browser.open("about:blank");
      shut();
      assertThat(complaints).isEmpty();
      assertThat(requests)
          .isNotEmpty()
          .allMatch(
              address -> address.contains("127.0.0.1:" + settings.integer(Property.HTTP_PORT)));
    }
  }

  private void shut() {
    wallboard.close();
    server.close();
  }

  private void send(SpecificRecord... records) {
    for (SpecificRecord record : records) {
      if (record instanceof EmotionEvent event) {
        send(events, Property.TOPIC_EVENTS, event.getCallId(), event.getCreatedAt(), event);
      } else if (record instanceof EmotionAlert alert) {
        send(alerts, Property.TOPIC_ALERTS, alert.getCallId(), alert.getCreatedAt(), alert);
      } else if (record instanceof CallSummary call) {
        send(summaries, Property.TOPIC_SUMMARIES, call.getCallId(), call.getCreatedAt(), call);
      }
    }
    events.flush();
    alerts.flush();
    summaries.flush();
  }

  private <T> void send(
      Producer<String, T> producer, String topic, String callId, Instant at, T value) {
    producer.send(
        new ProducerRecord<>(settings.text(topic), null, at.toEpochMilli(), callId, value));
  }

  @Test
  void shouldShowACallItsEmotionAnAlertAndItsEnd() {
    PretendCall call = new PretendCall("call-4711", Instant.now().minusSeconds(12));
    send(
        call.event(ChannelRole.CUSTOMER, 10_000, "neutral", 0.7),
        call.event(ChannelRole.CUSTOMER, 11_000, "neutral", 0.72));
    browser.untilText("#rows .row .id", "call-4711");
    browser.untilText("#rows .row .badge", "neutral");
    browser.untilText("#rows .row .confidence", "72 %");
    browser.untilText("#total-live", "1");

    send(call.event(ChannelRole.CUSTOMER, 12_000, "angry", 0.81));
    browser.untilText("#rows .row .badge", "angry");
    browser.untilText("#rows .row .confidence", "81 %");

    assertThat(browser.find("#alert-cards").getText()).isEmpty();
    send(call.alert(ChannelRole.CUSTOMER, AlertState.RAISED, 12_000));
    browser.untilText("#alert-cards", PretendCall.RULE);
    browser.untilText("#announcement", "Alert: angry, customer of call call-4711");
    assertThat(browser.find("#announcement").getAttribute("role")).isEqualTo("alert");
    assertThat(browser.find("#rows .row").getAttribute("class")).contains("alerted");
    browser.untilText("#total-alerts", "1");

    send(call.alert(ChannelRole.CUSTOMER, AlertState.CLEARED, 12_000), call.summary(12_500));
    browser.untilText("#rows .row .notes", "ended");
    browser.untilText("#total-ended", "1");
    browser.untilText("#total-live", "0");
    assertThat(browser.findAll("#alert-cards .alert")).isEmpty();
  }

  @Test
  void shouldDrawOneCallInDetail() {
    PretendCall call = longCall("call-4711", Instant.now().minusSeconds(200), 200);
    browser.untilText("#rows .row .id", "call-4711");
    browser.find("#rows .row .id").click();
    browser.untilText("#detail h2", "call-4711");
    browser.untilText("#detail .heading", "Customer · customer-1");
    browser.until(
        "lines of several emotions are drawn",
        "const canvas = document.querySelector('#detail .plot canvas');"
            + "const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;"
            + "const seen = new Set();"
            + "for (let i = 0; i < data.length; i += 4) {"
            + "  if (data[i + 3] > 200) { seen.add(data[i] + ',' + data[i + 1] + ',' + data[i + 2]); }"
            + "}"
            // Angry, neutral and sad, as the style sheet has them in light.
            + "return ['194,65,12', '102,113,129', '11,104,176'].every(color => seen.has(color));");
    browser.until(
        "who talks is drawn",
        "const canvas = document.querySelector('#detail .talker canvas');"
            + "return canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(value => value > 0);");
    browser.size(1440, 1250).screenshot(PICTURES.resolve("detail-light.png"));
    browser.assertAccessible("a call, light");
    browser.prefer("prefers-color-scheme", "dark");
    browser.untilText("#detail h2", "call-4711");
    browser.screenshot(PICTURES.resolve("detail-dark.png"));
    browser.assertAccessible("a call, dark");

    send(call.summary(200_000));
    browser.untilText("#detail .facts", "ended");
    browser.untilText("#detail .lanes", "talks 1:40 of 3:20");
    browser.screenshot(PICTURES.resolve("detail-ended.png"));
    browser.size(420, 860).screenshot(PICTURES.resolve("detail-narrow.png"));
    browser.assertAccessible("a call, narrow");

    browser.press(Keys.ESCAPE);
    browser.until("the list is back", "return !document.getElementById('board').hidden");
  }

  /** Events of a customer and an agent, with a gap, a silence, and emotions that change. */
  private PretendCall longCall(String id, Instant beganAt, int seconds) {
    PretendCall call = new PretendCall(id, beganAt);
    List<SpecificRecord> records = new ArrayList<>();
    for (int second = 3; second <= seconds; second++) {
      if (second > 61 && second < 75) {
        continue;
      }
      String emotion =
          second < 50 ? "neutral" : second < 110 ? "angry" : second < 150 ? "sad" : "neutral";
      double confidence = 0.6 + 0.2 * Math.sin(second / 7.0);
      EmotionEvent event = call.event(ChannelRole.CUSTOMER, second * 1_000L, emotion, confidence);
      if (second == 75) {
        event.setBeginMs(72_500L);
        event.setGapBeforeMs(6_000);
      }
      records.add(event);
      records.add(call.event(ChannelRole.AGENT, second * 1_000L, "neutral", 0.8));
    }
    if (seconds > 112) {
      records.add(call.alert(ChannelRole.CUSTOMER, AlertState.RAISED, 100_000));
      records.add(call.alert(ChannelRole.CUSTOMER, AlertState.CLEARED, 112_000));
    }
    send(records.toArray(new SpecificRecord[0]));
    return call;
  }

  @Test
  void shouldSendACorrection() {
    longCall("call-4711", Instant.now().minusSeconds(60), 60);
    browser.untilText("#rows .row .id", "call-4711");
    browser.find("#rows .row .id").click();
    browser.untilText("#detail .heard", "heard angry");
    browser.run(
        "const slider = document.getElementById('correct-window');"
            + "slider.value = 17; slider.dispatchEvent(new Event('input', {bubbles: true}))");
    browser.untilText("#detail .heard", "0:17 – 0:20: heard neutral");
    browser.find("input[name=right][value=happy]").click();
    browser.find("#detail .primary").click();
    browser.untilText("#detail .answer", "Taken: 0:17 – 0:20 is happy.");
    browser.screenshot(PICTURES.resolve("correction.png"));

    List<EmotionCorrection> sent = corrections();
    assertThat(sent).hasSize(1);
    EmotionCorrection correction = sent.get(0);
    assertThat(correction.getCallId()).isEqualTo("call-4711");
    assertThat(correction.getStreamId()).isEqualTo(PretendCall.STREAM);
    assertThat(correction.getChannel()).isEqualTo("customer-1");
    assertThat(correction.getRole()).isEqualTo(ChannelRole.CUSTOMER);
    assertThat(correction.getBeginMs()).isEqualTo(17_000);
    assertThat(correction.getEndMs()).isEqualTo(20_000);
    assertThat(correction.getEmotion()).isEqualTo("happy");
    assertThat(correction.getHeardEmotion()).isEqualTo("neutral");
    assertThat(correction.getModelName()).isEqualTo("open");
  }

  private List<EmotionCorrection> corrections() {
    Map<String, Object> config = settings.kafkaClient(ConsumerConfig.configNames());
    List<EmotionCorrection> found = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(
            config, new StringDeserializer(), serdes.emotionCorrection().deserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(settings.text(Property.TOPIC_CORRECTIONS)).stream()
              .map(each -> new TopicPartition(each.topic(), each.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      var ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
        consumer
            .poll(Duration.ofMillis(200))
            .forEach(
                record -> {
                  assertThat(record.key()).isEqualTo(record.value().getCallId());
                  found.add(record.value());
                });
      }
    }
    return found;
  }

  @Test
  void shouldComeBackAfterARestartOfTheApplication() {
    PretendCall call = new PretendCall("call-4711", Instant.now().minusSeconds(12));
    send(call.event(ChannelRole.CUSTOMER, 11_000, "neutral", 0.7));
    browser.untilText("#rows .row .badge", "neutral");

    shut();
    browser.untilText("#state", "Disconnected");
    browser.untilText("#cut-off", "s old; trying to connect again");
    browser.screenshot(PICTURES.resolve("disconnected.png"));
    assertThat(browser.find("#rows .row .id").getText()).isEqualTo("call-4711");

    send(call.event(ChannelRole.CUSTOMER, 14_000, "sad", 0.66));
    open();
    browser.untilText("#state", "Live");
    browser.untilText("#rows .row .badge", "sad");
    assertThat(browser.findAll("#rows .row")).hasSize(1);
    assertThat(browser.find("#cut-off").isDisplayed()).isFalse();
    assertThat(browser.complaints()).allMatch(text -> text.contains("/api/stream"));
  }

  @Test
  void shouldShowAnIdAsTextWhateverItIs() {
    String id = "<img src=x onerror=\"document.title='broken'\">/../%2e#?&'\"";
    PretendCall call = new PretendCall(id, Instant.now().minusSeconds(12));
    send(
        call.event(ChannelRole.CUSTOMER, 11_000, "neutral", 0.7),
        call.alert(ChannelRole.CUSTOMER, AlertState.RAISED, 11_000));
    browser.untilText("#rows .row .id", id);
    browser.untilText("#alert-cards", id);
    assertThat(browser.findAll("#rows img, #alerts img")).isEmpty();
    browser.find("#rows .row .id").click();
    browser.untilText("#detail h2", id);
    assertThat(browser.findAll("#detail img")).isEmpty();
    browser.untilText("#detail .facts", "going on");
  }

  @Test
  void shouldScrollThroughFiveHundredCalls() {
    Random random = new Random(SEED);
    Instant now = Instant.now();
    List<PretendCall> calls = new ArrayList<>();
    List<SpecificRecord> records = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      int seconds = 30 + random.nextInt(90);
      PretendCall call = new PretendCall("call-%03d".formatted(i), now.minusSeconds(seconds));
      calls.add(call);
      addSpeech(records, call, seconds, random);
    }
    send(records.toArray(new SpecificRecord[0]));
    browser.untilText("#total-live", "500");
    browser.until("all rows", "return document.querySelectorAll('#rows .row').length === 500");
    browser.screenshot(PICTURES.resolve("500-calls.png"));

    // All of them go on while the page is scrolled from top to bottom.
    Thread feed =
        new Thread(
            () -> {
              for (int second = 1; second <= 5; second++) {
                List<SpecificRecord> more = new ArrayList<>();
                for (PretendCall call : calls) {
                  more.add(
                      call.event(
                          ChannelRole.CUSTOMER,
                          120_000 + second * 1_000L,
                          "happy",
                          0.5 + second * 0.05));
                }
                send(more.toArray(new SpecificRecord[0]));
              }
            },
            "feed");
    feed.start();
    String frames =
        (String)
            browser.await(
                "const done = arguments[0]; const times = []; const began = performance.now();"
                    + "const most = document.documentElement.scrollHeight - innerHeight;"
                    + "requestAnimationFrame(function step(now) {"
                    + "  times.push(now);"
                    + "  const share = Math.min(1, (performance.now() - began) / 4000);"
                    + "  scrollTo(0, most * share);"
                    + "  if (share < 1) { requestAnimationFrame(step); return; }"
                    + "  const gaps = times.slice(1).map((time, i) => time - times[i]).sort((a, b) => a - b);"
                    + "  done(gaps[Math.floor(gaps.length / 2)] + ' ' + gaps[Math.floor(gaps.length * 0.95)]"
                    + "    + ' ' + gaps[gaps.length - 1] + ' ' + gaps.length);"
                    + "});");
    double[] figures = Arrays.stream(frames.split(" ")).mapToDouble(Double::parseDouble).toArray();
    System.out.printf(
        "500 calls: %.0f frames in 4 s of scrolling, median %.1f ms, 95 %% within %.1f ms, longest %.1f ms%n",
        figures[3], figures[0], figures[1], figures[2]);
    // On a machine of its own every frame takes 17 ms; here others work too.
    assertThat(figures[0]).as("median frame, ms: " + frames).isLessThan(200);
    assertThat(figures[1]).as("95 % of frames, ms: " + frames).isLessThan(1_500);
    assertThat((Long) browser.run("return Math.round(scrollY)")).isGreaterThan(10_000L);
    browser.until(
        "the last rows in sight have come along",
        "const rows = [...document.querySelectorAll('#rows .row')];"
            + "return rows[rows.length - 1].textContent.includes('75 %')");
  }

  private static void addSpeech(
      List<SpecificRecord> records, PretendCall call, int seconds, Random random) {
    String[] moods = {"neutral", "neutral", "neutral", "happy", "sad", "angry", "surprise", "fear"};
    String mood = "neutral";
    for (int second = 3; second <= seconds; second++) {
      mood = random.nextInt(9) == 0 ? moods[random.nextInt(moods.length)] : mood;
      records.add(
          call.event(
              ChannelRole.CUSTOMER, second * 1_000L, mood, 0.35 + 0.6 * random.nextDouble()));
    }
  }

  @Test
  void shouldFilterSortAndBeUsedByKeyboardAndLookAsInReadme() throws Exception {
    Instant now = Instant.now();
    List<SpecificRecord> records = new ArrayList<>();
    Random random = new Random(SEED);
    String[] moods = {
      "angry",
      "neutral",
      "happy",
      "sad",
      "neutral",
      "surprise",
      "neutral",
      "fear",
      "neutral",
      "angry",
      "happy"
    };
    for (int i = 0; i < moods.length; i++) {
      int seconds = 50 + random.nextInt(250);
      PretendCall call =
          new PretendCall("call-%d".formatted(48_211 + 7 * i), now.minusSeconds(seconds));
      addSpeech(records, call, seconds - 12, random);
      for (int second = seconds - 11; second <= seconds; second++) {
        records.add(
            call.event(
                ChannelRole.CUSTOMER, second * 1_000L, moods[i], 0.6 + 0.3 * random.nextDouble()));
      }
      if (i == 4 || i == 8) {
        for (int second = 5; second <= seconds; second += 1 + random.nextInt(3)) {
          records.add(call.event(ChannelRole.UNKNOWN, second * 1_000L, "neutral", 0.8));
        }
      }
      if (i == 0 || i == 9) {
        records.add(
            call.alert(ChannelRole.CUSTOMER, AlertState.RAISED, (seconds - 3 * i) * 1_000L));
      }
    }
    for (int i = 0; i < 12; i++) {
      PretendCall call =
          new PretendCall("call-%d".formatted(48_100 + i), now.minusSeconds(400 + 20 * i));
      List<SpecificRecord> heard = new ArrayList<>();
      addSpeech(heard, call, 150 + 8 * i, random);
      records.addAll(heard);
      records.add(call.summary(150_000 + 8_000L * i));
    }
    send(records.toArray(new SpecificRecord[0]));
    browser.untilText("#total-live", "11");
    browser.untilText("#total-ended", "12");
    browser.until(
        "alerts come first",
        "const rows = [...document.querySelectorAll('#rows .row:not([hidden])')];"
            + "return rows.length === 11"
            + " && rows.every((row, i) => row.classList.contains('alerted') === i < 2);");
    byte[] picture = browser.size(1440, 1000).screenshot(PICTURES.resolve("list-light.png"));
    if (Boolean.getBoolean("wallboard.screenshot")) {
      Files.write(Path.of("deploy/wallboard.png"), picture);
    }
    browser.assertAccessible("the list, light");
    browser.find("#theme").click();
    browser.find("#theme").click();
    assertThat(browser.find("#theme").getText()).isEqualTo("Theme: dark");
    browser.screenshot(PICTURES.resolve("list-dark.png"));
    browser.assertAccessible("the list, dark");
    browser.size(420, 860).screenshot(PICTURES.resolve("list-narrow.png"));
    browser.assertAccessible("the list, narrow");
    browser.size(1440, 900);
    browser.run("localStorage.clear()");

    browser.run("document.querySelector('#chips [value=sad]').click()");
    browser.until(
        "only sad ones",
        "return [...document.querySelectorAll('#rows .row:not([hidden]) .badge')].every(badge => badge.textContent.includes('sad'))");
    browser.run("document.querySelector('#chips [value=sad]').click()");
    browser.find("#only-alerts").click();
    browser.until(
        "only those with an alert",
        "return document.querySelectorAll('#rows .row:not([hidden])').length === 2");
    browser.find("#only-alerts").click();
    browser.run(
        "document.querySelector('#sort').value = 'id'; document.querySelector('#sort').dispatchEvent(new Event('input'))");
    browser.untilText("#rows .row:not([hidden]) .id", "call-48211");
    browser.run(
        "document.querySelector('#find').value = '48218'; document.querySelector('#find').dispatchEvent(new Event('input'))");
    browser.until(
        "only the one that is looked for",
        "return document.querySelectorAll('#rows .row:not([hidden])').length === 1");
    browser.press(Keys.ARROW_DOWN, Keys.ENTER);
    browser.untilText("#detail h2", "call-48218");
  }
}
