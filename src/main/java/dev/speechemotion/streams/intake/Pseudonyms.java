package dev.speechemotion.streams.intake;

import dev.speechemotion.avro.AudioChannel;
import dev.speechemotion.avro.AudioChunk;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import javax.crypto.Mac;

/**
 * Takes out of chunks what names a call or a person, as they come in, so that neither the state nor
 * what is made of them ever holds it: ids become keyed hashes, the same for the same id and key.
 * Serves one thread.
 */
public final class Pseudonyms {
  /** 128 bits: of a billion billion ids, no two are likely to have the same. */
  private static final int BYTES = 16;

  /** Of calls in progress, which come again with every chunk. */
  private static final int MOST_REMEMBERED = 4_096;

  private final Mac mac;
  private final Set<String> keptNames;

  private final Map<String, String> remembered =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > MOST_REMEMBERED;
        }
      };

  /**
   * @param keptNames names of channels that name nobody, and stay as they are
   */
  public Pseudonyms(PseudonymKey key, Set<String> keptNames) {
    mac = key.newMac();
    this.keptNames = keptNames;
  }

  /** The first half of the HMAC-SHA-256 of the id's UTF-8 bytes, in hexadecimal digits. */
  public String of(String id) {
    return remembered.computeIfAbsent(
        id,
        any ->
            HexFormat.of().formatHex(mac.doFinal(any.getBytes(StandardCharsets.UTF_8)), 0, BYTES));
  }

  /** Hashes the ids of call, stream and channels, and drops what the feed says in its own words. */
  void replaceIn(AudioChunk chunk) {
    chunk.setCallId(of(chunk.getCallId()));
    chunk.setStreamId(of(chunk.getStreamId()));
    for (AudioChannel channel : chunk.getChannels()) {
      if (channel.getName() != null && !keptNames.contains(channel.getName())) {
        channel.setName(of(channel.getName()));
      }
    }
    chunk.setEndReason(null);
  }
}
