package dev.speechemotion.app.running;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.settings.Settings;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StreamsPropertiesTest {
  @Test
  void shouldHoldTheSettingsAndWhatIsPassedThrough() {
    Settings settings =
        Settings.of(
            Map.of(
                "kafka.num.stream.threads", "3",
                "kafka.security.protocol", "SSL",
                "state.dir", "/var/state"));

    assertThat(StreamsProperties.of(settings))
        .containsEntry("num.stream.threads", "3")
        .containsEntry("security.protocol", "SSL")
        .containsEntry("processing.guarantee", "exactly_once_v2")
        .containsEntry("state.dir", "/var/state")
        .containsEntry("bootstrap.servers", "localhost:9092");
  }

  @Test
  void shouldLetWhatIsPassedThroughWin() {
    Settings settings =
        Settings.of(Map.of("commit.interval.ms", "200", "kafka.commit.interval.ms", "300"));

    assertThat(StreamsProperties.of(settings)).containsEntry("commit.interval.ms", "300");
  }

  @ParameterizedTest
  @CsvSource({"1000, 850", "300, 200", "200, 134", "1, 1", "600000, 599850"})
  void shouldLeaveTimeForTheCommitItself(String longestWait, long interval) {
    Settings settings = Settings.of(Map.of("commit.interval.ms", longestWait));

    assertThat(StreamsProperties.of(settings)).containsEntry("commit.interval.ms", interval);
  }

  @ParameterizedTest
  @CsvSource({"1000, ", "5000, ", "100000, 110000", "600000, 610000"})
  void shouldLetTransactionsLastUntilTheNextCommit(String interval, Integer timeout) {
    Settings settings = Settings.of(Map.of("commit.interval.ms", interval));

    assertThat(StreamsProperties.of(settings).get("producer.transaction.timeout.ms"))
        .isEqualTo(timeout);
  }

  @Test
  void shouldSayThatATransactionWouldEndTooEarly() {
    Settings settings = Settings.of(Map.of("kafka.producer.transaction.timeout.ms", "500"));

    assertThatThrownBy(() -> StreamApp.requireSettings(settings))
        .isInstanceOf(CommandFailure.class)
        .hasMessage(
            "configuration: Transaction timeout 500 was set lower than streams commit interval 850;"
                + " see commit.interval.ms and kafka.producer.transaction.timeout.ms");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 'must be 1 or above, got 0'",
    "-1, 'must be 1 or above, got -1'",
    "abc, 'must be a whole number, got abc'",
    "'', 'must be a whole number, got '"
  })
  void shouldRefuseToWorkWithoutThreads(String threads, String problem) {
    Settings settings = Settings.of(Map.of("kafka.num.stream.threads", threads));

    assertThatThrownBy(() -> StreamsProperties.of(settings))
        .isInstanceOf(CommandFailure.class)
        .hasMessage("configuration: kafka.num.stream.threads " + problem);
  }

  @ParameterizedTest
  @ValueSource(strings = {"kafka.consumer.", "kafka.main.consumer."})
  void shouldKeepInterceptorsThatArePassedThrough(String prefix) {
    Settings settings = Settings.of(Map.of(prefix + "interceptor.classes", "some.Other"));

    assertThat(StreamsProperties.of(settings))
        .containsEntry(
            "main.consumer.interceptor.classes", "some.Other," + DeletedInput.class.getName());
  }

  @Test
  void shouldFetchAndSendInLargerPortionsThanKafkaWould() {
    assertThat(StreamsProperties.of(Settings.of(Map.of())))
        .containsEntry("main.consumer.fetch.min.bytes", 1 << 20)
        .containsEntry("main.consumer.fetch.max.wait.ms", 40)
        .containsEntry("producer.batch.size", 128 << 10);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "consumer.", "main.consumer."})
  void shouldLeaveFetchesThatArePassedThroughAsTheyAre(String prefix) {
    Settings settings = Settings.of(Map.of("kafka." + prefix + "fetch.min.bytes", "7"));

    assertThat(StreamsProperties.of(settings))
        .containsEntry(prefix + "fetch.min.bytes", "7")
        .doesNotContainValue(1 << 20);
  }
}
