package dev.speechemotion.app.embedded;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** A broker that starts in a thread of its own, while something else is being done. */
public final class StartingBroker implements AutoCloseable {
  private final CompletableFuture<EmbeddedBroker> broker = new CompletableFuture<>();

  /** Begins to start it. */
  public StartingBroker() {
    new Thread(this::start, "start-broker").start();
  }

  private void start() {
    try {
      broker.complete(EmbeddedBroker.start());
    } catch (IOException | RuntimeException e) {
      broker.completeExceptionally(e);
    }
  }

  /**
   * Waits until it takes requests.
   *
   * @throws IOException if it did not start
   */
  public EmbeddedBroker await() throws IOException {
    try {
      return broker.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  /** Waits until it has started or failed to, and stops it. */
  @Override
  public void close() {
    broker
        .handle((started, failure) -> Optional.ofNullable(started))
        .join()
        .ifPresent(EmbeddedBroker::close);
  }
}
