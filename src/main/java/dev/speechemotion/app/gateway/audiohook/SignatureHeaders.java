package dev.speechemotion.app.gateway.audiohook;

import dev.speechemotion.app.gateway.feed.BadMessageException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A signature of a request: the headers {@code Signature-Input} and {@code Signature} (RFC 9421, of
 * which AudioHook uses the parts read here).
 *
 * @param components that are signed, in order
 * @param parameters such as {@code keyid} and {@code created}
 * @param input components and parameters as they came, which are signed as well
 * @param base64 the signature
 */
record SignatureHeaders(
    List<String> components, Map<String, String> parameters, String input, String base64) {
  private static final int MAX_CHARS = 4_096;
  private static final int MAX_PARTS = 32;

  private static final Pattern LABEL = Pattern.compile("\\s*([a-z*][a-z0-9_.*-]{0,63})=");
  private static final Pattern COMPONENT = Pattern.compile(" *\"([a-z0-9@_-]{1,64})\"");
  private static final Pattern PARAMETER =
      Pattern.compile("; *([a-z]{1,32})=(?:\"([^\"\\\\\\p{Cntrl}]{0,512})\"|([0-9]{1,15}))");
  private static final Pattern BYTES = Pattern.compile(":([A-Za-z0-9+/]{1,256}={0,2}):");

  /**
   * Reads the first signature.
   *
   * @throws BadMessageException if the headers are not as they must be, or do not fit together
   */
  static SignatureHeaders parse(String signatureInput, String signature)
      throws BadMessageException {
    if (signatureInput.length() > MAX_CHARS || signature.length() > MAX_CHARS) {
      throw new BadMessageException("the signature is too long");
    }
    Matcher label = LABEL.matcher(signatureInput);
    if (!label.lookingAt()) {
      throw new BadMessageException("Signature-Input has no label");
    }
    int begin = label.end();
    List<String> components = new ArrayList<>();
    int at = components(signatureInput, begin, components);
    Map<String, String> parameters = new LinkedHashMap<>();
    Matcher parameter = PARAMETER.matcher(signatureInput);
    for (; parameter.region(at, signatureInput.length()).lookingAt(); at = parameter.end()) {
      String value = parameter.group(2) != null ? parameter.group(2) : parameter.group(3);
      if (parameters.put(parameter.group(1), value) != null || parameters.size() > MAX_PARTS) {
        throw new BadMessageException("Signature-Input has a parameter twice, or too many");
      }
    }
    String rest = signatureInput.substring(at).strip();
    if (!rest.isEmpty() && !rest.startsWith(",")) {
      throw new BadMessageException("Signature-Input has a parameter that is not understood");
    }
    return new SignatureHeaders(
        List.copyOf(components),
        parameters,
        signatureInput.substring(begin, at),
        bytes(signature, label.group(1)));
  }

  private static int components(String text, int begin, List<String> components)
      throws BadMessageException {
    if (!text.startsWith("(", begin)) {
      throw new BadMessageException("Signature-Input has no list of components");
    }
    int at = begin + 1;
    Matcher component = COMPONENT.matcher(text);
    for (; component.region(at, text.length()).lookingAt(); at = component.end()) {
      if (components.contains(component.group(1)) || components.size() >= MAX_PARTS) {
        throw new BadMessageException("Signature-Input has a component twice, or too many");
      }
      components.add(component.group(1));
    }
    while (text.startsWith(" ", at)) {
      at++;
    }
    if (!text.startsWith(")", at)) {
      throw new BadMessageException("Signature-Input has a component that is not understood");
    }
    return at + 1;
  }

  private static String bytes(String signature, String wanted) throws BadMessageException {
    int at = 0;
    Matcher label = LABEL.matcher(signature);
    Matcher bytes = BYTES.matcher(signature);
    while (label.region(at, signature.length()).lookingAt()
        && bytes.region(label.end(), signature.length()).lookingAt()) {
      if (label.group(1).equals(wanted)) {
        return bytes.group(1);
      }
      at = bytes.end();
      while (at < signature.length() && " ,".indexOf(signature.charAt(at)) >= 0) {
        at++;
      }
    }
    throw new BadMessageException("Signature has no bytes for the label of Signature-Input");
  }

  /** The signature itself. */
  byte[] signature() throws BadMessageException {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new BadMessageException("Signature is not base64");
    }
  }
}
