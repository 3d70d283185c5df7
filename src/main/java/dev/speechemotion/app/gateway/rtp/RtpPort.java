package dev.speechemotion.app.gateway.rtp;

import dev.speechemotion.app.gateway.feed.GatewayMeters;
import dev.speechemotion.app.gateway.feed.StreamOutbox;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A UDP port and the stream that comes there. Hears one sender: the one that was declared, or the
 * first. Serves all threads.
 */
final class RtpPort {
  private static final Logger LOG = LoggerFactory.getLogger(RtpPort.class);

  /** So that one port does not keep the thread from the others. */
  private static final int MOST_AT_ONCE = 64;

  /** More than the socket's buffer holds: what a sender goes on to send is no more waited for. */
  private static final int MOST_AT_THE_END = 4_096;

  private final DatagramChannel channel;
  private final RtpStream stream;
  private final GatewayMeters meters;
  private final BooleanSupplier room;
  private final Optional<InetAddress> declaredHost;
  private final int declaredPort;
  private final TimestampPace pace = new TimestampPace();
  private InetSocketAddress sender;

  /** What has been told of this port, once. */
  private final Set<String> told = new HashSet<>();

  private volatile long lastArrivalNanos = System.nanoTime();

  /**
   * @param declared where packets come from, its port 0 if that may be any; empty: the first one
   * @param room whether there is any for a stream that has not begun
   */
  RtpPort(
      DatagramChannel channel,
      RtpStream stream,
      Optional<InetSocketAddress> declared,
      GatewayMeters meters,
      BooleanSupplier room) {
    this.room = room;
    this.channel = channel;
    this.stream = stream;
    this.meters = meters;
    declaredHost = declared.map(InetSocketAddress::getAddress);
    declaredPort = declared.map(InetSocketAddress::getPort).orElse(0);
  }

  RtpStream stream() {
    return stream;
  }

  int number() {
    return channel.socket().getLocalPort();
  }

  /** When the last packet of its sender came, as {@link System#nanoTime}. */
  long lastArrivalNanos() {
    return lastArrivalNanos;
  }

  /** Reads what has come; {@code buffer} is overwritten. */
  void read(ByteBuffer buffer) {
    read(buffer, MOST_AT_ONCE);
  }

  private synchronized void read(ByteBuffer buffer, int most) {
    try {
      for (int i = 0; i < most; i++) {
        buffer.clear();
        InetSocketAddress from = (InetSocketAddress) channel.receive(buffer);
        if (from == null) {
          return;
        }
        buffer.flip();
        takeOrCount(from, buffer);
      }
    } catch (IOException e) {
      LOG.debug("a port could not be read", e);
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  /** One thread reads all ports: what goes wrong with a packet must not end the others' streams. */
  private void takeOrCount(InetSocketAddress from, ByteBuffer packet) {
    try {
      take(from, packet);
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  private void failed(RuntimeException e) {
    meters.dropped(GatewayMeters.Drop.INTERNAL_ERROR);
    if (told.add("error")) {
      // Its text might repeat the packet.
      LOG.error(
          "a packet at port {} could not be handled; more of that there is only counted: {} at {}",
          number(),
          e.getClass().getName(),
          Arrays.stream(e.getStackTrace()).findFirst().map(Object::toString).orElse("-"));
    }
  }

  private void take(InetSocketAddress from, ByteBuffer packet) {
    Optional<RtpPacket> parsed = RtpPacket.parse(packet);
    if (parsed.isEmpty()) {
      meters.dropped(GatewayMeters.Drop.NOT_RTP);
    } else if (!isSender(from)) {
      meters.dropped(GatewayMeters.Drop.OTHER_SENDER);
      tellOfOther(from);
    } else {
      // What is not taken came all the same: its sender is not idle.
      lastArrivalNanos = System.nanoTime();
      takeIfThereIsRoom(parsed.get());
    }
  }

  private void takeIfThereIsRoom(RtpPacket packet) {
    if (!stream.outbox().map(StreamOutbox::hasRoom).orElseGet(room::getAsBoolean)) {
      // A sender of UDP cannot be held up: what does not fit is missing, and the numbers tell it.
      meters.dropped(GatewayMeters.Drop.KAFKA_IS_SLOWER);
    } else if (stream.take(packet, lastArrivalNanos)) {
      lookAt(packet);
    } else {
      meters.dropped(GatewayMeters.Drop.OUT_OF_RANGE);
    }
  }

  private void tellOfOther(InetSocketAddress from) {
    if (told.add("sender")) {
      LOG.warn(
          "RTP at port {} comes from {}:{}, which is not {}; it is not used",
          number(),
          from.getAddress().getHostAddress(),
          from.getPort(),
          sender == null ? "the session's from" : "where the first packet came from");
    }
  }

  private void lookAt(RtpPacket packet) {
    Optional<RtpPayload> payload = stream.payload(packet.payloadType());
    if (payload.isEmpty()) {
      meters.dropped(GatewayMeters.Drop.UNKNOWN_PAYLOAD_TYPE);
      if (told.add("payload")) {
        LOG.warn(
            "RTP at port {} has payload type {}, which is not in the session's payloadTypes; such"
                + " packets are not used",
            number(),
            packet.payloadType());
      }
    }
    if (payload.filter(RtpPayload::isAudio).isEmpty()) {
      pace.interrupt();
      return;
    }
    OptionalLong found = pace.take(packet, lastArrivalNanos);
    if (found.isPresent() && told.add("clock")) {
      meters.wrongClock();
      LOG.warn(
          "RTP at port {} has timestamps that count {} a second, and those of G.711 count {} (RFC"
              + " 3551): times, gaps, and windows of this stream are wrong until its sender is"
              + " mended",
          number(),
          found.getAsLong(),
          RtpStream.RATE_HZ);
    }
  }

  private boolean isSender(InetSocketAddress from) {
    if (sender == null
        && declaredHost.map(from.getAddress()::equals).orElse(true)
        && (declaredPort == 0 || declaredPort == from.getPort())) {
      sender = from;
    }
    return from.equals(sender);
  }

  /** Closes the port when what has arrived is read. */
  void close() {
    read(ByteBuffer.allocate(RtpPacket.MAX_BYTES + 1), MOST_AT_THE_END);
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("a port could not be closed", e);
    }
  }
}
