package dev.speechemotion.features.frame;

import dev.speechemotion.audio.Framer;
import dev.speechemotion.features.spec.FeatureSpec;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Tells speech where frames are too short for pitch: the same samples are cut into the frames of
 * {@link FeatureSpec#WIDEBAND_16K_EXTENDED} too, so that speech is what it is with that spec. A
 * short frame holds speech if the last longer one that ended by then did.
 */
final class LongerFrames {
  static final FeatureSpec SPEC = FeatureSpec.WIDEBAND_16K_EXTENDED;

  /**
   * Of a channel: the samples of the longer frame that has not ended, and what the last one was.
   */
  static final class Cut {
    private Framer framer = newFramer();
    private boolean speech;

    private static Framer newFramer() {
      return new Framer(SPEC.fftLength(), SPEC.hopLength());
    }

    void forget() {
      framer = newFramer();
      speech = false;
    }

    void writeState(DataOutput out) throws IOException {
      framer.writeState(out);
      out.writeBoolean(speech);
    }

    void readState(DataInput in) throws IOException {
      framer.readState(in);
      speech = in.readBoolean();
    }
  }

  private final Frame frame = new Frame(SPEC);
  private final VoicePitch pitch = new VoicePitch(SPEC);
  private final float[] pitchValues = new float[pitch.values().size()];

  /** Tells a channel's speech what the short frame is. */
  void tell(Frame shortFrame, int length, ChannelSpeech speech) {
    ChannelMemory memory = shortFrame.memory();
    Cut cut = memory.longerFrames.orElseThrow();
    speech.repeat(cut.speech);
    cut.framer.accept(
        shortFrame.samples(),
        shortFrame.offset(),
        length,
        (samples, offset, index) -> {
          frame.begin(samples, offset, memory, 0);
          pitch.compute(frame, pitchValues, 0);
          speech.acceptVoicing(frame, memory.pitch.voicing());
          cut.speech = speech.holdsSpeech();
        });
  }
}
