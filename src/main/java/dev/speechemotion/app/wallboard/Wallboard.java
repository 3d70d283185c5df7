package dev.speechemotion.app.wallboard;

import dev.speechemotion.app.client.KeyedProducer;
import dev.speechemotion.app.http.HttpRoutes;
import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.streams.registry.EmotionSerdes;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The wallboard of a process: reads along from when it is made until it is closed. */
public final class Wallboard implements AutoCloseable {
  /** Of the page, at the HTTP server. */
  public static final String PATH = PageFiles.FOLDER;

  private static final Duration BETWEEN_CHANGES = Duration.ofMillis(250);

  private final LiveCalls calls;
  private final WallboardFeed feed;
  private final PictureStream stream;
  private final Optional<CorrectionDesk> corrections;

  /**
   * The wallboard that the settings ask for; empty if they ask for none.
   *
   * @throws CommandFailure if they ask for corrections, and do not protect them
   */
  public static Optional<Wallboard> of(Settings settings, EmotionSerdes serdes) {
    requireUsable(settings);
    return settings.flag(Property.HTTP_WALLBOARD)
        ? Optional.of(new Wallboard(settings, serdes))
        : Optional.empty();
  }

  /**
   * The topics that must exist besides the stream's own.
   *
   * @throws CommandFailure as {@link #of}
   */
  public static List<String> topics(Settings settings) {
    requireUsable(settings);
    return settings.flag(Property.HTTP_CORRECTIONS)
        ? List.of(settings.text(Property.TOPIC_CORRECTIONS))
        : List.of();
  }

  private static void requireUsable(Settings settings) {
    boolean wallboard = settings.flag(Property.HTTP_WALLBOARD);
    boolean corrections = settings.flag(Property.HTTP_CORRECTIONS);
    require(
        !wallboard || settings.integer(Property.HTTP_PORT) >= 0,
        "%s needs %s".formatted(Property.HTTP_WALLBOARD, Property.HTTP_PORT));
    require(
        !corrections || wallboard,
        "%s needs %s".formatted(Property.HTTP_CORRECTIONS, Property.HTTP_WALLBOARD));
    require(
        !corrections || !settings.secret(Property.HTTP_TOKEN).isEmpty(),
        "%s needs %s: who may correct is who knows it"
            .formatted(Property.HTTP_CORRECTIONS, Property.HTTP_TOKEN));
    require(
        !settings.streamSettings().topics().contains(settings.text(Property.TOPIC_CORRECTIONS)),
        "%s must be a topic of its own".formatted(Property.TOPIC_CORRECTIONS));
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new CommandFailure("configuration: " + message);
    }
  }

  private Wallboard(Settings settings, EmotionSerdes serdes) {
    Clock clock = Clock.systemDefaultZone();
    calls = new LiveCalls(clock);
    stream = new PictureStream(calls, clock, BETWEEN_CHANGES);
    corrections =
        settings.flag(Property.HTTP_CORRECTIONS)
            ? Optional.of(
                new CorrectionDesk(
                    calls,
                    KeyedProducer.create(settings, serdes.emotionCorrection()),
                    settings.text(Property.TOPIC_CORRECTIONS),
                    clock))
            : Optional.empty();
    feed = new WallboardFeed(settings, serdes, calls, clock);
  }

  /** What the HTTP server answers. */
  public HttpRoutes routes() {
    return new WallboardRoutes(calls, stream, corrections);
  }

  @Override
  public void close() {
    stream.close();
    feed.close();
    corrections.ifPresent(CorrectionDesk::close);
  }
}
