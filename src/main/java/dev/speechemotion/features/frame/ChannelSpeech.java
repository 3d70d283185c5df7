package dev.speechemotion.features.frame;

import dev.speechemotion.audio.content.VoiceActivity;
import dev.speechemotion.audio.content.VoiceMotion;
import dev.speechemotion.features.spec.FeatureGroup;
import dev.speechemotion.features.spec.FeatureSpec;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * What the latest of a channel's frames holds: speech, for all that its energy and, in specs with
 * pitch, its voicing say; and voice, which moves. The features of shipped models depend on the
 * first, so it stays what they learned from; the second says of a window whether there is any
 * speech in it at all.
 */
public final class ChannelSpeech {
  private static final float VOICED_FROM = 0.6f;

  private final VoiceActivity speech;

  /** What goes by voicing; the same object where {@link #speech} goes by voicing. */
  private final VoiceActivity voices;

  private final VoiceMotion motion;

  private boolean holdsSpeech;
  private boolean isNearVoice;
  private VoiceMotion.Frame moved = VoiceMotion.Frame.NOT_COMPARED;

  public ChannelSpeech(FeatureSpec spec) {
    FeatureSpec heard = spec.encoderInput() ? LongerFrames.SPEC : spec;
    double framesPerSecond = (double) heard.sampleRateHz() / heard.hopLength();
    speech = new VoiceActivity(framesPerSecond);
    voices = byVoicing(heard) ? speech : new VoiceActivity(framesPerSecond);
    motion =
        new VoiceMotion(
            (double) heard.sampleRateHz() / heard.fftLength(),
            heard.fftLength() / 2 + 1,
            (heard.fftLength() + heard.hopLength() - 1) / heard.hopLength());
  }

  static boolean byVoicing(FeatureSpec spec) {
    return spec.groups().contains(FeatureGroup.PITCH);
  }

  /** Takes a frame of a spec with pitch. */
  void acceptVoicing(Frame frame, float voicing) {
    holdsSpeech = speech.accept(frame.meanSquare(), voicing);
    isNearVoice = holdsSpeech;
    follow(frame, voicing);
  }

  /** Takes a frame of a spec without. */
  void acceptEnergy(Frame frame, int length, float voicing) {
    holdsSpeech = speech.accept(frame.samples(), frame.offset(), length);
    isNearVoice = voices.accept(frame.meanSquare(), voicing);
    follow(frame, voicing);
  }

  /** Takes a frame that is too short to tell, and is taken for what the last longer one was. */
  void repeat(boolean heldSpeech) {
    holdsSpeech = heldSpeech;
    isNearVoice = false;
    moved = VoiceMotion.Frame.NOT_COMPARED;
  }

  private void follow(Frame frame, float voicing) {
    moved = motion.accept(frame.power(), voices.active() && voicing >= VOICED_FROM);
  }

  /** Whether the frame counts as speech. */
  public boolean holdsSpeech() {
    return holdsSpeech;
  }

  /** Whether it holds some itself, and is no gap that was bridged. */
  public boolean isActive() {
    return speech.active();
  }

  /** Whether it, or what was just before, is voiced. */
  public boolean isNearVoice() {
    return isNearVoice;
  }

  /** Whether it moves as a voice does. */
  public VoiceMotion.Frame moved() {
    return moved;
  }

  public void writeState(DataOutput out) throws IOException {
    speech.writeState(out);
    if (voices != speech) {
      voices.writeState(out);
    }
    motion.writeState(out);
  }

  public void readState(DataInput in) throws IOException {
    speech.readState(in);
    if (voices != speech) {
      voices.readState(in);
    }
    motion.readState(in);
  }
}
