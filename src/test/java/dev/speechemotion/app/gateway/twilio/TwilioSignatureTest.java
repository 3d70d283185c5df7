package dev.speechemotion.app.gateway.twilio;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TwilioSignatureTest {
  private static final String URL = "wss://voice.example.com/twilio";
  private final TwilioSignature signature = new TwilioSignature("12345");

  @Test
  void shouldSignAsTwiliosOwnLibrariesDo() {
    // The example of their tests: a form's fields come behind the address.
    assertThat(
            signature.of(
                "https://mycompany.com/myapp.php?foo=1&bar=2"
                    + "CallSidCA1234567890ABCDECaller+14158675309Digits1234From+14158675309"
                    + "To+18005551212"))
        .isEqualTo("RSOYDt4T1cUTdK1PDd93/VVr8B8=");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        URL,
        URL + "/",
        "wss://voice.example.com:443/twilio",
        "wss://voice.example.com:443/twilio/"
      })
  void shouldTakeTheFormsOfAnAddressThatMeanTheSame(String signed) {
    assertThat(signature.isOf(URL, signature.of(signed))).isTrue();
    assertThat(signature.isOf(signed, signature.of(URL))).isTrue();
  }

  @Test
  void shouldRefuseAllElse() {
    assertThat(signature.isOf(URL, null)).isFalse();
    assertThat(signature.isOf(URL, "")).isFalse();
    assertThat(signature.isOf(URL, signature.of("wss://other.example.com/twilio"))).isFalse();
    assertThat(signature.isOf(URL, signature.of(URL + "?a=b"))).isFalse();
    assertThat(signature.isOf(URL, signature.of("wss://voice.example.com:8443/twilio"))).isFalse();
    assertThat(signature.isOf(URL, new TwilioSignature("54321").of(URL))).isFalse();
  }
}
