package dev.speechemotion.app.terminal;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** A screen of the terminal's own for what changes; at the end, what was there before is back. */
public final class LiveScreen implements AutoCloseable {
  private static final String OTHER_SCREEN = "\033[?1049h\033[?25l";
  private static final String SCREEN_AS_BEFORE = "\033[?25h\033[?1049l";
  private static final String TO_THE_TOP = "\033[H";
  private static final String REST_OF_LINE_EMPTY = "\033[K";
  private static final String REST_OF_SCREEN_EMPTY = "\033[J";

  private static final int USUAL_WIDTH = 80;
  private static final int USUAL_HEIGHT = 24;

  private final PrintWriter out;
  private final Terminal terminal;

  /**
   * @param out to the terminal
   * @throws IOException if the terminal cannot be asked how large it is
   */
  public LiveScreen(PrintWriter out) throws IOException {
    this.out = out;
    terminal = TerminalBuilder.builder().dumb(true).build();
    out.print(OTHER_SCREEN);
    out.flush();
  }

  /** Characters in a line. */
  public int width() {
    return known(terminal.getSize().getColumns(), USUAL_WIDTH);
  }

  /** Lines. */
  public int height() {
    return known(terminal.getSize().getRows(), USUAL_HEIGHT);
  }

  private static int known(int size, int otherwise) {
    return size > 0 ? size : otherwise;
  }

  /** Shows these lines in place of all that was there. */
  public void show(List<String> lines) {
    out.print(
        TO_THE_TOP
            + String.join(REST_OF_LINE_EMPTY + "\r\n", lines)
            + REST_OF_LINE_EMPTY
            + REST_OF_SCREEN_EMPTY);
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.print(SCREEN_AS_BEFORE);
    out.flush();
    terminal.close();
  }
}
