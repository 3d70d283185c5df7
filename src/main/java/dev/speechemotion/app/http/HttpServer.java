package dev.speechemotion.app.http;

import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.process.RareWarnings;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.ForbiddenResponse;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import io.javalin.http.NotFoundResponse;
import io.javalin.http.ServiceUnavailableResponse;
import io.javalin.http.UnauthorizedResponse;
import io.javalin.util.JavalinBindException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one HTTP server of a process. Listens on 127.0.0.1 unless told otherwise, speaks TLS if there
 * is a key, and if there is a token, answers nothing but health without it.
 */
public final class HttpServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);

  /** Bounds what a client can have it read into memory, bytes. */
  private static final long MAX_REQUEST_BYTES = 1 << 20;

  private static final int MAX_THREADS = 64;
  private static final int MIN_THREADS = 2;

  /**
   * Requests with a body that are read at once: one that trickles in holds a thread, and others are
   * to have theirs.
   */
  private static final int MOST_BODIES = 8;

  private static final Set<HandlerType> WITHOUT_BODY =
      Set.of(HandlerType.GET, HandlerType.HEAD, HandlerType.OPTIONS, HandlerType.DELETE);

  private static final Set<HandlerType> CHANGES_NOTHING =
      Set.of(HandlerType.GET, HandlerType.HEAD, HandlerType.OPTIONS);

  private static final String HOLDS_PLACE = "holds a place for its body";

  private final RareWarnings warnings = new RareWarnings(LOG);
  private final Javalin server;
  private final boolean secure;
  private final String host;

  /**
   * The server that the settings ask for; empty if they ask for none.
   *
   * @throws CommandFailure if the address is taken or not this machine's, or the key cannot be read
   */
  public static Optional<HttpServer> start(Settings settings, List<HttpRoutes> routes) {
    return settings.integer(Property.HTTP_PORT) < 0
        ? Optional.empty()
        : Optional.of(new HttpServer(settings, routes));
  }

  private HttpServer(Settings settings, List<HttpRoutes> routes) {
    host = settings.text(Property.HTTP_HOST);
    int port = settings.integer(Property.HTTP_PORT);
    Optional<SslContextFactory.Server> tls = tls(settings);
    secure = tls.isPresent();
    AccessToken token = new AccessToken(settings.secret(Property.HTTP_TOKEN));
    server =
        Javalin.create(
            config -> {
              config.startup.showJavalinBanner = false;
              config.startup.showOldJavalinVersionWarning = false;
              config.http.maxRequestSize = MAX_REQUEST_BYTES;
              config.http.prefer405over404 = true;
              config.jetty.threadPool = threads();
              config.jetty.addConnector((jetty, http) -> connector(jetty, http, tls, port));
              guard(config, token, routes);
              routes.forEach(each -> each.addTo(config.routes));
            });
    try {
      server.start();
    } catch (JavalinBindException e) {
      throw cannotListen(port, e);
    } catch (RuntimeException e) {
      server.stop();
      throw cannotListen(port, e);
    }
    if (!token.isRequired() && !isLoopback()) {
      LOG.warn(
          "{} is open to whoever reaches {}: set {}, and {} for TLS",
          address(),
          host,
          Property.HTTP_TOKEN,
          Property.HTTP_TLS_KEYSTORE);
    }
  }

  private boolean isLoopback() {
    return isLoopback(host);
  }

  /** Whether only this machine reaches a server at that address. */
  public static boolean isLoopback(String name) {
    String bare = withoutBrackets(name);
    return bare.equals("localhost")
        || bare.equals("::1")
        || bare.equals("0:0:0:0:0:0:0:1")
        || bare.matches("127(\\.\\d{1,3}){3}");
  }

  private static String withoutBrackets(String name) {
    return name.startsWith("[") && name.endsWith("]") ? name.substring(1, name.length() - 1) : name;
  }

  private static QueuedThreadPool threads() {
    QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, MIN_THREADS);
    threads.setName("http");
    threads.setDaemon(true);
    return threads;
  }

  private Connector connector(
      Server jetty, HttpConfiguration http, Optional<SslContextFactory.Server> tls, int port) {
    http.setSendServerVersion(false);
    tls.ifPresent(unused -> http.addCustomizer(new SecureRequestCustomizer(false)));
    HttpConnectionFactory plain = new HttpConnectionFactory(http);
    ServerConnector connector =
        tls.map(
                keys ->
                    new ServerConnector(
                        jetty, new SslConnectionFactory(keys, plain.getProtocol()), plain))
            .orElseGet(() -> new ServerConnector(jetty, plain));
    connector.setHost(host);
    connector.setPort(port);
    return connector;
  }

  private static Optional<SslContextFactory.Server> tls(Settings settings) {
    String file = settings.text(Property.HTTP_TLS_KEYSTORE);
    if (file.isEmpty()) {
      return Optional.empty();
    }
    String password = settings.secret(Property.HTTP_TLS_KEYSTORE_PASSWORD);
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(in, password.toCharArray());
      if (Collections.list(store.aliases()).stream().noneMatch(alias -> isKey(store, alias))) {
        throw new KeyStoreException("it holds no private key");
      }
      SslContextFactory.Server keys = new SslContextFactory.Server();
      keys.setKeyStore(store);
      keys.setKeyStorePassword(password);
      return Optional.of(keys);
    } catch (IOException | GeneralSecurityException | InvalidPathException e) {
      throw new CommandFailure(
          "configuration: %s: cannot read %s with the password in %s: %s"
              .formatted(Property.HTTP_TLS_KEYSTORE, file, Property.HTTP_TLS_KEYSTORE_PASSWORD, e),
          e);
    }
  }

  private static boolean isKey(KeyStore store, String alias) {
    try {
      return store.isKeyEntry(alias);
    } catch (KeyStoreException e) {
      throw new IllegalStateException("it has been loaded", e);
    }
  }

  private void guard(JavalinConfig config, AccessToken token, List<HttpRoutes> routes) {
    Semaphore bodies = new Semaphore(MOST_BODIES);
    config.routes.before(
        request -> {
          request.header("X-Content-Type-Options", "nosniff");
          request.header("Cache-Control", "no-store");
          boolean hasBody = !WITHOUT_BODY.contains(request.method());
          if (hasBody) {
            // What is refused is not read, so nothing can follow on that connection.
            request.header("Connection", "close");
          }
          if (!isHealth(request)) {
            requireToken(request, token);
            requireOwnName(request, token);
            if (PageOrigin.isForeign(request) && !CHANGES_NOTHING.contains(request.method())) {
              throw new ForbiddenResponse("a page of another site may not send this\n");
            }
          }
          if (hasBody) {
            if (!bodies.tryAcquire()) {
              throw new ServiceUnavailableResponse("too many requests at once; try again\n");
            }
            request.attribute(HOLDS_PLACE, true);
          }
        });
    config.routes.after(
        request -> {
          if (request.attribute(HOLDS_PLACE) != null) {
            bodies.release();
          }
        });
    // So that requests for sockets that are not there come here, too.
    config.routes.ws("*", unused -> {});
    config.routes.wsBeforeUpgrade(
        request -> {
          try {
            requireSocket(request, token, routes);
          } catch (HttpResponseException e) {
            warnings.warn("a request for a WebSocket was refused: " + e.getMessage().strip());
            WebSockets.refuse(request, e);
          }
        });
    config.routes.exception(
        Exception.class,
        (failure, request) -> {
          if (failure instanceof EOFException) {
            // The body broke off, or is not what HTTP allows; its sender knows.
            warnings.warn("a request's body could not be read: " + failure.getClass().getName());
            request.status(HttpStatus.BAD_REQUEST).result("the request's body could not be read\n");
            return;
          }
          // Not what was asked for: it may name a call.
          LOG.warn("a request failed", failure);
          request
              .status(HttpStatus.INTERNAL_SERVER_ERROR)
              .result("the request failed; see the log\n");
        });
  }

  private void requireSocket(Context request, AccessToken token, List<HttpRoutes> routes) {
    String path = request.path().replaceFirst("/$", "");
    Set<String> sockets =
        routes.stream().flatMap(each -> each.sockets().stream()).collect(Collectors.toSet());
    if (!sockets.contains(path)) {
      throw new NotFoundResponse(
          "there is no WebSocket at this path%s\n"
              .formatted(sockets.isEmpty() ? "" : ", but at " + String.join(", ", sockets)));
    }
    if (routes.stream().anyMatch(each -> each.socketsWithoutToken().contains(path))) {
      return;
    }
    requireToken(request, token);
    requireOwnName(request, token);
    if (PageOrigin.isForeign(request)) {
      throw new ForbiddenResponse("a page of another site may not open this\n");
    }
  }

  private static void requireToken(Context request, AccessToken token) {
    if (!token.admits(request.header("Authorization"))) {
      request.header(
          "WWW-Authenticate", "Basic realm=\"speech-emotion-streams\", charset=\"UTF-8\"");
      throw new UnauthorizedResponse(
          "send the token as 'Authorization: Bearer TOKEN', or as the password of any name\n");
    }
  }

  /**
   * A page of somebody else can have its own name lead to this machine, so that the browser takes
   * what is here for its own; only the name tells.
   */
  private void requireOwnName(Context request, AccessToken token) {
    String name = String.valueOf(request.header("Host")).replaceFirst(":\\d+$", "");
    if (!token.isRequired() && isLoopback() && !isLoopback(name)) {
      throw new ForbiddenResponse(
          "asked for by the name of another machine; set %s, or a phone system's secret, to allow that\n"
              .formatted(Property.HTTP_TOKEN));
    }
  }

  private static boolean isHealth(Context request) {
    return request.path().equals(HealthRoutes.PATH)
        || request.path().startsWith(HealthRoutes.PATH + "/");
  }

  private CommandFailure cannotListen(int port, Exception cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return new CommandFailure(
        "cannot listen on %s:%d: %s; set %s and %s to a free address"
            .formatted(
                host,
                port,
                root.getMessage() == null
                    ? "there is no such address on this machine"
                    : root.getMessage(),
                Property.HTTP_HOST,
                Property.HTTP_PORT),
        cause);
  }

  public int port() {
    return server.port();
  }

  /** For a browser on the same machine, such as {@code http://127.0.0.1:8081}. */
  public String address() {
    String bare = withoutBrackets(host);
    boolean any = bare.equals("0.0.0.0") || bare.equals("::");
    String name = any ? "127.0.0.1" : bare.contains(":") ? "[" + bare + "]" : bare;
    return (secure ? "https://" : "http://") + name + ":" + port();
  }

  @Override
  public void close() {
    server.stop();
  }
}
