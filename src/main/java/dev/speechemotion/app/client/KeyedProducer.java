package dev.speechemotion.app.client;

import dev.speechemotion.app.settings.Settings;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringSerializer;

/** Makes producers of records whose key is the call's id. */
public final class KeyedProducer {
  private KeyedProducer() {}

  /** An idempotent producer: what it sends arrives once and in order. */
  public static <T> Producer<String, T> create(Settings settings, Serde<T> values) {
    return create(settings.kafkaClient(ProducerConfig.configNames()), values);
  }

  /**
   * The same.
   *
   * @param config of the client; is added to
   */
  static <T> Producer<String, T> create(Map<String, Object> config, Serde<T> values) {
    config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    // On a topic just created the first request may come before the leader is ready, and a second
    // one in flight after it: the broker then takes the second for the producer's first, and the
    // first never again.
    config.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
    return new KafkaProducer<>(config, new StringSerializer(), values.serializer());
  }
}
