package dev.speechemotion.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.Test;

class RareWarningsTest {
  private static final int MANY = 10_000;

  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final RareWarnings warnings;

  RareWarningsTest() {
    Logger logger = new LoggerContext().getLogger("test");
    log.start();
    logger.addAppender(log);
    warnings = new RareWarnings(logger);
  }

  @Test
  void shouldHideNoReasonBehindAnother() {
    warnings.warn("its key is wrong");
    warnings.warn("its key is wrong");
    warnings.warn("it is too old");
    warnings.warn("number", "1 is none");
    warnings.warn("number", "2 is none");

    assertThat(log.list)
        .filteredOn(event -> event.getLevel() == Level.WARN)
        .extracting(ILoggingEvent::getFormattedMessage)
        .satisfiesExactly(
            key -> assertThat(key).startsWith("its key is wrong; more of that"),
            old -> assertThat(old).startsWith("it is too old; "),
            number -> assertThat(number).startsWith("1 is none; "));
    assertThat(log.list).hasSize(5);
  }

  @Test
  void shouldNotWarnOfEachOfManyKinds() {
    for (int i = 0; i < MANY; i++) {
      warnings.warn("kind " + i);
    }

    assertThat(log.list)
        .filteredOn(event -> event.getLevel() == Level.WARN)
        .hasSizeLessThan(MANY / 10);
  }
}
