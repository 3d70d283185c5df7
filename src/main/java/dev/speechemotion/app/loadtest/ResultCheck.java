package dev.speechemotion.app.loadtest;

import dev.speechemotion.app.serving.ClassifiedWindow;
import dev.speechemotion.avro.EmotionEvent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Holds every event against what is expected of it, and takes the time from the append of the last
 * chunk that it needed to when it could be read. Told by two threads: that which sends chunks, and
 * that which reads events.
 */
final class ResultCheck {
  private static final int NOT_APPENDED = -1;

  private final ExpectedResults expected;
  private final List<String> labels;
  private final boolean noSpeechEvents;
  private final long beginMs = System.currentTimeMillis();

  /** By channel and window: when the last chunk was appended, from {@link #beginMs}. */
  private final int[][] appendedMs;

  /** By channel: the first window whose last chunk has not been appended. */
  private final int[] nextWindow;

  /** By channel and window: the times that its event came. */
  private final byte[][] seen;

  /** Latencies of {@link #measured} events, those while nothing is measured left out. */
  private long[] latenciesMs = new long[1 << 12];

  private int measured;
  private long firstMeasuredMs = Long.MAX_VALUE;
  private long lastMeasuredMs = Long.MAX_VALUE;

  private long events;
  private long duplicated;
  private long different;
  private long unexpected;
  private int summaries;

  /**
   * @param noSpeechEvents whether there are events of windows without speech
   */
  ResultCheck(LoadPlan plan, ExpectedResults expected, boolean noSpeechEvents) {
    this.expected = expected;
    this.noSpeechEvents = noSpeechEvents;
    labels = expected.labels();
    appendedMs = new int[plan.channels()][];
    seen = new byte[plan.channels()][];
    for (int i = 0; i < plan.channels(); i++) {
      int windows = expected.channel(i).windows().size();
      appendedMs[i] = new int[windows];
      Arrays.fill(appendedMs[i], NOT_APPENDED);
      seen[i] = new byte[windows];
    }
    nextWindow = new int[plan.channels()];
  }

  /** Latencies count of chunks that are appended from now on. */
  synchronized void beginToMeasure() {
    firstMeasuredMs = System.currentTimeMillis();
  }

  /** Latencies count of chunks that have been appended by now. */
  synchronized void endMeasuring() {
    lastMeasuredMs = System.currentTimeMillis();
  }

  /** A chunk has been appended; they come in order, channel by channel. */
  void appended(int channel, int chunk, long timeMs) {
    int[] lastChunk = expected.channel(channel).lastChunk();
    synchronized (this) {
      int window = nextWindow[channel];
      while (window < lastChunk.length && lastChunk[window] <= chunk) {
        appendedMs[channel][window] = (int) (timeMs - beginMs);
        window++;
      }
      nextWindow[channel] = window;
    }
  }

  /** An event could be read at that time. */
  synchronized void event(EmotionEvent event, long timeMs) {
    events++;
    int channel = LoadPlan.channel(event.getCallId());
    List<ClassifiedWindow> windows = expected.channel(channel).windows();
    int window = window(windows, event.getEndMs());
    if (window < 0) {
      unexpected++;
      return;
    }
    if (seen[channel][window]++ > 0) {
      duplicated++;
      return;
    }
    if (!isEqual(windows.get(window), event)) {
      different++;
    }
    int appended = appendedMs[channel][window];
    if (appended != NOT_APPENDED
        && beginMs + appended >= firstMeasuredMs
        && beginMs + appended <= lastMeasuredMs) {
      if (measured == latenciesMs.length) {
        latenciesMs = Arrays.copyOf(latenciesMs, 2 * measured);
      }
      latenciesMs[measured++] = timeMs - beginMs - appended;
    }
  }

  /** They are in the order of time: a call of hours has thousands. */
  private static int window(List<ClassifiedWindow> windows, long endMs) {
    int from = 0;
    int to = windows.size();
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (windows.get(middle).endMs() < endMs) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from < windows.size() && windows.get(from).endMs() == endMs ? from : -1;
  }

  private boolean isEqual(ClassifiedWindow window, EmotionEvent event) {
    if (window.beginMs() != event.getBeginMs()
        || window.holdsSpeech() != event.getSpeech()
        || (float) window.speechShare() != event.getSpeechShare()) {
      return false;
    }
    Map<String, Float> probabilities = event.getProbabilities();
    for (int i = 0; window.holdsSpeech() && i < labels.size(); i++) {
      // To the bit: both are of one kind of processor.
      if (!Float.valueOf(window.probabilities()[i]).equals(probabilities.get(labels.get(i)))) {
        return false;
      }
    }
    return true;
  }

  synchronized void summary() {
    summaries++;
  }

  synchronized int summaries() {
    return summaries;
  }

  synchronized long events() {
    return events;
  }

  /** Windows of which no event came, and one should have. */
  synchronized long lost() {
    long lost = 0;
    for (int channel = 0; channel < seen.length; channel++) {
      List<ClassifiedWindow> windows = expected.channel(channel).windows();
      for (int i = 0; i < windows.size(); i++) {
        boolean wanted = noSpeechEvents || windows.get(i).holdsSpeech();
        lost += wanted && seen[channel][i] == 0 ? 1 : 0;
      }
    }
    return lost;
  }

  synchronized long duplicated() {
    return duplicated;
  }

  /** Events that are not what {@code classify} gives, or of no window that there is. */
  synchronized long different() {
    return different + unexpected;
  }

  /**
   * The latencies so far that were measured.
   *
   * @return ascending, milliseconds
   */
  synchronized long[] latenciesMs() {
    long[] sorted = Arrays.copyOf(latenciesMs, measured);
    Arrays.sort(sorted);
    return sorted;
  }

  /** Waits until the summaries of all calls have come, which are a call's last. */
  boolean awaitSummaries(int calls, long timeoutMs) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    while (summaries() < calls) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      Thread.sleep(50);
    }
    return true;
  }
}
