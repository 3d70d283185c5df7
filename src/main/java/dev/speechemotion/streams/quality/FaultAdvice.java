package dev.speechemotion.streams.quality;

import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.avro.AudioFault;

/** Says of each kind of wrong audio what was heard, what is done, and what to mend. */
final class FaultAdvice {
  private FaultAdvice() {}

  /**
   * One line for people.
   *
   * @param declared what the feed says of its payload
   * @param rateHz that it declares
   * @param timeRate how fast time goes on, as a share of the audio
   */
  static String of(AudioFault fault, AudioEncoding declared, int rateHz, double timeRate) {
    return switch (fault) {
      case OFFSETS_STAND_STILL ->
          "mediaOffsetMicros does not advance, and is not used; have the feed send the media time"
              + " of each message in microseconds, or null";
      case OFFSETS_IN_MILLISECONDS ->
          "mediaOffsetMicros counts milliseconds, and is not used; have the feed send microseconds,"
              + " or null";
      case OFFSETS_IN_OTHER_UNIT ->
          "mediaOffsetMicros counts "
              + unit(timeRate)
              + ", and is not used; have the feed send microseconds, or null";
      case OFFSETS_GO_BACK ->
          "mediaOffsetMicros goes back from message to message, and is not used; have the feed send"
              + " the media time at which each begins in microseconds, or null";
      case NUMBERS_IN_MILLISECONDS ->
          "sequenceNumber counts milliseconds, and is taken for that; have the feed count messages,"
              + " by 1";
      case NUMBERS_IN_SAMPLES ->
          "sequenceNumber counts samples, and is taken for that; have the feed count messages,"
              + " by 1";
      case BASE64_PAYLOAD ->
          "payload is base64 or hexadecimal text, so there is no emotion; have the feed decode it"
              + " to bytes";
      case WRONG_BYTE_ORDER ->
          "the bytes of the samples are in the other order, so there is no emotion; have the feed "
              + (declared == AudioEncoding.PCM_F32LE
                  ? "send floats little-endian"
                  : "say encoding "
                      + (declared == AudioEncoding.PCM_S16LE
                          ? AudioEncoding.PCM_S16BE
                          : AudioEncoding.PCM_S16LE));
      case WRONG_G711_LAW ->
          "the payload is not "
              + declared
              + " but the other law of G.711, so there is no emotion; have the feed say encoding "
              + (declared == AudioEncoding.MULAW ? AudioEncoding.ALAW : AudioEncoding.MULAW);
      case PCM_AS_G711 ->
          "the payload is not "
              + declared
              + " but linear samples of 16 bits, so there is no emotion; have the feed say encoding"
              + " PCM_S16LE, or PCM_S16BE, or convert it";
      case PCM_8_BIT_AS_G711 ->
          "the payload is not "
              + declared
              + " but linear samples of 8 bits, so there is no emotion; have the feed convert it to"
              + " 16 bits, and say PCM_S16LE, or to "
              + declared;
      case G711_AS_PCM ->
          "the payload is not "
              + declared
              + " but codes of G.711, so there is no emotion; have the feed say encoding MULAW, or"
              + " ALAW";
      case WRONG_SAMPLE_RATE ->
          "sampleRateHz is "
              + rateHz
              + ", but by the times of the messages about "
              + Math.round(rateHz / timeRate / 1_000) * 1_000
              + " samples come in a second, so emotions mean little; have the feed send the rate of"
              + " the samples, and name each channel";
      case UNKNOWN -> "unknown to this version";
    };
  }

  private static String unit(double timeRate) {
    if (timeRate < 1) {
      return "samples";
    }
    return timeRate < 100 ? "units of 100 ns" : "nanoseconds";
  }
}
