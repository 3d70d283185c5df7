package dev.speechemotion.app.running;

import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.streams.registry.SchemaRegistry;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.InconsistentGroupProtocolException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.streams.errors.StreamsException;
import org.rocksdb.RocksDBException;

/** What a failure of a stream thread means: in one line, with what to do and what is lost. */
final class StreamFailure {
  /** Kafka Streams names the topic in the text alone. */
  private static final Pattern TOPIC = Pattern.compile("record to topic (\\S+)");

  private static final String NOTHING_LOST = "; nothing is lost";

  private final Throwable failure;

  StreamFailure(Throwable failure) {
    this.failure = failure;
  }

  /**
   * Whether the broker had ended the transaction before, as it does with one that takes too long:
   * if the process stood still, for instance. Kafka Streams begins the work anew by itself when a
   * producer learns of that in most ways, but not in this one. What was in the transaction does not
   * count, and the offsets and the state of the last commit are in Kafka.
   */
  boolean isEndedTransaction() {
    // Nothing below it: a transaction that failed for another reason would fail again.
    return root() instanceof InvalidTxnStateException;
  }

  /** Why it stopped. */
  String describe(Settings settings) {
    if (cause(RecordTooLargeException.class).isPresent()) {
      return ("a record is too large for the topic %s: %s; raise the topic's %s, or %s%s if that is"
              + " less, and start again"
              + NOTHING_LOST)
          .formatted(
              topic(),
              firstLine(root()),
              TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
              Property.KAFKA_PREFIX,
              "producer." + ProducerConfig.MAX_REQUEST_SIZE_CONFIG);
    }
    if (cause(AuthorizationException.class).isPresent()) {
      return "the user of the Kafka brokers lacks %s: %s; %s"
          .formatted(missingRight(settings), rootMessage(), AccessRights.WHAT_TO_DO);
    }
    if (isOtherProtocol()) {
      return ("instances that run share the work of group %s by the other rebalance protocol (%s);"
              + " set %s to theirs, or stop them all before this one starts"
              + NOTHING_LOST)
          .formatted(
              settings.text(Property.APPLICATION_ID), firstLine(root()), Property.GROUP_PROTOCOL);
    }
    if (cause(RocksDBException.class).isPresent()) {
      return describeStateDirectory(settings);
    }
    String changelog = ChangelogTopic.name(settings);
    String why = rootMessage();
    if (why.contains(changelog) && why.contains("partitions")) {
      return ("the topic %s has another number of partitions than %s, which has been given more;"
              + " start again, and it gets as many"
              + NOTHING_LOST)
          .formatted(changelog, settings.text(Property.TOPIC_CHUNKS));
    }
    return why;
  }

  /** As far as Kafka says it. */
  private String missingRight(Settings settings) {
    String application = settings.text(Property.APPLICATION_ID);
    if (cause(TransactionalIdAuthorizationException.class).isPresent()) {
      return "the right WRITE on the transactional ids that begin with " + application;
    }
    return cause(GroupAuthorizationException.class).isPresent()
        ? "the right READ on the group " + application
        : "a right";
  }

  private boolean isOtherProtocol() {
    // The same exception as for a group that does not exist.
    return cause(InconsistentGroupProtocolException.class).isPresent()
        || cause(GroupIdNotFoundException.class)
            .filter(e -> e.getMessage().contains("is not a streams group"))
            .isPresent();
  }

  /** Why the state directory cannot be used. */
  String describeStateDirectory(Settings settings) {
    String directory = settings.text(Property.STATE_DIR);
    return ("%s; the state directory is %s: make room there, or set %s to a folder on a local disk"
            + " that can be written"
            + NOTHING_LOST)
        .formatted(
            rootMessage(),
            directory.isEmpty()
                ? "kafka-streams in " + System.getProperty("java.io.tmpdir")
                : directory,
            Property.STATE_DIR);
  }

  /** What is at the bottom of a failure, and what Kafka was at, which names the topic. */
  String rootMessage() {
    Throwable root = root();
    Throwable above = failure;
    while (above != root && above.getCause() != root) {
      above = above.getCause();
    }
    return above instanceof ApiException && above != root
        ? firstLine(above) + " (" + firstLine(root) + ")"
        : firstLine(root);
  }

  /**
   * That of the registry is not looked beneath: it is for people, and what its client says is not.
   */
  private Throwable root() {
    Throwable root = failure;
    while (root.getCause() != null && !(root instanceof SchemaRegistry.RegistryException)) {
      root = root.getCause();
    }
    return root;
  }

  private <T> Optional<T> cause(Class<T> type) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (type.isInstance(each)) {
        return Optional.of(type.cast(each));
      }
    }
    return Optional.empty();
  }

  private String topic() {
    return cause(StreamsException.class)
        .map(Throwable::getMessage)
        .map(TOPIC::matcher)
        .filter(Matcher::find)
        .map(matcher -> matcher.group(1))
        .orElse("that it goes to");
  }

  private static String firstLine(Throwable failure) {
    String text = failure.getMessage() == null ? failure.toString() : failure.getMessage();
    return text.lines().findFirst().orElse(text);
  }
}
