package dev.speechemotion.app.gateway.audiohook;

import dev.speechemotion.app.gateway.feed.BadMessageException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Checks that a request comes from whoever has the API key, and if there is a client secret, that
 * it is signed with it as AudioHook demands: HMAC-SHA256 over the target, the host, and the headers
 * that say what the session is, not long ago, and each time with another nonce. Serves all threads.
 */
final class RequestSigning {
  private static final String ALGORITHM = "HmacSHA256";
  private static final String AUTHORITY = "@authority";
  private static final String TARGET = "@request-target";
  private static final Set<String> REQUIRED =
      Set.of(
          TARGET,
          "audiohook-organization-id",
          "audiohook-session-id",
          "audiohook-correlation-id",
          "x-api-key");

  private static final long MAX_AGE_SECONDS = 30;
  private static final long CLOCK_SKEW_SECONDS = 3;
  private static final int LEAST_NONCE_CHARS = 22;

  /** Nonces are remembered for longer than a signature is good. */
  private static final int NONCES = 20_000;

  private final byte[] apiKey;
  private final Optional<SecretKeySpec> key;
  private final Clock clock;
  private final Map<String, Boolean> nonces =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
          return size() > NONCES;
        }
      };

  /**
   * @param secret empty: the API key is enough
   */
  RequestSigning(String apiKey, byte[] secret, Clock clock) {
    this.apiKey = apiKey.getBytes(StandardCharsets.UTF_8);
    key = secret.length == 0 ? Optional.empty() : Optional.of(new SecretKeySpec(secret, ALGORITHM));
    this.clock = clock;
  }

  /**
   * Checks a request.
   *
   * @param target path and query, as they came
   * @param header gives a header by its name, or null
   * @throws BadMessageException if it is not from whoever has the key
   */
  void check(String target, Function<String, String> header) throws BadMessageException {
    String givenKey = header.apply("x-api-key");
    if (givenKey == null
        || !MessageDigest.isEqual(givenKey.strip().getBytes(StandardCharsets.UTF_8), apiKey)) {
      throw new BadMessageException("its X-API-KEY is not the one that is expected");
    }
    if (key.isEmpty()) {
      return;
    }
    String input = header.apply("signature-input");
    String signature = header.apply("signature");
    if (input == null || signature == null) {
      throw new BadMessageException("it is not signed");
    }
    SignatureHeaders signed = SignatureHeaders.parse(input, signature);
    checkParameters(signed, givenKey.strip());
    byte[] expected = mac(base(signed, target, header));
    if (!MessageDigest.isEqual(expected, signed.signature())) {
      throw new BadMessageException("its signature does not match");
    }
    synchronized (nonces) {
      if (nonces.putIfAbsent(signed.parameters().get("nonce"), true) != null) {
        throw new BadMessageException("its signature has been used before");
      }
    }
  }

  private void checkParameters(SignatureHeaders signed, String givenKey)
      throws BadMessageException {
    Map<String, String> parameters = signed.parameters();
    if (!signed.components().containsAll(REQUIRED)
        || !signed.components().contains(AUTHORITY) && !signed.components().contains("host")) {
      throw new BadMessageException("its signature does not cover all that it must");
    }
    if (!parameters.getOrDefault("alg", "hmac-sha256").equals("hmac-sha256")
        || !givenKey.equals(parameters.get("keyid"))
        || parameters.getOrDefault("nonce", "").length() < LEAST_NONCE_CHARS) {
      throw new BadMessageException("its signature has no alg, keyid or nonce as it must be");
    }
    long now = clock.instant().getEpochSecond();
    long created = seconds(parameters.get("created"));
    long expires = seconds(parameters.getOrDefault("expires", Long.toString(Integer.MAX_VALUE)));
    if (created > now + CLOCK_SKEW_SECONDS
        || created < now - MAX_AGE_SECONDS
        || expires < now - CLOCK_SKEW_SECONDS) {
      throw new BadMessageException("its signature is too old or of a time to come");
    }
  }

  private static long seconds(String text) throws BadMessageException {
    if (text == null || !text.matches("[0-9]{1,15}")) {
      throw new BadMessageException("its signature does not say when it was created");
    }
    return Long.parseLong(text);
  }

  /** What is signed. */
  static String base(SignatureHeaders signed, String target, Function<String, String> header)
      throws BadMessageException {
    StringBuilder base = new StringBuilder();
    for (String component : signed.components()) {
      String value =
          switch (component) {
            case TARGET -> target;
            case AUTHORITY -> header.apply("host");
            default -> component.startsWith("@") ? null : header.apply(component);
          };
      if (value == null) {
        throw new BadMessageException("its signature covers something that is not there");
      }
      base.append('"').append(component).append("\": ").append(value.strip()).append('\n');
    }
    return base.append("\"@signature-params\": ").append(signed.input()).toString();
  }

  byte[] mac(String text) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key.orElseThrow());
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
