package dev.speechemotion.streams.quality;

import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.audio.EncodingCheck;
import dev.speechemotion.avro.AudioFault;
import java.util.List;
import java.util.Optional;

/** What is wrong with a recording, whose file says how its samples are stored. */
public final class RecordingFaults {
  private static final List<AudioEncoding> ENCODINGS =
      List.of(AudioEncoding.PCM_S16LE, AudioEncoding.MULAW, AudioEncoding.ALAW);

  private RecordingFaults() {}

  /**
   * Checks one channel, as if it had come in each encoding: decoded values encode to themselves.
   *
   * @param samples in [-1, 1]; less than four seconds say nothing
   * @return what is wrong; empty if nothing is
   */
  public static List<AudioFault> of(float[] samples, int rateHz) {
    for (AudioEncoding encoding : ENCODINGS) {
      byte[] payload = new byte[samples.length * encoding.bytesPerSample()];
      encoding.encode(samples, 0, samples.length, payload, 0);
      EncodingCheck check = new EncodingCheck(encoding, rateHz);
      for (int done = 0; done < samples.length; ) {
        int count = Math.min(check.samplesLeft(), samples.length - done);
        check.accept(payload, done * encoding.bytesPerSample(), 1, count);
        done += count;
      }
      Optional<AudioFault> fault = ChannelFaults.fault(check.finding());
      if (fault.isPresent()) {
        return List.of(fault.get());
      }
    }
    return List.of();
  }
}
