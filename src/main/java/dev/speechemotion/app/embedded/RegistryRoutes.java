package dev.speechemotion.app.embedded;

import dev.speechemotion.app.http.HttpRoutes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;

/** Lets other programs ask the schema registry of this process. */
public final class RegistryRoutes implements HttpRoutes {
  /** Below the server's address; with that, it is {@code registry.url}. */
  public static final String PATH = "/registry";

  private final RegistryAnswers answers;

  public RegistryRoutes(RegistryAnswers answers) {
    this.answers = answers;
  }

  @Override
  public void addTo(RoutesConfig routes) {
    routes.get(PATH + "/<resource>", this::answer);
    routes.post(PATH + "/<resource>", this::answer);
  }

  private void answer(Context request) {
    RegistryAnswers.Answer answer =
        answers.answer(
            request.method().name(), request.pathParam("resource"), request.bodyAsBytes());
    request
        .status(answer.status())
        .contentType("application/vnd.schemaregistry.v1+json")
        .result(answer.body());
  }
}
