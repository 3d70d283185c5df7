package dev.speechemotion.app.gateway.audiohook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.speechemotion.app.gateway.feed.BadMessageException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestSigningTest {
  /** The example of AudioHook's documentation. */
  private static final String KEY = "SGVsbG8sIEkgYW0gdGhlIEFQSSBrZXkh";

  private static final byte[] SECRET =
      Base64.getDecoder().decode("TXlTdXBlclNlY3JldEtleVRlbGxOby0xITJAMyM0JDU=");
  private static final String TARGET = "/api/v1/voicebiometrics/ws";
  private static final long CREATED = 1_641_013_200;

  static final String INPUT =
      "sig1=(\"@request-target\" \"host\" \"audiohook-organization-id\" \"audiohook-session-id\""
          + " \"audiohook-correlation-id\" \"x-api-key\");keyid=\"SGVsbG8sIEkgYW0gdGhlIEFQSSBrZXkh\""
          + ";nonce=\"VGhpc0lzQVVuaXF1ZU5vbmNl\";alg=\"hmac-sha256\";created=1641013200"
          + ";expires=3282026430";
  static final String SIGNATURE = "sig1=:zupMJUMfd/kMuvKc5zhRyfJPE3jTROuz1S1hn8SCTpE=:";

  private final Map<String, String> headers =
      new HashMap<>(
          Map.of(
              "host", "audiohook.example.com",
              "audiohook-organization-id", "d7934305-0972-4844-938e-9060eef73d05",
              "audiohook-session-id", "30b0e395-84d3-4570-ac13-9a62d8f514c0",
              "audiohook-correlation-id", "e160e428-53e2-487c-977d-96989bf5c99d",
              "x-api-key", KEY,
              "signature-input", INPUT,
              "signature", SIGNATURE));

  private static RequestSigning at(long second) {
    return new RequestSigning(
        KEY, SECRET, Clock.fixed(Instant.ofEpochSecond(second), ZoneOffset.UTC));
  }

  @Test
  void shouldTakeTheSignatureThatTheDocumentationGives() throws Exception {
    SignatureHeaders signed = SignatureHeaders.parse(INPUT, SIGNATURE);
    assertThat(at(CREATED).mac(RequestSigning.base(signed, TARGET, headers::get)))
        .isEqualTo(signed.signature());
    assertThatCode(() -> at(CREATED + 5).check(TARGET, headers::get)).doesNotThrowAnyException();
  }

  @Test
  void shouldTakeASignatureOnce() throws Exception {
    RequestSigning signing = at(CREATED);
    signing.check(TARGET, headers::get);
    assertThatThrownBy(() -> signing.check(TARGET, headers::get))
        .isInstanceOf(BadMessageException.class)
        .hasMessageContaining("used before");
  }

  @ParameterizedTest
  @CsvSource({
    "x-api-key,                  another",
    "x-api-key,",
    "audiohook-session-id,       10b0e395-84d3-4570-ac13-9a62d8f514c0",
    "audiohook-organization-id,",
    "host,                       other.example.com",
    "signature,",
    "signature-input,",
    "signature,                  sig2=:AAAA:",
    "signature,                  sig1=:zupMJUMfd/kMuvKc5zhRyfJPE3jTROuz1S1hn8SCTpA=:",
    "signature,                  sig1=zupM"
  })
  void shouldRefuseWhatIsChangedOrMissing(String header, String value) {
    headers.compute(header, (name, was) -> value);
    assertThatThrownBy(() -> at(CREATED).check(TARGET, headers::get))
        .isInstanceOf(BadMessageException.class)
        .hasMessageNotContaining(KEY);
  }

  @ParameterizedTest
  @CsvSource({"keyid", "nonce", "created", "\"host\"", "\"audiohook-session-id\"", "hmac-sha256"})
  void shouldRefuseASignatureThatLeavesSomethingOut(String part) {
    headers.put(
        "signature-input", INPUT.replace(part, part.startsWith("\"") ? "\"via\"" : "other"));
    headers.put("via", "a proxy");
    assertThatThrownBy(() -> at(CREATED).check(TARGET, headers::get))
        .isInstanceOf(BadMessageException.class);
  }

  @Test
  void shouldRefuseAnotherTargetAndAnotherTime() {
    assertThatThrownBy(() -> at(CREATED).check("/other", headers::get))
        .hasMessageContaining("does not match");
    assertThatThrownBy(() -> at(CREATED + 60).check(TARGET, headers::get))
        .hasMessageContaining("too old");
    assertThatThrownBy(() -> at(CREATED - 60).check(TARGET, headers::get))
        .hasMessageContaining("time to come");
  }

  @Test
  void shouldBeContentWithTheKeyIfThereIsNoSecret() {
    RequestSigning signing = new RequestSigning(KEY, new byte[0], Clock.systemUTC());
    headers.remove("signature");
    assertThatCode(() -> signing.check(TARGET, headers::get)).doesNotThrowAnyException();
    headers.put("x-api-key", "another");
    assertThatThrownBy(() -> signing.check(TARGET, headers::get))
        .isInstanceOf(BadMessageException.class);
  }
}
