package dev.speechemotion.app.settings;

import dev.speechemotion.features.spec.WindowSettings;
import java.util.OptionalInt;

/**
 * What the settings insist on of the windows of the models. The models' manifests say how audio is
 * cut into windows; a setting can only refuse models that do it otherwise.
 *
 * @param lengthMs length of a window, milliseconds; empty: any will do
 * @param hopMs time between windows, milliseconds; empty: any will do
 */
public record RequiredWindows(OptionalInt lengthMs, OptionalInt hopMs) {
  /** Any windows will do. */
  public static final RequiredWindows ANY =
      new RequiredWindows(OptionalInt.empty(), OptionalInt.empty());

  public RequiredWindows {
    if (lengthMs.isPresent() && hopMs.isPresent()) {
      // No model can have windows that are not valid.
      new WindowSettings(lengthMs.getAsInt(), hopMs.getAsInt());
    }
  }

  /**
   * Returns if a model's windows are as required.
   *
   * @throws IllegalArgumentException if not; names the setting, the model and both values
   */
  public void requireMetBy(String model, WindowSettings windows) {
    requireEqual(Property.WINDOW_LENGTH_MS, lengthMs, model, windows.lengthMs());
    requireEqual(Property.WINDOW_HOP_MS, hopMs, model, windows.hopMs());
  }

  private static void requireEqual(String property, OptionalInt required, String model, int has) {
    if (required.isPresent() && required.getAsInt() != has) {
      throw new IllegalArgumentException(
          "%s is %d, but model %s was trained with %d; leave %s out, or serve a model that was trained with %d"
              .formatted(property, required.getAsInt(), model, has, property, required.getAsInt()));
    }
  }
}
