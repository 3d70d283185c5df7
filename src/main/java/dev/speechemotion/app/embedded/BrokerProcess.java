package dev.speechemotion.app.embedded;

import java.io.IOException;

/**
 * Main class of a broker in a process of its own. It prints where clients connect, and runs until
 * its standard input ends, which it does with whoever started it.
 */
public final class BrokerProcess {
  private BrokerProcess() {}

  public static void main(String[] args) throws IOException {
    try (EmbeddedBroker broker = EmbeddedBroker.start()) {
      System.out.println(broker.bootstrapServers());
      while (System.in.read() >= 0) {
        // Nothing is told to it.
      }
    }
    // Threads of the broker may go on.
    System.exit(0);
  }
}
