package dev.speechemotion.app.gateway.audiohook;

import dev.speechemotion.app.gateway.feed.BadMessageException;
import dev.speechemotion.fuzz.FuzzTarget;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** The headers of a signature: Signature-Input and, behind a line feed, Signature. */
public final class SignatureFuzz implements FuzzTarget {
  @Override
  public List<byte[]> seeds() {
    return Stream.of(
            RequestSigningTest.INPUT + "\n" + RequestSigningTest.SIGNATURE,
            "sig1=();created=1\nsig1=:AA==:",
            "a=(\"b\"), c=(\"d\");e=1\nc=:BB==:, a=:AA==:",
            "sig1=(\"a\";req);created=1\nsig1=:AA==:",
            "sig1=" + "(".repeat(500) + "\n")
        .map(text -> text.getBytes(StandardCharsets.UTF_8))
        .toList();
  }

  @Override
  public void read(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    int line = Math.max(0, text.indexOf('\n'));
    try {
      SignatureHeaders headers =
          SignatureHeaders.parse(text.substring(0, line), text.substring(line).strip());
      headers.signature();
      RequestSigning.base(headers, "/", name -> "value");
      if (!text.contains(headers.input()) || !headers.input().startsWith("(")) {
        throw new AssertionError("what is signed is not what came");
      }
    } catch (BadMessageException e) {
      if (e.getMessage().isBlank() || e.getMessage().length() > 200) {
        throw new AssertionError("refused without a line that says why");
      }
    }
  }
}
