package dev.speechemotion.app.commands;

import dev.speechemotion.app.serving.ServedModels;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.model.ModelException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options of the commands that need no configuration: which models they use. */
final class ModelOptions {
  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Model directory (default: models/open).")
  private Optional<String> model;

  @Option(
      names = "--wideband-model",
      paramLabel = "DIR",
      description =
          "Another model for recordings that hold more than a telephone line carries, such as"
              + " models/wideband beside --model models/telephone.")
  private Optional<String> widebandModel;

  /** Loads them. */
  ServedModels load() throws ModelException {
    Map<String, String> given = new HashMap<>();
    model.ifPresent(directory -> given.put(Property.MODEL_DIR, directory));
    widebandModel.ifPresent(directory -> given.put(Property.MODEL_WIDEBAND_DIR, directory));
    return ServedModels.load(Settings.of(given));
  }
}
