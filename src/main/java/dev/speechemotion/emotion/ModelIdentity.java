package dev.speechemotion.emotion;

import java.util.Objects;

/**
 * Which model made a result.
 *
 * @param name the model's name, such as {@code tess-fcnn}
 * @param version the model's version
 * @param hash SHA-256 of the model's manifest in lower-case hexadecimal; the manifest in turn holds
 *     the hash of the weights
 */
public record ModelIdentity(String name, String version, String hash) {
  public ModelIdentity {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(hash, "hash");
  }
}
