package dev.speechemotion.app.gateway.rtp;

import java.util.OptionalLong;

/**
 * Finds senders whose timestamps do not count the samples of G.711, 8,000 a second (RFC 3551), but
 * milliseconds, or the samples of another rate. Packets of one number after the other are looked
 * at: their audio is as long as they have bytes. Bursts, jitter, and delay leave timestamps as they
 * are; silence that is not sent makes a few of them advance by more. So nearly all must be off, to
 * the same side, while packets come as fast as their audio lasts, which those of a recording that
 * is sent faster, or of silence of which only a packet now and then is sent, do not.
 */
final class TimestampPace {
  /** Looked at in one go, samples. */
  private static final long ENOUGH = 5L * RtpStream.RATE_HZ;

  private static final int ENOUGH_PACKETS = 50;

  /** Of all packets, those that must be off, percent. */
  private static final int NEARLY_ALL = 90;

  private static final long NANOS_PER_SAMPLE = 1_000_000_000 / RtpStream.RATE_HZ;

  private RtpPacket last;
  private long lastArrivalNanos;
  private int packets;
  private int slow;
  private int fast;
  private long samples;
  private long counted;
  private long nanos;

  /**
   * Takes note of a packet of G.711.
   *
   * @return what the timestamps count a second, when that is known and not what it must be
   */
  OptionalLong take(RtpPacket packet, long arrivalNanos) {
    RtpPacket before = last;
    long waited = arrivalNanos - lastArrivalNanos;
    last = packet;
    lastArrivalNanos = arrivalNanos;
    if (before == null
        || before.ssrc() != packet.ssrc()
        || (before.sequenceNumber() + 1 & 0xFFFF) != packet.sequenceNumber()) {
      return OptionalLong.empty();
    }
    long length = before.payload().remaining();
    // They wrap around.
    long advance = (int) (packet.timestamp() - before.timestamp());
    packets++;
    samples += length;
    counted += advance;
    nanos += waited;
    if (5 * advance < 4 * length) {
      slow++;
    } else if (4 * advance > 5 * length) {
      fast++;
    }
    return samples < ENOUGH || packets < ENOUGH_PACKETS ? OptionalLong.empty() : result();
  }

  private OptionalLong result() {
    boolean off = 100L * Math.max(slow, fast) >= (long) NEARLY_ALL * packets;
    long lasts = samples * NANOS_PER_SAMPLE;
    boolean live = 4 * nanos >= 3 * lasts && 4 * nanos <= 5 * lasts;
    OptionalLong pace =
        off && live
            ? OptionalLong.of(Math.round((double) RtpStream.RATE_HZ * counted / samples))
            : OptionalLong.empty();
    packets = 0;
    slow = 0;
    fast = 0;
    samples = 0;
    counted = 0;
    nanos = 0;
    return pace;
  }

  /** What comes next does not follow what came: another kind of packet was in between. */
  void interrupt() {
    last = null;
  }
}
