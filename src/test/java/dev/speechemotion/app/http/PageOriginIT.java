package dev.speechemotion.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.app.fixtures.Chromium;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import io.javalin.config.RoutesConfig;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.websocket.api.Session;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a real browser says of a page, and that it is enough to refuse those of others. */
@Timeout(120)
class PageOriginIT {
  private static final String TRY_ALL =
      """
      const done = arguments[1];
      const socket = new WebSocket('ws://' + arguments[0] + '/feed');
      const opened = new Promise(tell => {
        socket.onopen = () => tell(true);
        socket.onerror = () => tell(false);
      });
      const sent = fetch('http://' + arguments[0] + '/send', {method: 'POST', mode: 'no-cors', body: 'x'});
      Promise.all([opened, sent]).then(both => done(both[0]));
      """;

  /** A page, a WebSocket, and something to send to. */
  private record Site(AtomicInteger received) implements HttpRoutes {
    @Override
    public void addTo(RoutesConfig routes) {
      routes.get("/page", request -> request.html("<!doctype html><title>a page</title>"));
      routes.post("/send", request -> received.incrementAndGet());
      WebSockets.add(routes, "/feed", upgrade -> new Session.Listener.AutoDemanding() {});
    }

    @Override
    public Set<String> sockets() {
      return Set.of("/feed");
    }
  }

  @Test
  void shouldRefusePagesOfOthersAndServeItsOwn() {
    Settings settings = Settings.of(Map.of(Property.HTTP_PORT, "0"));
    Site site = new Site(new AtomicInteger());
    try (Chromium browser = Chromium.startOrSkip();
        HttpServer server = HttpServer.start(settings, List.of(site)).orElseThrow();
        HttpServer other =
            HttpServer.start(settings, List.of(new Site(new AtomicInteger()))).orElseThrow()) {
      String own = "127.0.0.1:" + server.port();
      for (String host : List.of("localhost:", "127.0.0.1:")) {
        browser.open("http://" + host + other.port() + "/page");
        assertThat(browser.await(TRY_ALL, own)).as(host).isEqualTo(false);
      }
      assertThat(site.received()).hasValue(0);

      browser.open("http://" + own + "/page");
      assertThat(browser.await(TRY_ALL, own)).isEqualTo(true);
      assertThat(site.received()).hasValue(1);
    }
  }
}
