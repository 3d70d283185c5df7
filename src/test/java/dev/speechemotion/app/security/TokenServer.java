package dev.speechemotion.app.security;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.lang.JoseException;

/**
 * As much of an OAuth server as Kafka's clients and brokers ask: tokens for clients that know the
 * secret, and the key that the tokens are signed with.
 */
final class TokenServer implements AutoCloseable {
  static final String SECRET = "client-hunter2";
  static final String AUDIENCE = "kafka";

  /** Gets tokens that are not for the brokers. */
  static final String STRANGER = "stranger";

  private static final float VALID_MINUTES = 60;

  private final RsaJsonWebKey key;
  private final HttpServer server;

  TokenServer() throws IOException, JoseException {
    key = RsaJwkGenerator.generateJwk(2048);
    key.setKeyId("key-1");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/token", this::giveToken);
    server.createContext(
        "/keys", exchange -> answer(exchange, 200, new JsonWebKeySet(key).toJson()));
    server.start();
  }

  String tokenUrl() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/token";
  }

  String keysUrl() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/keys";
  }

  private void giveToken(HttpExchange exchange) throws IOException {
    String login = exchange.getRequestHeaders().getFirst("Authorization").replace("Basic ", "");
    String[] client =
        new String(Base64.getDecoder().decode(login), StandardCharsets.UTF_8).split(":");
    if (!client[1].equals(SECRET)) {
      answer(exchange, 401, "{\"error\": \"invalid_client\"}");
      return;
    }
    try {
      answer(
          exchange,
          200,
          "{\"access_token\": \"%s\", \"token_type\": \"Bearer\"}".formatted(token(client[0])));
    } catch (JoseException e) {
      throw new IOException(e);
    }
  }

  private String token(String client) throws JoseException {
    JwtClaims claims = new JwtClaims();
    claims.setSubject(client);
    claims.setAudience(client.equals(STRANGER) ? "somebody else" : AUDIENCE);
    claims.setIssuedAtToNow();
    claims.setExpirationTimeMinutesInTheFuture(VALID_MINUTES);
    JsonWebSignature signed = new JsonWebSignature();
    signed.setPayload(claims.toJson());
    signed.setKey(key.getPrivateKey());
    signed.setKeyIdHeaderValue(key.getKeyId());
    signed.setAlgorithmHeaderValue(AlgorithmIdentifiers.RSA_USING_SHA256);
    return signed.getCompactSerialization();
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
