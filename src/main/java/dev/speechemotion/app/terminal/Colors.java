package dev.speechemotion.app.terminal;

import java.util.Map;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Ansi.IStyle;
import picocli.CommandLine.Help.Ansi.Style;

/** Colors for what is read on a terminal; they never say what the text does not. */
final class Colors {
  private static final Map<String, Style> BY_EMOTION =
      Map.of(
          "angry", Style.fg_red,
          "happy", Style.fg_green,
          "fear", Style.fg_magenta,
          "sad", Style.fg_blue,
          "surprise", Style.fg_yellow);

  private final Ansi ansi;

  Colors(Ansi ansi) {
    this.ansi = ansi;
  }

  /** Text in the color of an emotion; of one that has none as it is. */
  String emotion(String emotion, String text) {
    Style style = BY_EMOTION.get(emotion);
    return style == null ? text : styled(text, style);
  }

  String alert(String text) {
    return styled(text, Style.bold, Style.fg_red);
  }

  String heading(String text) {
    return styled(text, Style.bold);
  }

  String faint(String text) {
    return styled(text, Style.faint);
  }

  private String styled(String text, IStyle... styles) {
    return ansi.enabled() ? Style.on(styles) + text + Style.reset.on() : text;
  }

  /**
   * What others may have written, without anything that a terminal would obey, that cannot be seen
   * or that turns the direction of the text.
   */
  static String harmless(String text) {
    return text.replaceAll("[\\p{Cntrl}\\p{Cf}\\u0080-\\u009f\\u2028\\u2029]", "?");
  }
}
