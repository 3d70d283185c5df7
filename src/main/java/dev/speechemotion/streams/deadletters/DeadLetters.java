package dev.speechemotion.streams.deadletters;

import dev.speechemotion.streams.metrics.StreamMetrics;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where records go that cannot be used: counts them by reason, logs where they stood, and makes the
 * record for the dead-letter topic, which holds the original bytes. Never logs content.
 *
 * <p>A dead letter has the {@link DeadLetterHeaders} beside the original headers.
 */
public final class DeadLetters {
  /** Name of the sink that dead letters are forwarded to. */
  public static final String SINK = "write-dead-letters";

  /**
   * A record as large as a broker takes, with headers added, is one that it does not take; so what
   * is larger than this, key, value and headers together, is cut.
   */
  public static final int MAX_RECORD_BYTES = 900_000;

  private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);
  private static final int LOGGED_PER_MINUTE = 10;
  private static final long MINUTE_MS = 60_000;

  private final ProcessorContext<Object, Object> context;
  private final StreamMetrics metrics;
  private final Map<RejectReason, Tally> tallies = new EnumMap<>(RejectReason.class);

  private static final class Tally {
    private long minuteBeganMs;
    private int inThisMinute;
  }

  public DeadLetters(ProcessorContext<Object, Object> context, StreamMetrics metrics) {
    this.context = context;
    this.metrics = metrics;
    for (RejectReason reason : RejectReason.values()) {
      metrics.mayReject(nameOf(reason));
    }
  }

  private static String nameOf(RejectReason reason) {
    return reason.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Counts and logs a rejected record, and forwards it to the dead letters.
   *
   * @param record as it is being processed; its time and headers go with the dead letter
   * @param key as it came; may be null
   * @param value as it came; may be null
   */
  public void reject(Rejection rejection, Record<?, ?> record, byte[] key, byte[] value) {
    Optional<RecordMetadata> metadata = context.recordMetadata();
    String topic = metadata.map(RecordMetadata::topic).orElse("");
    int partition = metadata.map(RecordMetadata::partition).orElse(-1);
    long offset = metadata.map(RecordMetadata::offset).orElse(-1L);
    countAndLog(rejection, topic, partition, offset);

    Headers headers = new RecordHeaders();
    add(headers, DeadLetterHeaders.REASON, rejection.reason().name());
    add(headers, DeadLetterHeaders.MESSAGE, rejection.message());
    add(headers, DeadLetterHeaders.TOPIC, topic);
    add(headers, DeadLetterHeaders.PARTITION, Integer.toString(partition));
    add(headers, DeadLetterHeaders.OFFSET, Long.toString(offset));
    add(headers, DeadLetterHeaders.TIMESTAMP, Long.toString(record.timestamp()));

    int room = MAX_RECORD_BYTES;
    byte[] keptKey = key;
    if (key != null && key.length > room / 2) {
      keptKey = null;
    }
    room -= keptKey == null ? 0 : keptKey.length;
    room -= copyHeaders(record.headers(), headers, room / 2);
    byte[] keptValue = value;
    if (value != null && value.length > room) {
      keptValue = Arrays.copyOf(value, room);
    }
    if (keptKey != key || keptValue != value) {
      add(headers, DeadLetterHeaders.TRUNCATED, Integer.toString(value == null ? 0 : value.length));
    }
    context.forward(new Record<>(keptKey, keptValue, record.timestamp(), headers), SINK);
  }

  /** Copies original headers up to so many bytes, and returns how many were copied. */
  private static int copyHeaders(Headers from, Headers to, int maxBytes) {
    int bytes = 0;
    for (Header header : from) {
      int size =
          3 * header.key().length() + (header.value() == null ? 0 : header.value().length) + 10;
      if (!header.key().startsWith(DeadLetterHeaders.PREFIX) && bytes + size <= maxBytes) {
        to.add(header);
        bytes += size;
      }
    }
    return bytes;
  }

  private static void add(Headers headers, String name, String text) {
    headers.add(name, text.getBytes(StandardCharsets.UTF_8));
  }

  private void countAndLog(Rejection rejection, String topic, int partition, long offset) {
    Tally tally = tallies.computeIfAbsent(rejection.reason(), unused -> new Tally());
    metrics.rejected(nameOf(rejection.reason()));

    long nowMs = context.currentSystemTimeMs();
    if (nowMs - tally.minuteBeganMs >= MINUTE_MS) {
      int suppressed = tally.inThisMinute - LOGGED_PER_MINUTE;
      if (suppressed > 0) {
        LOG.warn("Rejected {} more records: {}", suppressed, rejection.reason());
      }
      tally.minuteBeganMs = nowMs;
      tally.inThisMinute = 0;
    }
    if (++tally.inThisMinute <= LOGGED_PER_MINUTE) {
      LOG.warn(
          "Rejected record: {}: {} (topic {}, partition {}, offset {})",
          rejection.reason(),
          rejection.message(),
          topic,
          partition,
          offset);
      if (tally.inThisMinute == LOGGED_PER_MINUTE) {
        LOG.warn(
            "More records rejected as {} within the minute are only counted,"
                + " by rejected_records_total",
            rejection.reason());
      }
    }
    rejection
        .cause()
        .ifPresent(
            cause ->
                LOG.debug(
                    "Cause at topic {}, partition {}, offset {}", topic, partition, offset, cause));
  }
}
