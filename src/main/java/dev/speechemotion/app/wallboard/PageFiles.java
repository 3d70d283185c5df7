package dev.speechemotion.app.wallboard;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * The files of the page, from the class path, each named here: nothing else is given out. A browser
 * may keep them, but asks each time whether they are the same.
 */
final class PageFiles {
  static final String FOLDER = "/wallboard/";

  /** No script, style or image but the page's own files, and nobody may frame it. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private static final String CHART = "/META-INF/resources/webjars/uplot/1.6.30/dist/";
  private static final String SCRIPT = "text/javascript; charset=utf-8";
  private static final String STYLE = "text/css; charset=utf-8";

  private static final List<String> FILES =
      List.of(
          "wallboard.css",
          "wallboard.js",
          "connection.js",
          "list.js",
          "detail.js",
          "correction.js",
          "strip.js",
          "emotions.js",
          "text.js",
          "icon.svg");

  private record PageFile(String name, String type, byte[] content, String tag) {}

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8", "js", SCRIPT, "css", STYLE, "svg", "image/svg+xml");

  private PageFiles() {}

  static void addTo(RoutesConfig routes) {
    routes.get("/", request -> request.redirect(FOLDER, HttpStatus.FOUND));
    PageFile index = read("index.html", FOLDER + "index.html");
    routes.get(FOLDER, request -> answer(request, index));
    for (String name : FILES) {
      add(routes, read(name, FOLDER + name));
    }
    add(routes, read("uPlot.esm.js", CHART + "uPlot.esm.js"));
    add(routes, read("uPlot.min.css", CHART + "uPlot.min.css"));
  }

  private static void add(RoutesConfig routes, PageFile file) {
    routes.get(FOLDER + file.name, request -> answer(request, file));
  }

  private static void answer(Context request, PageFile file) {
    request.header("Content-Security-Policy", POLICY);
    request.header("X-Content-Type-Options", "nosniff");
    request.header("Referrer-Policy", "no-referrer");
    request.header("Cache-Control", "no-cache");
    request.header("ETag", file.tag);
    if (file.tag.equals(request.header("If-None-Match"))) {
      request.status(HttpStatus.NOT_MODIFIED);
    } else {
      request.contentType(file.type).result(file.content);
    }
  }

  private static PageFile read(String name, String path) {
    try (InputStream in = PageFiles.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException(path + " is not on the class path");
      }
      byte[] content = in.readAllBytes();
      String tag =
          HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content), 0, 16);
      String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
      return new PageFile(name, type, content, '"' + tag + '"');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
