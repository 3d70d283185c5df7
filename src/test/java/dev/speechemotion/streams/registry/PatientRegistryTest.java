package dev.speechemotion.streams.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.streams.registry.SchemaRegistry.RegistryException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PatientRegistryTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final AtomicLong nanos = new AtomicLong();
  private final Away away = new Away();
  private final PatientRegistry registry = new PatientRegistry(away, nanos::get);

  @Test
  void shouldSayWhatItHasWaitedForIfThatTakesLongerThanAMinute() throws Exception {
    CompletableFuture<String> schema = CompletableFuture.supplyAsync(() -> schema(registry));
    assertThat(away.asked.await(10, TimeUnit.SECONDS)).isTrue();
    // Asked for the second time, so it waits since the first.

    nanos.set(MINUTE.toNanos());
    assertThat(registry.waitingLongerThan(MINUTE)).isEmpty();
    nanos.set(MINUTE.plusSeconds(1).toNanos());
    assertThat(registry.waitingLongerThan(MINUTE)).hasValue("has waited for 61 s: away");

    away.back = true;
    assertThat(schema.get()).isEqualTo("schema 7");
    assertThat(registry.waitingLongerThan(MINUTE)).isEmpty();
  }

  @Test
  void shouldNotWaitForWhatDoesNotPass() {
    away.passing = false;

    assertThatThrownBy(() -> registry.schemaById(7)).isInstanceOf(RegistryException.class);
    assertThat(registry.waitingLongerThan(Duration.ofNanos(-1))).isEmpty();
  }

  @Test
  void shouldEndTheWaitWhenItIsClosed() throws Exception {
    CompletableFuture<String> schema = CompletableFuture.supplyAsync(() -> schema(registry));
    assertThat(away.asked.await(10, TimeUnit.SECONDS)).isTrue();

    registry.close();

    assertThatThrownBy(schema::get).hasRootCauseInstanceOf(RegistryException.class);
  }

  private static String schema(SchemaRegistry registry) {
    try {
      return registry.schemaById(7);
    } catch (SchemaRegistry.UnknownSchemaException e) {
      throw new AssertionError(e);
    }
  }

  private static final class Away implements SchemaRegistry {
    private final CountDownLatch asked = new CountDownLatch(2);
    private volatile boolean back;
    private volatile boolean passing = true;

    @Override
    public int register(String subject, String schemaJson) {
      throw new UnsupportedOperationException();
    }

    @Override
    public String schemaById(int id) {
      asked.countDown();
      if (back) {
        return "schema " + id;
      }
      throw new RegistryException("away", null, passing);
    }

    @Override
    public void check() {}

    @Override
    public void close() {}
  }
}
