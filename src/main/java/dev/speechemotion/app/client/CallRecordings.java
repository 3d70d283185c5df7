package dev.speechemotion.app.client;

import dev.speechemotion.app.process.CommandFailure;
import dev.speechemotion.audio.AudioClip;
import dev.speechemotion.audio.AudioFiles;
import dev.speechemotion.audio.resampling.Resampler;
import dev.speechemotion.avro.ChannelRole;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Recordings made into the audio of one call. */
public final class CallRecordings {
  private static final Logger LOG = LoggerFactory.getLogger(CallRecordings.class);

  private static final List<ChannelRole> USUAL_ROLES =
      List.of(ChannelRole.CUSTOMER, ChannelRole.AGENT);

  private CallRecordings() {}

  /**
   * Reads a call: one file gives all its channels, several give one channel each. Both legs of a
   * call last as long as the call, so shorter channels are filled up with silence, and have one
   * rate, the highest.
   *
   * @throws CommandFailure if one of several files has more than one channel
   */
  public static AudioClip readCall(List<Path> files) throws IOException {
    if (files.size() == 1) {
      return read(files.get(0));
    }
    List<AudioClip> clips = new ArrayList<>();
    for (Path file : files) {
      AudioClip clip = read(file);
      if (clip.channelCount() != 1) {
        throw new CommandFailure(
            file
                + " has "
                + clip.channelCount()
                + " channels: of several files each must have one; or give it alone");
      }
      clips.add(clip);
    }
    int sampleRateHz = clips.stream().mapToInt(AudioClip::sampleRateHz).max().getAsInt();
    float[][] channels = new float[clips.size()][];
    int longest = 0;
    for (int i = 0; i < channels.length; i++) {
      AudioClip clip = clips.get(i);
      channels[i] = Resampler.resample(clip.channel(0), clip.sampleRateHz(), sampleRateHz);
      longest = Math.max(longest, channels[i].length);
    }
    for (int i = 0; i < channels.length; i++) {
      channels[i] = Arrays.copyOf(channels[i], longest);
    }
    return new AudioClip(sampleRateHz, channels);
  }

  private static AudioClip read(Path file) throws IOException {
    AudioClip clip = AudioFiles.read(file);
    clip.warnings().forEach(LOG::warn);
    return clip;
  }

  /**
   * The roles of a call's channels: those given, or else customer, agent, and unknown for the rest.
   *
   * @throws CommandFailure if roles are given, but not one for each channel
   */
  public static List<ChannelRole> roles(List<ChannelRole> given, int channelCount) {
    if (!given.isEmpty()) {
      if (given.size() != channelCount) {
        throw new CommandFailure(
            "the call has "
                + channelCount
                + " channels, but --roles names "
                + given.size()
                + "; name one for each");
      }
      return given;
    }
    List<ChannelRole> roles = new ArrayList<>();
    for (int i = 0; i < channelCount; i++) {
      roles.add(i < USUAL_ROLES.size() ? USUAL_ROLES.get(i) : ChannelRole.UNKNOWN);
    }
    return roles;
  }
}
