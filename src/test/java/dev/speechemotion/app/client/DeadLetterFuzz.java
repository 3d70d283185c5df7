package dev.speechemotion.app.client;

import dev.speechemotion.fuzz.FuzzTarget;
import dev.speechemotion.streams.deadletters.DeadLetterHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/** Headers of dead letters, one a line, and what is kept of a replay in the same text. */
public final class DeadLetterFuzz implements FuzzTarget {
  private static final List<String> HEADERS =
      List.of(
          DeadLetterHeaders.REASON,
          DeadLetterHeaders.TOPIC,
          DeadLetterHeaders.PARTITION,
          DeadLetterHeaders.OFFSET,
          DeadLetterHeaders.TIMESTAMP,
          DeadLetterHeaders.MESSAGE);

  @Override
  public List<byte[]> seeds() {
    return List.of(
        "LATE\naudio-chunks\n1\n42\n1700000000000\nits time is over"
            .getBytes(StandardCharsets.UTF_8),
        "LATE=7,NULL_KEY=12".getBytes(StandardCharsets.UTF_8),
        new byte[0]);
  }

  @Override
  public void read(byte[] input) {
    ConsumerRecord<byte[], byte[]> letter = new ConsumerRecord<>("dlq", 0, 0, input, input);
    String[] lines = new String(input, StandardCharsets.ISO_8859_1).split("\n");
    for (int i = 0; i < Math.min(lines.length, HEADERS.size()); i++) {
      letter.headers().add(HEADERS.get(i), lines[i].getBytes(StandardCharsets.ISO_8859_1));
    }
    DeadLetter read = DeadLetterReplay.read(letter);
    DeadLetterReplay.partition(letter, 4);
    ReplayProgress progress =
        ReplayProgress.of(new OffsetAndMetadata(5, new String(input, StandardCharsets.UTF_8)), 10);
    progress.replayed(read.reason(), 3);
    ReplayProgress committed = ReplayProgress.of(progress.toCommit(), 10);
    if (progress.until(read.reason()) != 4 || committed.until(read.reason()) != 4) {
      throw new AssertionError("replayed up to " + committed.until(read.reason()));
    }
  }
}
