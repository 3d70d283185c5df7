package dev.speechemotion.app;

import java.io.IOException;

/**
 * The same as {@link Main} for a process that ends with the one that started it, in whatever way:
 * with its standard input.
 */
public final class ChildMain {
  private ChildMain() {}

  public static void main(String[] args) {
    Thread watch = new Thread(ChildMain::endWithInput, "end-with-input");
    watch.setDaemon(true);
    watch.start();
    Main.main(args);
  }

  private static void endWithInput() {
    try {
      while (System.in.read() >= 0) {
        // Nothing is told to it.
      }
    } catch (IOException e) {
      // As if it had ended.
    }
    // Whoever started it has the broker, too: there is nothing left to end well with.
    Runtime.getRuntime().halt(1);
  }
}
