package dev.speechemotion.app.gateway;

import dev.speechemotion.app.gateway.audiohook.AudioHookRoutes;
import dev.speechemotion.app.gateway.rtp.RtpRoutes;
import dev.speechemotion.app.gateway.rtp.RtpSessions;
import dev.speechemotion.app.gateway.twilio.TwilioRoutes;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.app.settings.Settings;
import dev.speechemotion.app.settings.SettingsOptions;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Takes the audio of phone systems and sends it to the input topic. */
@Command(
    name = "gateway",
    description = "Takes calls from a phone system and sends them to the input topic.",
    subcommands = {
      GatewayCommand.Twilio.class,
      GatewayCommand.AudioHook.class,
      GatewayCommand.Rtp.class
    })
public final class GatewayCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Which gateway?");
  }

  /** What the gateways have in common as commands. */
  private abstract static class Gateway implements Callable<Integer> {
    @Mixin private SettingsOptions options;

    @Override
    public final Integer call() throws Exception {
      Settings settings = options.load();
      return StopRequest.onSignal(stop -> GatewayProcess.run(settings, this::routes, stop));
    }

    abstract GatewayProcess.Feed routes(GatewayProcess.Parts parts);
  }

  /** Twilio Media Streams. */
  @Command(
      name = "twilio",
      description = "Takes Twilio Media Streams at the path /twilio, until SIGTERM.")
  static final class Twilio extends Gateway {
    @Override
    GatewayProcess.Feed routes(GatewayProcess.Parts parts) {
      return new GatewayProcess.Feed(
          new TwilioRoutes(parts.settings(), parts.outbox(), parts.sockets()),
          TwilioRoutes.PATH,
          Optional::empty,
          () -> {});
    }
  }

  /** Genesys AudioHook. */
  @Command(
      name = "audiohook",
      description = "Takes Genesys AudioHook sessions at the path /audiohook, until SIGTERM.")
  static final class AudioHook extends Gateway {
    @Override
    GatewayProcess.Feed routes(GatewayProcess.Parts parts) {
      AudioHookRoutes routes =
          new AudioHookRoutes(parts.settings(), parts.serdes(), parts.outbox(), parts.sockets());
      return new GatewayProcess.Feed(routes, AudioHookRoutes.PATH, Optional::empty, routes::close);
    }
  }

  /** RTP. */
  @Command(
      name = "rtp",
      description = "Takes RTP at UDP ports that a POST to /rtp/sessions opens, until SIGTERM.")
  static final class Rtp extends Gateway {
    @Override
    GatewayProcess.Feed routes(GatewayProcess.Parts parts) {
      RtpSessions sessions = new RtpSessions(parts.settings(), parts.outbox(), parts.meters());
      return new GatewayProcess.Feed(
          new RtpRoutes(sessions), RtpRoutes.PATH, sessions::failure, sessions::close);
    }
  }
}
