package dev.speechemotion.app.running;

import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.ClassicGroupState;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.streams.StreamsConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the instances share the work: by the streams rebalance protocol (KIP-1071), in which the
 * broker assigns the tasks, or by the classic one, in which an instance does. Unless it is
 * configured, the cluster decides.
 */
final class RebalanceProtocol {
  private static final Logger LOG = LoggerFactory.getLogger(RebalanceProtocol.class);
  private static final String FEATURE = "streams.version";

  /** A group's setting at the broker. */
  private static final String GROUP_STANDBY_REPLICAS = "streams.num.standby.replicas";

  private RebalanceProtocol() {}

  /**
   * The settings for Kafka Streams with the protocol decided; with the streams protocol the broker
   * is told how many standby replicas are wanted, because it is what assigns them.
   *
   * @throws CommandFailure if the broker does not answer, or refuses
   */
  static Properties decide(Settings settings) {
    Properties streams = StreamsProperties.of(settings);
    String wanted =
        streams.getProperty(StreamsConfig.GROUP_PROTOCOL_CONFIG, Property.GROUP_PROTOCOL_AUTO);
    if (wanted.equals(Property.GROUP_PROTOCOL_CLASSIC)) {
      return streams;
    }
    Map<String, Object> config = settings.kafkaClient(AdminClientConfig.configNames());
    try (Admin admin = Admin.create(config)) {
      if (wanted.equals(Property.GROUP_PROTOCOL_AUTO)) {
        wanted = choose(admin, streams);
        streams.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, wanted);
      }
      if (wanted.equals(Property.GROUP_PROTOCOL_STREAMS)) {
        warnOfWhatHasNoEffect(streams);
        int standbys = settings.integer(Property.NUM_STANDBY_REPLICAS);
        streams.remove(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG);
        if (standbys > 0) {
          setStandbys(admin, settings.text(Property.APPLICATION_ID), standbys);
        }
      }
    }
    return streams;
  }

  private static String choose(Admin admin, Properties streams) {
    if (streams.containsKey(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG)) {
      LOG.info(
          "rebalance protocol: classic, because {} is set",
          ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
      return Property.GROUP_PROTOCOL_CLASSIC;
    }
    if (!supported(admin)) {
      LOG.info(
          "rebalance protocol: classic, because the cluster does not have the feature {} (Kafka 4.2"
              + " and later do)",
          FEATURE);
      return Property.GROUP_PROTOCOL_CLASSIC;
    }
    if (isUsedByClassicInstances(admin, streams)) {
      LOG.warn(
          "rebalance protocol: classic, because other instances that run use it; to go over to the"
              + " streams protocol, stop all instances, then start them");
      return Property.GROUP_PROTOCOL_CLASSIC;
    }
    LOG.info("rebalance protocol: streams");
    return Property.GROUP_PROTOCOL_STREAMS;
  }

  private static boolean supported(Admin admin) {
    try {
      FinalizedVersionRange range =
          await(admin.describeFeatures().featureMetadata()).finalizedFeatures().get(FEATURE);
      return range != null && range.maxVersionLevel() >= 1;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnsupportedVersionException) {
        return false;
      }
      throw new CommandFailure(
          "cannot ask the Kafka broker for its features: " + e.getCause().getMessage(), e);
    }
  }

  /**
   * Whether instances that started before the cluster had the streams protocol are still running:
   * one of a group's protocols excludes the other.
   */
  private static boolean isUsedByClassicInstances(Admin admin, Properties streams) {
    String group = streams.getProperty(StreamsConfig.APPLICATION_ID_CONFIG);
    try {
      // Asks the group's coordinator alone: another broker may be down.
      ClassicGroupState state =
          await(admin.describeClassicGroups(List.of(group)).describedGroups().get(group)).state();
      return state != ClassicGroupState.EMPTY && state != ClassicGroupState.DEAD;
    } catch (ExecutionException e) {
      // Of rights that it lacks the group itself tells, with what to do.
      if (e.getCause() instanceof GroupIdNotFoundException
          || e.getCause() instanceof GroupAuthorizationException) {
        return false;
      }
      throw new CommandFailure(
          "cannot ask the Kafka broker for group %s: %s"
              .formatted(group, e.getCause().getMessage()),
          e);
    }
  }

  private static void warnOfWhatHasNoEffect(Properties streams) {
    for (String name :
        List.of(
            ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
            ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG)) {
      if (streams.containsKey(name)) {
        LOG.warn(
            "{}{} has no effect with the streams rebalance protocol; set the group's"
                + " streams.{} at the broker, or {}=classic",
            Property.KAFKA_PREFIX,
            name,
            name,
            Property.GROUP_PROTOCOL);
      }
    }
  }

  private static void setStandbys(Admin admin, String groupId, int standbys) {
    ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, groupId);
    Collection<AlterConfigOp> change =
        List.of(
            new AlterConfigOp(
                new ConfigEntry(GROUP_STANDBY_REPLICAS, String.valueOf(standbys)),
                AlterConfigOp.OpType.SET));
    try {
      await(admin.incrementalAlterConfigs(Map.of(group, change)).all());
    } catch (ExecutionException e) {
      throw new CommandFailure(
          "the broker refuses %s=%d for group %s: %s; set another number, or %s=classic"
              .formatted(
                  GROUP_STANDBY_REPLICAS,
                  standbys,
                  groupId,
                  e.getCause().getMessage(),
                  Property.GROUP_PROTOCOL),
          e);
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
