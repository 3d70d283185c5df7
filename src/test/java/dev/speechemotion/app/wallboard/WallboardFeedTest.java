package dev.speechemotion.app.wallboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.speechemotion.app.fixtures.PretendCall;
import dev.speechemotion.app.process.StopRequest;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.EmotionEvent;
import java.time.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

class WallboardFeedTest {
  private final LiveCalls calls = new LiveCalls(Clock.systemUTC());

  /** Follows until there is no more, which is as if the registry went away. */
  private void follow(List<List<SpecificRecord>> polls) {
    Iterator<List<SpecificRecord>> rest = polls.iterator();
    assertThatThrownBy(() -> WallboardFeed.follow(rest::next, calls, new StopRequest()))
        .isInstanceOf(NoSuchElementException.class);
  }

  private static EmotionEvent event(String callId) {
    return new PretendCall(callId, Instant.now().minusSeconds(20))
        .event(ChannelRole.CUSTOMER, 3_000, "angry", 0.7);
  }

  private List<String> shown() {
    JsonNode picture = calls.picture(0, new HashSet<>());
    return picture.get("calls").findValuesAsText("id");
  }

  @Test
  void shouldKeepThePictureUntilThereIsAnother() {
    follow(List.of(List.of(event("call-1"))));
    assertThat(shown()).containsExactly("call-1");

    follow(List.of());
    follow(List.of(List.of(), List.of()));
    assertThat(shown()).containsExactly("call-1");

    follow(List.of(List.of(), List.of(event("call-2")), List.of(event("call-3"))));
    assertThat(shown()).containsExactly("call-2", "call-3");
  }

  @Test
  void shouldForgetTheLabelsWithThePicture() {
    EmotionEvent junk = event("call-1");
    junk.setProbabilities(Map.of("junk", 1f));
    follow(List.of(List.of(junk)));
    assertThat(calls.labels()).containsExactly("junk");

    follow(List.of(List.of(event("call-2"))));

    assertThat(calls.labels()).contains("angry").doesNotContain("junk");
  }
}
