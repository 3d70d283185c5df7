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
            // Each proxy adds the name it was asked for.
            .flatMap(names -> Stream.of(names.split(",")))
            .noneMatch(own -> isAt(origin, own.strip()));
  }

  /** Whether a page is of a server of that name, whose port may be left out if it is the usual. */
  private static boolean isAt(String origin, String own) {
    try {
      URI page = URI.create(origin);
      String usual = "https".equals(page.getScheme()) ? ":443" : ":80";
      return page.getRawAuthority() != null
          && without(usual, page.getRawAuthority()).equals(without(usual, own));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static String without(String port, String authority) {
    String name = authority.toLowerCase(Locale.ROOT);
    return name.endsWith(port) ? name.substring(0, name.length() - port.length()) : name;
  }
}
