package dev.speechemotion.app.gateway.feed;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.Producer;

/** What a gateway counts: one object with a method for each thing that happens. */
public final class GatewayMeters implements AutoCloseable {
  private static final String PREFIX = "speech.emotion.gateway.";

  /** Why a request is refused, or a feed broken off. */
  public enum Refusal {
    UNAUTHORIZED,
    BAD_MESSAGE,
    TOO_MANY_STREAMS,
    LEAVING
  }

  /** Why a packet is not used. */
  public enum Drop {
    KAFKA_IS_SLOWER,
    OTHER_SENDER,
    NOT_RTP,
    OUT_OF_RANGE,
    UNKNOWN_PAYLOAD_TYPE,
    INTERNAL_ERROR
  }

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics garbageCollection = new JvmGcMetrics();
  private final AtomicInteger streams = new AtomicInteger();
  private final Counter waits;
  private final Counter lost;
  private final Counter wrongClocks;
  private final Counter unusable;
  private KafkaClientMetrics kafka;

  public GatewayMeters() {
    garbageCollection.bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    Gauge.builder(PREFIX + "streams", streams::get)
        .description("Media streams that are open")
        .register(registry);
    waits = counter("waits", "How often a stream was not read, since Kafka was slower");
    lost = counter("lost.messages", "Messages that the topic did not take");
    wrongClocks =
        counter("wrong.clocks", "Streams of RTP whose timestamps do not count samples of 8 kHz");
    unusable =
        counter("unusable.messages", "Messages beside the audio that were not as they must be");
    // An alert rule sees only what grows, so all begin with 0.
    for (Refusal reason : Refusal.values()) {
      refusals(reason);
    }
    for (Drop reason : Drop.values()) {
      drops(reason);
    }
  }

  /** Has what Kafka's producer measures shown. */
  public void show(Producer<?, ?> producer) {
    kafka = new KafkaClientMetrics(producer);
    kafka.bindTo(registry);
  }

  void show(LongSupplier unacknowledgedBytes) {
    Gauge.builder(PREFIX + "unacknowledged.bytes", unacknowledgedBytes::getAsLong)
        .description("Bytes of messages that Kafka has not acknowledged")
        .register(registry);
  }

  /** Has it shown whether the gateway is ready. */
  public void showReady(BooleanSupplier ready) {
    Gauge.builder(PREFIX + "ready", () -> ready.getAsBoolean() ? 1 : 0)
        .description("1 while /health/ready answers 200, 0 while it does not")
        .register(registry);
  }

  private Counter counter(String name, String meaning, String... tags) {
    return Counter.builder(PREFIX + name).description(meaning).tags(tags).register(registry);
  }

  /** Counts a stream that opens, unless there are so many already; says whether it may. */
  public boolean opens(int most) {
    return streams.getAndUpdate(open -> open < most ? open + 1 : open) < most;
  }

  /** A stream has closed. */
  public void closed() {
    streams.decrementAndGet();
  }

  void message(String feed, int audioBytes) {
    counter("messages", "Messages that were sent to Kafka", "feed", feed).increment();
    counter("audio.bytes", "Bytes of audio in them", "feed", feed).increment(audioBytes);
  }

  void waits() {
    waits.increment();
  }

  void lost() {
    lost.increment();
  }

  void unusable() {
    unusable.increment();
  }

  /** A request was refused, or a feed broken off. */
  public void refused(Refusal reason) {
    refusals(reason).increment();
  }

  private Counter refusals(Refusal reason) {
    return counter(
        "refused", "Requests refused and feeds broken off, by reason", "reason", label(reason));
  }

  /** A stream's timestamps do not count what they must. */
  public void wrongClock() {
    wrongClocks.increment();
  }

  /** A packet was not used. */
  public void dropped(Drop reason) {
    drops(reason).increment();
  }

  private Counter drops(Drop reason) {
    return counter(
        "dropped.packets", "Packets that were not used, by reason", "reason", label(reason));
  }

  private static String label(Enum<?> reason) {
    return reason.name().toLowerCase(Locale.ROOT);
  }

  MeterRegistry registry() {
    return registry;
  }

  /** All in the text format of Prometheus. */
  public String page() {
    return registry.scrape();
  }

  @Override
  public void close() {
    if (kafka != null) {
      kafka.close();
    }
    garbageCollection.close();
    registry.close();
  }
}
