package dev.speechemotion.app.gateway.twilio;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The signature in {@code X-Twilio-Signature}: HMAC-SHA1 of the address, with the account's auth
 * token as the key, in base64. See <a
 * href="https://www.twilio.com/docs/usage/security#validating-requests">Twilio's description</a>.
 */
final class TwilioSignature {
  private static final String ALGORITHM = "HmacSHA1";

  private final SecretKeySpec key;

  TwilioSignature(String authToken) {
    key = new SecretKeySpec(authToken.getBytes(StandardCharsets.UTF_8), ALGORITHM);
  }

  /** The signature of an address. */
  String of(String url) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return Base64.getEncoder().encodeToString(mac.doFinal(url.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Whether a signature is that of an address.
   *
   * @param given may be null
   */
  boolean isOf(String url, String given) {
    if (given == null) {
      return false;
    }
    byte[] bytes = given.getBytes(StandardCharsets.UTF_8);
    boolean equal = false;
    for (String form : forms(url)) {
      // All are compared, and each in full: the time that it takes tells nothing.
      equal |= MessageDigest.isEqual(bytes, of(form).getBytes(StandardCharsets.UTF_8));
    }
    return equal;
  }

  /** Twilio signs an address with and without a slash at its end, and the port of the scheme. */
  private static List<String> forms(String url) {
    List<String> forms = new ArrayList<>();
    for (String form : List.of(url, withOtherPort(url))) {
      forms.add(form);
      if (!form.contains("?")) {
        forms.add(form.endsWith("/") ? form.substring(0, form.length() - 1) : form + "/");
      }
    }
    return forms;
  }

  private static String withOtherPort(String url) {
    int host = url.indexOf("://") + 3;
    int path = url.indexOf('/', host);
    String authority = path < 0 ? url.substring(host) : url.substring(host, path);
    String rest = path < 0 ? "" : url.substring(path);
    String port = url.startsWith("wss:") || url.startsWith("https:") ? ":443" : ":80";
    if (authority.endsWith(port)) {
      return url.substring(0, host)
          + authority.substring(0, authority.length() - port.length())
          + rest;
    }
    return authority.matches(".*:\\d+") ? url : url.substring(0, host) + authority + port + rest;
  }
}
