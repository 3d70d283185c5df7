package dev.speechemotion.app.gateway.rtp;

import dev.speechemotion.app.gateway.feed.GatewayMeters;
import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.app.settings.Property;
import dev.speechemotion.app.settings.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads all ports in one thread, and gives out those of the range that are free. */
final class RtpReceiver implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RtpReceiver.class);

  /** Seconds of packets, for the time in which the thread does not run. */
  private static final int SOCKET_BUFFER_BYTES = 256 << 10;

  private final GatewayMeters meters;
  private final BooleanSupplier room;
  private final InetAddress host;
  private final int firstPort;
  private final int lastPort;
  private final Selector selector;
  private final Thread thread = new Thread(this::read, "rtp");
  private int nextPort;

  /**
   * @param room whether there is any on the way to Kafka
   */
  RtpReceiver(Settings settings, GatewayMeters meters, BooleanSupplier room) {
    this.meters = meters;
    this.room = room;
    int[] ports = settings.ports(Property.GATEWAY_RTP_PORTS);
    firstPort = ports[0] + ports[0] % 2;
    lastPort = ports[1];
    nextPort = firstPort;
    String name = settings.text(Property.GATEWAY_RTP_HOST);
    try (DatagramChannel any = DatagramChannel.open()) {
      host = InetAddress.getByName(name);
      any.bind(new InetSocketAddress(host, 0));
      selector = Selector.open();
    } catch (IOException e) {
      throw new CommandFailure(
          "configuration: %s: %s is no address of this machine"
              .formatted(Property.GATEWAY_RTP_HOST, name),
          e);
    }
    thread.setDaemon(true);
    thread.start();
  }

  /** Has ports that were closed be free for others; without packets it would not come to that. */
  void release() {
    selector.wakeup();
  }

  InetAddress host() {
    return host;
  }

  /**
   * Opens a port of the range, an even one (RFC 3550, section 11); empty if all are taken.
   *
   * @param from as {@link RtpPort}
   */
  synchronized Optional<RtpPort> open(RtpStream stream, Optional<InetSocketAddress> from) {
    int count = (lastPort - firstPort) / 2 + 1;
    for (int i = 0; i < count; i++) {
      int number = nextPort;
      nextPort = nextPort + 2 > lastPort ? firstPort : nextPort + 2;
      Optional<DatagramChannel> channel = bind(number);
      if (channel.isPresent()) {
        RtpPort port = new RtpPort(channel.get(), stream, from, meters, room);
        register(channel.get(), port);
        return Optional.of(port);
      }
    }
    return Optional.empty();
  }

  private Optional<DatagramChannel> bind(int number) {
    DatagramChannel channel = null;
    try {
      channel = DatagramChannel.open();
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_BYTES);
      channel.bind(new InetSocketAddress(host, number));
      return Optional.of(channel);
    } catch (IOException e) {
      LOG.debug("port {} cannot be had", number, e);
      close(channel);
      return Optional.empty();
    }
  }

  private static void close(DatagramChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      LOG.debug("a port could not be closed", e);
    }
  }

  private void register(DatagramChannel channel, RtpPort port) {
    try {
      channel.register(selector, SelectionKey.OP_READ, port);
      selector.wakeup();
    } catch (ClosedChannelException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void read() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(RtpPacket.MAX_BYTES + 1);
    try {
      while (selector.isOpen()) {
        selector.select(key -> ((RtpPort) key.attachment()).read(buffer));
      }
    } catch (ClosedSelectorException e) {
      LOG.debug("no more packets are read");
    } catch (IOException | RuntimeException e) {
      LOG.error("no more packets are read", e);
    }
  }

  /** Whether packets are read. */
  boolean isAlive() {
    return thread.isAlive();
  }

  @Override
  public void close() {
    try {
      selector.close();
      thread.join();
    } catch (IOException e) {
      LOG.debug("the ports could not be closed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
