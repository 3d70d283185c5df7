package dev.speechemotion.app.gateway;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/** Sends packets of RTP, made by hand. */
final class RtpSender implements AutoCloseable {
  private final DatagramChannel channel;
  private int sequenceNumber;
  private int timestamp;
  private int ssrc;

  /** The first numbers may be any; near the wrap-around they soon pass it. */
  RtpSender(int port, int ssrc, int sequenceNumber, int timestamp) throws IOException {
    channel = DatagramChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
    channel.connect(new InetSocketAddress("127.0.0.1", port));
    this.ssrc = ssrc;
    this.sequenceNumber = sequenceNumber;
    this.timestamp = timestamp;
  }

  int port() throws IOException {
    return ((InetSocketAddress) channel.getLocalAddress()).getPort();
  }

  /** Sends audio, and goes on behind it. */
  void audio(int payloadType, byte[] samples, int from, int count) throws IOException {
    send(packet(payloadType, samples, from, count));
    timestamp += count;
  }

  /** A packet that takes the next sequence number, not sent. */
  ByteBuffer packet(int payloadType, byte[] bytes, int from, int count) {
    return packet(payloadType, sequenceNumber++, timestamp, ssrc, bytes, from, count);
  }

  static ByteBuffer packet(
      int payloadType,
      int sequenceNumber,
      int timestamp,
      int ssrc,
      byte[] bytes,
      int from,
      int count) {
    return ByteBuffer.allocate(12 + count)
        .put((byte) 0x80)
        .put((byte) payloadType)
        .putShort((short) sequenceNumber)
        .putInt(timestamp)
        .putInt(ssrc)
        .put(bytes, from, count)
        .flip();
  }

  void send(ByteBuffer packet) throws IOException {
    channel.write(packet);
  }

  /** Time passes without packets. */
  void skip(int samples) {
    timestamp += samples;
  }

  /** A key, in as many packets as its events are sent. */
  void key(int payloadType, int event, int packets) throws IOException {
    for (int i = 0; i < packets; i++) {
      byte end = (byte) (i >= packets - 3 ? 0x80 : 0);
      send(packet(payloadType, new byte[] {(byte) event, end, 1, 64}, 0, 4));
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
