package dev.speechemotion.app.wallboard;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The probabilities of a channel's emotions over time, for a chart: a point for each window, twelve
 * bytes or so. When there are {@link #MOST_POINTS}, every other one of the older three quarters is
 * left out, so that a call of any length is there from its beginning.
 */
final class EmotionTrack {
  static final int MOST_POINTS = 960;

  /** Probabilities are kept in steps of a two hundred and fiftieth. */
  private static final float STEPS = 250;

  private static final int FIRST_POINTS = 32;

  private int count;
  private int labelCount;
  private int[] endMs = new int[FIRST_POINTS];
  private int[] lengthMs = new int[FIRST_POINTS];
  private byte[] speech = new byte[FIRST_POINTS];

  /** What the events said, among the labels; -1 without speech. */
  private byte[] emotions = new byte[FIRST_POINTS];

  private byte[] probabilities = new byte[0];

  /**
   * Adds a window, media time in milliseconds.
   *
   * @param byLabel empty where there is no speech
   * @param labels all that are known, in the order in which they are written
   */
  void add(
      long beginMs,
      long untilMs,
      float speechShare,
      String emotion,
      Map<String, Float> byLabel,
      List<String> labels) {
    makeRoom(labels.size());
    endMs[count] = (int) Math.min(untilMs, Integer.MAX_VALUE);
    lengthMs[count] = (int) Math.min(untilMs - beginMs, Integer.MAX_VALUE);
    speech[count] = steps(speechShare);
    emotions[count] = (byte) labels.indexOf(emotion);
    for (int i = 0; i < labelCount; i++) {
      probabilities[count * labelCount + i] =
          i < labels.size() ? steps(byLabel.getOrDefault(labels.get(i), 0f)) : 0;
    }
    count++;
    if (count == MOST_POINTS) {
      thinOut();
    }
  }

  private static byte steps(float share) {
    return (byte) Math.round(Math.max(0, Math.min(1, share)) * STEPS);
  }

  private static double share(byte steps) {
    return Math.round((steps & 0xff) / STEPS * 1_000) / 1_000.0;
  }

  private void makeRoom(int labels) {
    int room = endMs.length;
    if (count == room) {
      room = Math.min(MOST_POINTS, room * 2);
      endMs = Arrays.copyOf(endMs, room);
      lengthMs = Arrays.copyOf(lengthMs, room);
      speech = Arrays.copyOf(speech, room);
      emotions = Arrays.copyOf(emotions, room);
    }
    if (labels > labelCount || probabilities.length < room * labelCount) {
      int wider = Math.max(labels, labelCount);
      byte[] moved = new byte[room * wider];
      for (int i = 0; i < count; i++) {
        System.arraycopy(probabilities, i * labelCount, moved, i * wider, labelCount);
      }
      probabilities = moved;
      labelCount = wider;
    }
  }

  private void thinOut() {
    int to = 0;
    for (int i = 0; i < count; i++) {
      if (i >= count * 3 / 4 || i % 2 == 0) {
        endMs[to] = endMs[i];
        lengthMs[to] = lengthMs[i];
        speech[to] = speech[i];
        emotions[to] = emotions[i];
        System.arraycopy(probabilities, i * labelCount, probabilities, to * labelCount, labelCount);
        to++;
      }
    }
    count = to;
  }

  /** What was said of a window, among the labels; empty if there is no such window with speech. */
  Optional<String> emotion(long beginMs, long untilMs, List<String> labels) {
    for (int i = 0; i < count; i++) {
      if (endMs[i] == untilMs && endMs[i] - lengthMs[i] == beginMs && emotions[i] >= 0) {
        return Optional.of(labels.get(emotions[i]));
      }
    }
    return Optional.empty();
  }

  /** Writes the points in columns, as a chart takes them. */
  void write(ObjectNode channel, List<String> labels) {
    ArrayNode begins = channel.putArray("beginMs");
    ArrayNode ends = channel.putArray("endMs");
    ArrayNode speechShares = channel.putArray("speechShare");
    ArrayNode said = channel.putArray("said");
    for (int i = 0; i < count; i++) {
      begins.add(endMs[i] - lengthMs[i]);
      ends.add(endMs[i]);
      speechShares.add(share(speech[i]));
      said.add(emotions[i]);
    }
    ArrayNode columns = channel.putArray("probabilities");
    for (int label = 0; label < labels.size(); label++) {
      ArrayNode column = columns.addArray();
      for (int i = 0; i < count; i++) {
        column.add(label < labelCount ? share(probabilities[i * labelCount + label]) : 0);
      }
    }
  }
}
