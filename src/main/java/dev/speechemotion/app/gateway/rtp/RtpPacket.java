package dev.speechemotion.app.gateway.rtp;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A packet of RTP (RFC 3550, section 5.1), without contributing sources, extension, and padding.
 *
 * @param payloadType 0 to 127
 * @param sequenceNumber 0 to 65,535
 * @param timestamp 0 to 2^32 - 1
 * @param ssrc 0 to 2^32 - 1
 * @param payload a view of the packet
 */
record RtpPacket(
    int payloadType, int sequenceNumber, long timestamp, long ssrc, ByteBuffer payload) {
  /** The largest packet that is taken, bytes: an Ethernet frame and then some. */
  static final int MAX_BYTES = 2_048;

  private static final int HEADER_BYTES = 12;
  private static final int VERSION = 2;

  /** Packet types of RTCP, where both come at one port (RFC 5761, section 4). */
  private static final int FIRST_RTCP_TYPE = 192;

  private static final int LAST_RTCP_TYPE = 223;

  /** Reads a packet; empty if it is none of RTP. */
  static Optional<RtpPacket> parse(ByteBuffer packet) {
    if (packet.remaining() < HEADER_BYTES || packet.remaining() > MAX_BYTES) {
      return Optional.empty();
    }
    ByteBuffer in = packet.slice();
    int first = Byte.toUnsignedInt(in.get());
    int second = Byte.toUnsignedInt(in.get());
    if (first >> 6 != VERSION || second >= FIRST_RTCP_TYPE && second <= LAST_RTCP_TYPE) {
      return Optional.empty();
    }
    int sequenceNumber = Short.toUnsignedInt(in.getShort());
    long timestamp = Integer.toUnsignedLong(in.getInt());
    long ssrc = Integer.toUnsignedLong(in.getInt());
    int begin = HEADER_BYTES + 4 * (first & 0x0F);
    boolean extended = (first & 0x10) != 0;
    if (extended && begin + 4 <= in.limit()) {
      begin += 4 + 4 * Short.toUnsignedInt(in.getShort(begin + 2));
    } else if (extended) {
      return Optional.empty();
    }
    int end = in.limit();
    if ((first & 0x20) != 0) {
      int padding = Byte.toUnsignedInt(in.get(end - 1));
      if (padding == 0) {
        return Optional.empty();
      }
      end -= padding;
    }
    return begin > end
        ? Optional.empty()
        : Optional.of(
            new RtpPacket(
                second & 0x7F, sequenceNumber, timestamp, ssrc, in.slice(begin, end - begin)));
  }
}
