package dev.speechemotion.app.wallboard;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.speechemotion.avro.EmotionCorrection;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes corrections of emotions, of windows that are on the wallboard, and sends them to their
 * topic. A later correction of a window stands for an earlier one.
 */
final class CorrectionDesk implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CorrectionDesk.class);
  private static final int MOST_BYTES = 4_096;
  private static final long PATIENCE_SECONDS = 10;
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  /** Why a correction is not taken. */
  static final class Refusal extends Exception {
    private static final long serialVersionUID = 1;

    private final transient HttpStatus status;

    Refusal(HttpStatus status, String reason) {
      super(reason);
      this.status = status;
    }

    HttpStatus status() {
      return status;
    }
  }

  private final LiveCalls calls;
  private final Producer<String, EmotionCorrection> producer;
  private final String topic;
  private final Clock clock;

  /**
   * @param producer which is closed with this
   */
  CorrectionDesk(
      LiveCalls calls, Producer<String, EmotionCorrection> producer, String topic, Clock clock) {
    this.calls = calls;
    this.producer = producer;
    this.topic = topic;
    this.clock = clock;
  }

  /**
   * Takes a correction and waits until the broker has it.
   *
   * @param body JSON with {@code callId}, {@code stream}, {@code channel}, {@code beginMs}, {@code
   *     endMs}, and {@code emotion}, the right one
   * @return what was sent
   * @throws Refusal if it is no such thing, or the broker does not take it
   */
  ObjectNode take(byte[] body) throws Refusal, InterruptedException {
    JsonNode given = parsed(body);
    String callId = text(given, "callId");
    String emotion = text(given, "emotion");
    long beginMs = number(given, "beginMs");
    long endMs = number(given, "endMs");
    String streamId = text(given, "stream");
    String channel = text(given, "channel");
    List<String> labels = calls.labels();
    if (!labels.contains(emotion)) {
      throw new Refusal(
          HttpStatus.BAD_REQUEST, "emotion must be one of the model's labels: " + labels);
    }
    HeardWindow heard =
        calls
            .window(callId, streamId, channel, beginMs, endMs)
            .orElseThrow(
                () ->
                    new Refusal(
                        HttpStatus.NOT_FOUND,
                        "the wallboard has no window of that call, channel and time with an emotion"));
    EmotionCorrection correction =
        EmotionCorrection.newBuilder()
            .setCallId(callId)
            .setStreamId(streamId)
            .setChannel(channel)
            .setRole(heard.role())
            .setBeginMs(beginMs)
            .setEndMs(endMs)
            .setEmotion(emotion)
            .setHeardEmotion(heard.emotion())
            .setModelName(heard.modelName())
            .setModelVersion(heard.modelVersion())
            .setModelHash(heard.modelHash())
            .setCreatedAt(clock.instant())
            .build();
    send(correction);
    return JsonNodeFactory.instance
        .objectNode()
        .put("heard", heard.emotion())
        .put("emotion", emotion);
  }

  private void send(EmotionCorrection correction) throws Refusal, InterruptedException {
    try {
      producer
          .send(new ProducerRecord<>(topic, correction.getCallId(), correction))
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | KafkaException | TimeoutException e) {
      LOG.warn("a correction could not be sent to {}: {}", topic, e.toString());
      throw new Refusal(
          HttpStatus.SERVICE_UNAVAILABLE, "the broker did not take it; try again, or see the log");
    }
  }

  private static JsonNode parsed(byte[] body) throws Refusal {
    if (body.length > MOST_BYTES) {
      throw new Refusal(HttpStatus.CONTENT_TOO_LARGE, "a correction has at most 4096 bytes");
    }
    try {
      JsonNode given = MAPPER.readTree(body);
      if (given.isObject()) {
        return given;
      }
    } catch (JacksonException e) {
      LOG.debug("no JSON", e);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    throw new Refusal(HttpStatus.BAD_REQUEST, "a correction is one JSON object, each name once");
  }

  private static String text(JsonNode given, String name) throws Refusal {
    JsonNode value = given.path(name);
    if (!value.isTextual() || value.textValue().isBlank()) {
      throw new Refusal(HttpStatus.BAD_REQUEST, name + " must be a text");
    }
    return value.textValue();
  }

  private static long number(JsonNode given, String name) throws Refusal {
    JsonNode value = given.path(name);
    if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
      throw new Refusal(HttpStatus.BAD_REQUEST, name + " must be a whole number of milliseconds");
    }
    return value.longValue();
  }

  @Override
  public void close() {
    producer.close();
  }
}
