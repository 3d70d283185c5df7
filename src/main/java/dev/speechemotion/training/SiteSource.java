package dev.speechemotion.training;

import dev.speechemotion.model.EmotionModel;
import java.io.PrintWriter;

/** Audio of a place that comes from elsewhere than recordings; {@code app} knows of brokers. */
@FunctionalInterface
public interface SiteSource {
  /**
   * Hears all of it.
   *
   * @param model whose features count
   * @param log for progress, and for what could not be used
   * @throws Exception if it cannot be heard; the message says what to do
   */
  SiteMeasurement hear(EmotionModel model, PrintWriter log) throws Exception;
}
