package dev.speechemotion.app.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/**
 * Who may ask the HTTP server: everybody, or whoever knows a token. A program sends it as {@code
 * Authorization: Bearer TOKEN}. A browser asks its user for a name and a password (HTTP basic
 * authentication); the token is the password, under any name.
 */
final class AccessToken {
  private static final String BEARER = "bearer ";
  private static final String BASIC = "basic ";

  private final Optional<byte[]> token;

  /**
   * @param token empty: everybody may ask
   */
  AccessToken(String token) {
    this.token =
        token.isEmpty() ? Optional.empty() : Optional.of(token.getBytes(StandardCharsets.UTF_8));
  }

  boolean isRequired() {
    return token.isPresent();
  }

  /**
   * Whether a request may be answered.
   *
   * @param authorization that header; null if there is none
   */
  boolean admits(String authorization) {
    return token.isEmpty()
        || authorization != null
            // The time that this takes does not tell how much of the token was right.
            && MessageDigest.isEqual(token.get(), given(authorization));
  }

  private static byte[] given(String authorization) {
    String scheme = authorization.toLowerCase(Locale.ROOT);
    if (scheme.startsWith(BEARER)) {
      // Headers are read as ISO 8859-1, byte by byte, whatever they are written in.
      return authorization.substring(BEARER.length()).strip().getBytes(StandardCharsets.ISO_8859_1);
    }
    if (scheme.startsWith(BASIC)) {
      try {
        String pair =
            new String(
                Base64.getDecoder().decode(authorization.substring(BASIC.length()).strip()),
                StandardCharsets.UTF_8);
        return pair.substring(pair.indexOf(':') + 1).getBytes(StandardCharsets.UTF_8);
      } catch (IllegalArgumentException e) {
        return new byte[0];
      }
    }
    return new byte[0];
  }
}
