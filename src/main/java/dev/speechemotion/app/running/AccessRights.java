package dev.speechemotion.app.running;

import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * What the user of the brokers may do with the topics. Kafka tells a right that is missing when it
 * is needed, which for an alert may be days after the start: so all are looked at before it.
 */
final class AccessRights {
  /** What to do about a right that is missing. */
  static final String WHAT_TO_DO =
      "give it the rights that deploy/README.md lists, and start again; nothing is lost";

  private static final DescribeTopicsOptions WITH_RIGHTS =
      new DescribeTopicsOptions().includeAuthorizedOperations(true);

  private AccessRights() {}

  /**
   * Returns if the application may read and write its topics, or brokers do not tell.
   *
   * @throws CommandFailure if not; names what is missing
   */
  static void requireForTopics(Settings settings, Admin admin) throws ExecutionException {
    Map<String, List<AclOperation>> needed = needed(settings);
    Map<String, KafkaFuture<TopicDescription>> topics =
        admin.describeTopics(needed.keySet(), WITH_RIGHTS).topicNameValues();
    List<String> missing = new ArrayList<>();
    for (var each : needed.entrySet()) {
      Set<AclOperation> had = operations(topics.get(each.getKey()));
      for (AclOperation operation : each.getValue()) {
        if (had != null && !had.contains(operation)) {
          missing.add(operation + " on " + each.getKey());
        }
      }
    }
    if (!missing.isEmpty()) {
      throw new CommandFailure(
          "the user of the Kafka brokers lacks rights on topics: %s; %s"
              .formatted(String.join(", ", missing), WHAT_TO_DO));
    }
  }

  private static Map<String, List<AclOperation>> needed(Settings settings) {
    Map<String, List<AclOperation>> needed = new LinkedHashMap<>();
    needed.put(settings.text(Property.TOPIC_CHUNKS), List.of(AclOperation.READ));
    for (String output :
        List.of(
            Property.TOPIC_EVENTS,
            Property.TOPIC_SUMMARIES,
            Property.TOPIC_ALERTS,
            Property.TOPIC_DEAD_LETTERS)) {
      needed.put(settings.text(output), List.of(AclOperation.WRITE));
    }
    needed.put(
        ChangelogTopic.name(settings),
        List.of(AclOperation.READ, AclOperation.WRITE, AclOperation.DESCRIBE_CONFIGS));
    return needed;
  }

  /** None if the topic may not even be seen; null if brokers do not tell. */
  private static Set<AclOperation> operations(KafkaFuture<TopicDescription> topic)
      throws ExecutionException {
    try {
      return topic.get().authorizedOperations();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TopicAuthorizationException) {
        return Set.of();
      }
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        // Made a moment ago, which not every broker has learned.
        return null;
      }
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure("interrupted while asking the Kafka broker", e);
    }
  }
}
