package dev.speechemotion.app.gateway.twilio;

import dev.speechemotion.app.gateway.feed.BadMessageException;
import dev.speechemotion.fuzz.FuzzTarget;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** Messages of Twilio Media Streams. */
public final class TwilioMessageFuzz implements FuzzTarget {
  @Override
  public List<byte[]> seeds() {
    return Stream.of(
            TwilioMessageTest.CONNECTED,
            TwilioMessageTest.START,
            TwilioMessageTest.MEDIA,
            TwilioMessageTest.DTMF,
            TwilioMessageTest.MARK,
            TwilioMessageTest.STOP,
            "{\"event\":\"media\",\"media\":{\"payload\":\"&\"}}",
            "[".repeat(2_000))
        .map(text -> text.getBytes(StandardCharsets.UTF_8))
        .toList();
  }

  @Override
  public void read(byte[] input) {
    try {
      TwilioMessage message = TwilioMessage.parse(new String(input, StandardCharsets.UTF_8));
      if (message instanceof TwilioMessage.Media media
          && (media.timestampMs() < 0 || media.payload().length > input.length)) {
        throw new AssertionError("a message says what cannot be");
      }
    } catch (BadMessageException e) {
      if (e.getMessage().isBlank() || e.getMessage().length() > 200) {
        throw new AssertionError("refused without a line that says why");
      }
    }
  }
}
