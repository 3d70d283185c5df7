package dev.speechemotion.app.embedded;

import java.io.IOException;

/**
 * Main class of a broker in a process of its own. It prints where clients connect, and runs until
 * its standard input ends, which it does with whoever started it.
 */
public final class BrokerProcess {
  private BrokerProcess() {}

  public static void main(String[] args) throws IOException {
    EmbeddedBroker broker = EmbeddedBroker.start();
    // A terminal's Ctrl-C comes here as well.
    Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "close-broker"));
    System.out.println(broker.bootstrapServers());
    while (System.in.read() >= 0) {
      // Nothing is told to it.
    }
    System.exit(0);
  }
}
