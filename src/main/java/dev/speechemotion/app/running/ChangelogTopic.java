package dev.speechemotion.app.running;

import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.streams.call.AnalyzeCalls;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.streams.StreamsConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The topic with the state of the calls. Kafka Streams takes one that is there already as it is: so
 * one that would lose state, or stop the stream later, is refused before anything starts, and one
 * that is not there is made before, so that a right that is missing is told.
 */
final class ChangelogTopic {
  private static final Logger LOG = LoggerFactory.getLogger(ChangelogTopic.class);

  private static final Duration MOST_TO_BE_SEEN = Duration.ofSeconds(10);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);

  private final String name;
  private final String input;
  private final Admin admin;

  private ChangelogTopic(String name, String input, Admin admin) {
    this.name = name;
    this.input = input;
    this.admin = admin;
  }

  /** Its name for an application. */
  static String name(Settings settings) {
    return settings.text(Property.APPLICATION_ID) + "-" + AnalyzeCalls.CALLS + "-changelog";
  }

  /**
   * Makes the topic if it is not there. If it is, gives it as many partitions as the input has if
   * it has fewer: a partition of the input has its state in the partition of the same number.
   *
   * @param streams settings for Kafka Streams
   * @throws CommandFailure if it has more partitions, or a configuration that would lose state, or
   *     cannot be made; or if a right on one of the application's topics is missing
   */
  static void require(Settings settings, Properties streams) {
    Map<String, Object> config = settings.kafkaClient(AdminClientConfig.configNames());
    int copies = StreamsProperties.integer(streams, StreamsConfig.REPLICATION_FACTOR_CONFIG, -1);
    try (Admin admin = Admin.create(config)) {
      ChangelogTopic topic =
          new ChangelogTopic(name(settings), settings.text(Property.TOPIC_CHUNKS), admin);
      boolean there = topic.exists();
      if (!there) {
        topic.create(streams, copies);
      }
      AccessRights.requireForTopics(settings, admin);
      if (there) {
        topic.requirePartitions();
        topic.requireConfig(
            StreamsProperties.integer(
                streams, StreamsConfig.topicPrefix(TopicConfig.MAX_MESSAGE_BYTES_CONFIG), 0));
      }
    } catch (ExecutionException e) {
      throw new CommandFailure(
          "cannot check the topic " + name(settings) + ": " + e.getCause().getMessage(), e);
    }
  }

  /** Also if it may not be seen, which is told with the other rights. */
  private boolean exists() throws ExecutionException {
    try {
      await(admin.describeTopics(List.of(name)).allTopicNames());
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return false;
      }
      if (e.getCause() instanceof TopicAuthorizationException) {
        return true;
      }
      throw e;
    }
  }

  /**
   * As Kafka Streams would: but with one of the two rebalance protocols it waits without a word for
   * a topic that it may not make.
   */
  private void create(Properties streams, int copies) throws ExecutionException {
    requireBrokers(copies);
    Map<String, String> config = new HashMap<>();
    config.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT);
    config.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, TimestampType.CREATE_TIME.name);
    streams.forEach(
        (property, value) -> {
          if (property.toString().startsWith(StreamsConfig.TOPIC_PREFIX)) {
            config.put(
                property.toString().substring(StreamsConfig.TOPIC_PREFIX.length()),
                value.toString());
          }
        });
    int partitions =
        await(admin.describeTopics(List.of(input)).allTopicNames()).get(input).partitions().size();
    NewTopic topic = new NewTopic(name, partitions, (short) copies).configs(config);
    try {
      await(admin.createTopics(List.of(topic)).all());
      awaitSeen();
      LOG.info("created topic {} with {} partitions", name, partitions);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TopicExistsException) {
        LOG.debug("topic {} was created meanwhile", name);
      } else if (e.getCause() instanceof AuthorizationException) {
        throw new CommandFailure(
            ("there is no topic %s, and the user of the Kafka brokers lacks the right CREATE on it;"
                    + " %s; or create it with %d partitions and %s")
                .formatted(
                    name,
                    AccessRights.WHAT_TO_DO,
                    partitions,
                    new TreeMap<>(config)
                        .entrySet().stream()
                            .map(each -> "--config " + each)
                            .collect(Collectors.joining(" "))),
            e);
      } else {
        throw new CommandFailure(
            "cannot create the topic " + name + ": " + e.getCause().getMessage(), e);
      }
    }
  }

  /** A broker answers by what it has learned of its controller, a moment later. */
  private void awaitSeen() throws ExecutionException {
    long deadline = System.nanoTime() + MOST_TO_BE_SEEN.toNanos();
    try {
      while (!exists() && System.nanoTime() < deadline) {
        Thread.sleep(BETWEEN_LOOKS.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure("interrupted while asking the Kafka broker", e);
    }
  }

  /** Kafka Streams would try for ever to make the topic with more copies than there are brokers. */
  private void requireBrokers(int copies) throws ExecutionException {
    int brokers = await(admin.describeCluster().nodes()).size();
    if (copies > brokers) {
      throw new CommandFailure(
          "configuration: %s%s is %d, and there are %d brokers: the topic %s cannot be created"
              .formatted(
                  Property.KAFKA_PREFIX,
                  StreamsConfig.REPLICATION_FACTOR_CONFIG,
                  copies,
                  brokers,
                  name));
    }
  }

  private void requirePartitions() throws ExecutionException {
    Map<String, TopicDescription> topics =
        await(admin.describeTopics(List.of(name, input)).allTopicNames());
    int partitions = topics.get(name).partitions().size();
    int wanted = topics.get(input).partitions().size();
    if (partitions > wanted) {
      throw new CommandFailure(
          ("the topic %s has %d partitions, and %s has %d; give %s as many, or stop all instances"
                  + " and delete the topic %s and the state directories: calls in progress then"
                  + " begin anew, and no audio is lost")
              .formatted(name, partitions, input, wanted, input, name));
    }
    if (partitions < wanted) {
      addPartitions(partitions, wanted);
      LOG.warn(
          "the topic {} has got {} partitions in place of {}, as {} has; nothing is lost, and calls"
              + " in progress whose messages go to another partition now begin anew there",
          name,
          wanted,
          partitions,
          input);
    }
  }

  private void addPartitions(int partitions, int wanted) {
    try {
      await(admin.createPartitions(Map.of(name, NewPartitions.increaseTo(wanted))).all());
    } catch (ExecutionException e) {
      throw new CommandFailure(
          "the topic %s has %d partitions, and %s has %d; give it as many with kafka-topics.sh: %s"
              .formatted(name, partitions, input, wanted, e.getCause().getMessage()),
          e);
    }
  }

  private void requireConfig(int maxMessageBytes) throws ExecutionException {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
    Config config = await(admin.describeConfigs(List.of(resource)).all()).get(resource);
    String policy = config.get(TopicConfig.CLEANUP_POLICY_CONFIG).value();
    if (!policy.equals(TopicConfig.CLEANUP_POLICY_COMPACT)) {
      throw new CommandFailure(
          ("the topic %s has %s=%s, which would delete the state of calls; set it to %s with"
                  + " kafka-configs.sh")
              .formatted(
                  name,
                  TopicConfig.CLEANUP_POLICY_CONFIG,
                  policy,
                  TopicConfig.CLEANUP_POLICY_COMPACT));
    }
    int most = Integer.parseInt(config.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG).value());
    if (most < maxMessageBytes) {
      throw new CommandFailure(
          ("the topic %s has %s=%d, and a call of very many channels may need %d; set it to that"
                  + " with kafka-configs.sh, or %s%s to less")
              .formatted(
                  name,
                  TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                  most,
                  maxMessageBytes,
                  Property.KAFKA_PREFIX,
                  StreamsConfig.topicPrefix(TopicConfig.MAX_MESSAGE_BYTES_CONFIG)));
    }
  }

  private static <T> T await(KafkaFuture<T> future) throws ExecutionException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure("interrupted while asking the Kafka broker", e);
    }
  }
}
