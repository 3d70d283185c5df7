package dev.speechemotion.app.loadtest;

import dev.speechemotion.app.serving.ChannelClassifier;
import dev.speechemotion.app.serving.ClassifiedWindow;
import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.features.FeatureExtractor;
import dev.speechemotion.model.EmotionModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;

/** What {@code classify} makes of the audio of each channel, and when it could be known. */
final class ExpectedResults {
  /**
   * The windows of a channel.
   *
   * @param windows in order
   * @param lastChunk of each, the number of the chunk that completes it; of those that the end of
   *     the call does, the number of chunks
   */
  record OfChannel(List<ClassifiedWindow> windows, int[] lastChunk) {}

  private final List<OfChannel> channels;
  private final List<String> labels;

  /**
   * @param labels of the model
   */
  ExpectedResults(List<OfChannel> channels, List<String> labels) {
    this.channels = channels;
    this.labels = labels;
  }

  /**
   * Hears all channels, on all cores.
   *
   * @param done is told the share of them that is done, 0 to 1
   */
  static ExpectedResults of(
      LoadPlan plan, LoadAudio audio, EmotionModel model, DoubleConsumer done) {
    AtomicInteger heard = new AtomicInteger();
    Runnable oneMore = () -> done.accept((double) heard.incrementAndGet() / plan.channels());
    int threads = Math.min(plan.channels(), Runtime.getRuntime().availableProcessors());
    OfChannel[] channels = new OfChannel[plan.channels()];
    List<String> labels =
        IntStream.range(0, threads)
            .parallel()
            .mapToObj(thread -> hear(plan, audio.copy(), model, thread, threads, channels, oneMore))
            .toList()
            .get(0);
    return new ExpectedResults(List.of(channels), labels);
  }

  private static List<String> hear(
      LoadPlan plan,
      LoadAudio audio,
      EmotionModel model,
      int first,
      int apart,
      OfChannel[] channels,
      Runnable oneMore) {
    try (EmotionClassifier classifier = model.newClassifier()) {
      FeatureExtractor extractor = new FeatureExtractor(model.featureSpec());
      byte[] payload = new byte[plan.bytesPerChunk()];
      float[] samples = new float[plan.samplesPerChunk()];
      for (int channel = first; channel < channels.length; channel += apart) {
        List<ClassifiedWindow> windows = new ArrayList<>();
        int[] lastChunk = new int[plan.seconds() * 1_000 / model.manifest().windows().hopMs() + 2];
        Arrays.fill(lastChunk, plan.chunksPerChannel());
        ChannelClassifier listener =
            new ChannelClassifier(
                extractor, model.manifest().windows(), classifier, LoadPlan.RATE_HZ, windows::add);
        for (int chunk = 0; chunk < plan.chunksPerChannel(); chunk++) {
          int before = windows.size();
          audio.payload(channel, (long) chunk * samples.length, payload);
          AudioEncoding.MULAW.decode(payload, 0, 1, samples.length, samples, 0);
          listener.accept(samples, 0, samples.length);
          Arrays.fill(lastChunk, before, windows.size(), chunk);
        }
        listener.finish();
        channels[channel] = new OfChannel(windows, Arrays.copyOf(lastChunk, windows.size()));
        oneMore.run();
      }
      return classifier.labels();
    }
  }

  OfChannel channel(int number) {
    return channels.get(number);
  }

  /** Of the model. */
  List<String> labels() {
    return labels;
  }

  long windowCount() {
    return channels.stream().mapToLong(channel -> channel.windows().size()).sum();
  }

  /** Share of windows that hold speech; one that the model takes for none cost an inference too. */
  double speechShare() {
    long spoken =
        channels.stream()
            .flatMap(channel -> channel.windows().stream())
            .filter(ClassifiedWindow::holdsSpeech)
            .count();
    return (double) spoken / windowCount();
  }
}
