package dev.speechemotion.app.loadtest;

import dev.speechemotion.model.EmotionModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What the load is put on.
 *
 * @param client settings of Kafka's clients, with the address of the brokers
 * @param registryUrl of the schema registry
 * @param registryClient settings of its client
 * @param arguments of {@code stream}, for the cluster and whatever else was asked for
 * @param jvmOptions of the application's processes
 * @param model that it serves
 * @param noSpeechEvents whether it makes events of windows without speech
 * @param partitions of the topics
 * @param replicas of the topics; -1: the broker's default
 * @param ownCluster whether the broker is there for the load alone, and ends with it
 * @param instances of the application
 * @param folder for state and logs
 */
public record LoadSetup(
    Map<String, Object> client,
    String registryUrl,
    Map<String, String> registryClient,
    List<String> arguments,
    List<String> jvmOptions,
    EmotionModel model,
    boolean noSpeechEvents,
    int partitions,
    short replicas,
    boolean ownCluster,
    Instances instances,
    Path folder) {

  /**
   * How many there are, and when.
   *
   * @param joinAfterSeconds when the last of them starts, from the begin of the feed; 0: at once
   * @param leaveAfterSeconds when the first of them ends likewise; 0: not before the end
   * @param kill whether it ends by SIGKILL
   */
  public record Instances(int count, int joinAfterSeconds, int leaveAfterSeconds, boolean kill) {
    /**
     * @throws IllegalArgumentException if that cannot be
     */
    public Instances {
      require(count >= 1, "the instances must be 1 or more");
      require(
          joinAfterSeconds >= 0 && leaveAfterSeconds >= 0,
          "seconds after which an instance joins or leaves must be 0 or more");
      require(
          count >= 2 || joinAfterSeconds == 0 && leaveAfterSeconds == 0,
          "an instance can join or leave only if there are two or more: see --instances");
    }

    private static void require(boolean holds, String rule) {
      if (!holds) {
        throw new IllegalArgumentException(rule);
      }
    }

    /**
     * @throws IllegalArgumentException if one would join or leave when the load is over
     */
    public void requireWithin(LoadPlan plan) {
      int last = Math.max(joinAfterSeconds, leaveAfterSeconds);
      require(
          last == 0 || !plan.isBacklog(),
          "instances cannot join or leave while a backlog is worked off");
      require(
          last == 0 || last < plan.allLiveUntil(),
          "an instance must join or leave before the calls end, see --seconds");
      require(
          !kill || leaveAfterSeconds > 0, "--kill needs --leave-after, which says when it ends");
    }

    /** Of them, those that are there from the begin. */
    int atOnce() {
      return count - (joinAfterSeconds > 0 ? 1 : 0);
    }
  }
}
