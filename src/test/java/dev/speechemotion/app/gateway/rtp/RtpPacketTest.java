package dev.speechemotion.app.gateway.rtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.avro.ChannelRole;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RtpPacketTest {
  static final RtpRequest.Stream REQUEST =
      new RtpRequest.Stream(
          ChannelRole.CUSTOMER, Optional.of("in"), Optional.empty(), RtpPayload.USUAL);

  /** A packet with that first byte: version, padding, extension, count of sources. */
  static ByteBuffer packet(
      int first, int payloadType, int sequenceNumber, int timestamp, int ssrc, byte[] rest) {
    return ByteBuffer.allocate(12 + rest.length)
        .put((byte) first)
        .put((byte) payloadType)
        .putShort((short) sequenceNumber)
        .putInt(timestamp)
        .putInt(ssrc)
        .put(rest)
        .flip();
  }

  @Test
  void shouldReadAPacket() {
    RtpPacket packet =
        RtpPacket.parse(packet(0x80, 0x80 | 8, 65_535, -1, -2, new byte[] {1, 2, 3})).orElseThrow();

    assertThat(packet.payloadType()).isEqualTo(8);
    assertThat(packet.sequenceNumber()).isEqualTo(65_535);
    assertThat(packet.timestamp()).isEqualTo(0xFFFF_FFFFL);
    assertThat(packet.ssrc()).isEqualTo(0xFFFF_FFFEL);
    assertThat(packet.payload()).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
  }

  @Test
  void shouldLeaveOutSourcesExtensionAndPadding() {
    byte[] rest = {
      0,
      0,
      0,
      9, // a contributing source
      1,
      2,
      0,
      1,
      5,
      5,
      5,
      5, // an extension of one word
      7,
      8, // the payload
      0,
      2 // the padding
    };
    assertThat(RtpPacket.parse(packet(0xB1, 0, 1, 1, 1, rest)).orElseThrow().payload())
        .isEqualTo(ByteBuffer.wrap(new byte[] {7, 8}));
  }

  @ParameterizedTest
  @ValueSource(ints = {0x00, 0x40, 0xC0})
  void shouldRefuseOtherVersions(int first) {
    assertThat(RtpPacket.parse(packet(first, 0, 1, 1, 1, new byte[4]))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 201, 223})
  void shouldTellRtcpApart(int type) {
    assertThat(RtpPacket.parse(packet(0x80, type, 1, 1, 1, new byte[20]))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"0x81, 3", "0x90, 3", "0x90, 4", "0xA0, 1", "0x8F, 40"})
  void shouldRefuseWhatIsCutOff(String first, int count) {
    byte[] rest = new byte[count];
    Arrays.fill(rest, (byte) 0x7F);
    assertThat(RtpPacket.parse(packet(Integer.decode(first), 0, 1, 1, 1, rest))).isEmpty();
    assertThat(RtpPacket.parse(ByteBuffer.allocate(11))).isEmpty();
    assertThat(RtpPacket.parse(ByteBuffer.allocate(RtpPacket.MAX_BYTES + 1))).isEmpty();
  }

  @Test
  void shouldCountOnBeyondTheWrapAround() {
    Unwrapped numbers = new Unwrapped(16);
    assertThat(numbers.of(65_534)).isEqualTo(65_534);
    assertThat(numbers.of(1)).isEqualTo(65_537);
    assertThat(numbers.of(65_535)).isEqualTo(65_535);
    assertThat(numbers.of(0)).isEqualTo(65_536);
    assertThat(numbers.of(32_000)).isEqualTo(65_536 + 32_000);
    assertThat(numbers.of(64_000)).isEqualTo(65_536 + 64_000);
    assertThat(numbers.of(10)).isEqualTo(2 * 65_536 + 10);
    assertThat(numbers.highest()).isEqualTo(2 * 65_536 + 10);
  }
}
