package dev.speechemotion.streams.call;

import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.MediaGap;
import dev.speechemotion.fuzz.FuzzTarget;
import dev.speechemotion.streams.deadletters.Rejection;
import dev.speechemotion.streams.intake.ChunkDecoder;
import dev.speechemotion.streams.intake.ChunkRules;
import dev.speechemotion.streams.intake.Message;
import dev.speechemotion.streams.registry.EmotionSerdes;
import dev.speechemotion.streams.registry.RegistryClients;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.utils.Utils;

/** Values of records: Avro in Confluent's wire format, and the rules for what it says. */
public final class ChunkFuzz implements FuzzTarget {
  private static final String TOPIC = "audio-chunks";
  private static final byte[] KEY = Utils.utf8("call-1");
  private static final int MAX_PAYLOAD_BYTES = 1 << 20;

  private final EmotionSerdes serdes = EmotionSerdes.of(RegistryClients.inMemory());
  private final ChunkDecoder decoder =
      new ChunkDecoder(
          TOPIC,
          new ChunkRules(MAX_PAYLOAD_BYTES),
          serdes.audioChunk().deserializer(),
          Optional.empty());

  @Override
  public List<byte[]> seeds() {
    TestFeed feed = new TestFeed();
    List<AudioChunk> chunks = new ArrayList<>();
    chunks.add(feed.start());
    chunks.add(feed.media(List.of(TestFeed.customer()), new float[80]));
    chunks.add(
        feed.media(List.of(TestFeed.customer(), TestFeed.agent()), new float[80], new float[80]));
    chunks.add(
        AudioChunk.newBuilder(
                feed.media(
                    List.of(TestFeed.channel(ChannelRole.UNKNOWN, "line")), new float[] {0.5f}))
            .setGap(new MediaGap(0L, 1_000L, "lost"))
            .setAccount("account")
            .build());
    chunks.add(feed.stop());
    Serializer<AudioChunk> serializer = serdes.audioChunk().serializer();
    return chunks.stream().map(chunk -> serializer.serialize(TOPIC, chunk)).toList();
  }

  @Override
  public void read(byte[] input) {
    List<Rejection> rejections = new ArrayList<>();
    Optional<Message> message = decoder.decode(KEY, input, rejections::add);
    if (message.isPresent() == !rejections.isEmpty()) {
      throw new AssertionError("used and rejected: " + rejections);
    }
    message.ifPresent(ChunkFuzz::hear);
    rejections.forEach(
        rejection -> {
          if (rejection.message().isBlank() || rejection.message().contains("\n")) {
            throw new AssertionError("rejected without a line that says why");
          }
        });
  }

  private static void hear(Message message) {
    float[] samples = new float[message.frames()];
    for (int c = 0; c < message.channels().size() && message.isMedia(); c++) {
      message.decode(c, 0, message.frames(), samples);
    }
  }
}
