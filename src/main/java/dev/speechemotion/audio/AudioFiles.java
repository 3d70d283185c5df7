package dev.speechemotion.audio;

import dev.speechemotion.audio.resampling.Resampler;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;

/** Reads WAV and AIFF files; the content decides which it is, not the name. */
public final class AudioFiles {
  private static final int BLOCK_BYTES = 1 << 16;

  private AudioFiles() {}

  /**
   * Reads a whole file: WAV, or AIFF and AIFF-C, of 8, 16, 24 or 32-bit integers, 32 or 64-bit
   * floats, or G.711, with up to 512 MiB of decoded samples in all channels together. A data length
   * that was never filled in, as in a WAV written to a pipe, means up to the end of the file; so
   * does, with a warning, one that is beyond. A rate above 96 kHz is halved, one below 8 kHz
   * doubled. Floats beyond 1 are scaled, with a warning.
   *
   * @throws AudioFormatException if the file is empty, not audio, in a format that is not read, or
   *     holds no sample that is a number
   * @throws IOException if the file cannot be read
   */
  public static AudioClip read(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new AudioFormatException(file + " is a folder; give a WAV or AIFF file");
    }
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new AudioFormatException(
          file + " is a pipe or a device; write what comes out of it to a file first");
    }
    try (FileChannel channel = FileChannel.open(file)) {
      SoundFileParser parser = new SoundFileParser(file, channel);
      SoundFileParser.Sound sound = parser.parse();
      SampleFormat format = sound.format();
      int frameBytes = sound.frameBytes();
      float[][] channels = new float[sound.channelCount()][sound.frameCount()];
      ByteBuffer block = ByteBuffer.allocate(Math.max(1, BLOCK_BYTES / frameBytes) * frameBytes);
      int done = 0;
      while (done < sound.frameCount()) {
        int count = Math.min(sound.frameCount() - done, block.capacity() / frameBytes);
        block.clear().limit(count * frameBytes);
        parser.readFully(sound.offset() + (long) done * frameBytes, block);
        for (int c = 0; c < channels.length; c++) {
          int first = c * format.bytesPerSample();
          format.decode(block.array(), first, channels.length, count, channels[c], done);
        }
        done += count;
      }
      List<String> warnings = new ArrayList<>();
      sound.warnings().forEach(warning -> warnings.add(file + " " + warning));
      if (format.kind() == SampleFormat.Kind.FLOAT) {
        FloatSamples.bound(file, channels, warnings);
      }
      return atUsualRate(sound.sampleRateHz(), channels, warnings);
    } catch (NoSuchFileException e) {
      throw new NoSuchFileException(file.toString(), null, "there is no such file");
    }
  }

  /** Doubles or halves the rate until it is one that resamplers take. */
  private static AudioClip atUsualRate(int rateHz, float[][] channels, List<String> warnings) {
    int usualHz = rateHz;
    for (; usualHz > Resampler.MAX_RATE_HZ; usualHz = (usualHz + 1) / 2) {
      // What matters to a resampler is the quotient.
      Arrays.setAll(channels, c -> Resampler.resample(channels[c], 16_000, 8_000));
    }
    for (; usualHz < Resampler.MIN_RATE_HZ; usualHz *= 2) {
      Arrays.setAll(channels, c -> Resampler.resample(channels[c], 8_000, 16_000));
    }
    return new AudioClip(usualHz, warnings, channels);
  }

  /**
   * Writes a clip as a WAV file with that encoding.
   *
   * @throws IllegalArgumentException for {@code PCM_S16BE}, which WAV does not have
   */
  public static void writeWav(Path file, AudioClip clip, AudioEncoding encoding)
      throws IOException {
    int channelCount = clip.channelCount();
    int sampleBytes = encoding.bytesPerSample();
    AudioFormat format =
        new AudioFormat(
            switch (encoding) {
              case MULAW -> AudioFormat.Encoding.ULAW;
              case ALAW -> AudioFormat.Encoding.ALAW;
              case PCM_S16LE -> AudioFormat.Encoding.PCM_SIGNED;
              case PCM_F32LE -> AudioFormat.Encoding.PCM_FLOAT;
              case PCM_S16BE ->
                  throw new IllegalArgumentException("WAV holds no big-endian samples");
            },
            clip.sampleRateHz(),
            8 * sampleBytes,
            channelCount,
            channelCount * sampleBytes,
            clip.sampleRateHz(),
            false);
    byte[] interleaved =
        new byte
            [Math.multiplyExact(Math.multiplyExact(clip.sampleCount(), channelCount), sampleBytes)];
    int at = 0;
    for (int i = 0; i < clip.sampleCount(); i++) {
      for (int c = 0; c < channelCount; c++) {
        encoding.encode(clip.channel(c), i, 1, interleaved, at);
        at += sampleBytes;
      }
    }
    try (OutputStream out = Files.newOutputStream(file);
        AudioInputStream audio =
            new AudioInputStream(
                new ByteArrayInputStream(interleaved), format, clip.sampleCount())) {
      AudioSystem.write(audio, AudioFileFormat.Type.WAVE, out);
    }
  }
}
