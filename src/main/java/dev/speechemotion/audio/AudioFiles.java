package dev.speechemotion.audio;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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
   * that was never filled in, as in a WAV written to a pipe, means up to the end of the file.
   *
   * @throws AudioFormatException if the file is empty, cut off, not audio, or in a format that is
   *     not supported
   * @throws IOException if the file cannot be read
   */
  public static AudioClip read(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new AudioFormatException(file + " is a folder; give a WAV or AIFF file");
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
      return new AudioClip(sound.sampleRateHz(), channels);
    } catch (NoSuchFileException e) {
      throw new NoSuchFileException(file.toString(), null, "there is no such file");
    }
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
