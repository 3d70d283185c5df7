package dev.speechemotion.app.http;

import io.javalin.http.Context;
import java.net.URI;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Tells what a page of somebody else has a browser send, with all that the browser knows of this
 * server. Programs and phone systems say nothing of a page.
 */
final class PageOrigin {
  private PageOrigin() {}

  /** Whether a request is of a page that is not from here. */
  static boolean isForeign(Context request) {
    // What the browser itself says counts first: behind a proxy the names may differ.
    String site = request.header("Sec-Fetch-Site");
    if (site != null) {
      return !site.equals("same-origin") && !site.equals("none");
    }
    // With a WebSocket, Chromium says no more than the origin.
    String origin = request.header("Origin");
    return origin != null
        && Stream.of("Host", "X-Forwarded-Host")
            .map(request::header)
            .filter(Objects::nonNull)
            .noneMatch(own -> authority(origin).equals(own.toLowerCase(Locale.ROOT)));
  }

  private static String authority(String origin) {
    try {
      return String.valueOf(URI.create(origin).getRawAuthority()).toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      return "";
    }
  }
}
