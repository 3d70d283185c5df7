package dev.speechemotion.streams.intake;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The secret that {@link Pseudonyms} are made with; its text is never shown. */
public final class PseudonymKey {
  /** As many as the hash has bytes, so that it is not weaker than the hash. */
  public static final int MIN_CHARS = 32;

  private static final String ALGORITHM = "HmacSHA256";

  private final byte[] secret;

  /**
   * @param secret random text, such as {@code openssl rand -hex 32} prints
   * @throws IllegalArgumentException if it is shorter than {@link #MIN_CHARS}
   */
  public PseudonymKey(String secret) {
    if (secret.length() < MIN_CHARS) {
      throw new IllegalArgumentException(
          "the key for pseudonyms must have at least "
              + MIN_CHARS
              + " characters, got "
              + secret.length()
              + "; `openssl rand -hex 32` makes one");
    }
    this.secret = secret.getBytes(StandardCharsets.UTF_8);
  }

  /** HMAC-SHA-256 with this key, for one thread. */
  Mac newMac() {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret, ALGORITHM));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HMAC-SHA-256", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PseudonymKey key && Arrays.equals(secret, key.secret);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(secret);
  }

  @Override
  public String toString() {
    return "[hidden]";
  }
}
