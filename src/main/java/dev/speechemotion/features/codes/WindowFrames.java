package dev.speechemotion.features.codes;

import dev.speechemotion.features.frame.FrameValue;
import dev.speechemotion.features.frame.RelativeLevel;
import dev.speechemotion.features.frame.VoicePitch;
import java.util.List;

/**
 * The frames of a window that has ended, feature by feature, as its statistics see them. Scratch
 * space: one instance serves all channels of a thread, one window after another.
 */
public final class WindowFrames {
  /** Of a frame's flags: it counts as speech. */
  public static final int SPEECH = 1;

  /** It holds some itself, and is no gap that was bridged. */
  public static final int ACTIVE = 2;

  private final List<String> names;
  private final FrameCodes codes;
  private final double framesPerSecond;
  private final int f0;
  private final int rms;

  /** What the level is at most above its least, in codes. */
  private final int levelRange;

  private int capacity;
  private int count;
  private int speechCount;

  /** {@code [column][frame]}. */
  private final int[][] columns;

  private int[] levels = new int[0];
  private int[] flags = new int[0];

  /**
   * @param values a frame's numbers
   */
  public WindowFrames(List<FrameValue> values, double framesPerSecond) {
    names = values.stream().map(FrameValue::name).toList();
    codes = new FrameCodes(values);
    this.framesPerSecond = framesPerSecond;
    f0 = names.indexOf(VoicePitch.F0);
    rms = names.indexOf(RelativeLevel.NAME);
    levelRange = rms < 0 ? 0 : (int) Math.round(-RelativeLevel.LEAST_DB / codes.step(rms));
    columns = new int[names.size()][0];
  }

  /** What frames are encoded with. */
  public FrameCodes codes() {
    return codes;
  }

  /** Names of a frame's numbers: column {@code i} holds those of the name {@code i}. */
  public List<String> names() {
    return names;
  }

  /**
   * The column of a feature.
   *
   * @throws IllegalArgumentException if frames have none of that name
   */
  public int column(String name) {
    int column = names.indexOf(name);
    if (column < 0) {
      throw new IllegalArgumentException("frames have no " + name + ", only " + names);
    }
    return column;
  }

  /** The columns of features. */
  public int[] columns(List<String> wanted) {
    return wanted.stream().mapToInt(this::column).toArray();
  }

  public double framesPerSecond() {
    return framesPerSecond;
  }

  /** What code 0 of a column stands for; for the level, relative to the channel's loudest. */
  public double zero(int column) {
    return column == rms ? -levelRange * codes.step(rms) : codes.zero(column);
  }

  /** What a difference of 1 between codes of a column is. */
  public double step(int column) {
    return codes.step(column);
  }

  /** A new window: its columns are to be filled, then {@link #complete} is called. */
  void begin(int count, int capacity) {
    this.count = count;
    if (this.capacity < capacity) {
      this.capacity = capacity;
      levels = new int[capacity];
      flags = new int[capacity];
      for (int column = 0; column < columns.length; column++) {
        columns[column] = new int[capacity];
      }
    }
  }

  /** Where a column's codes are to be put as the ring holds them. */
  int[] target(int column) {
    return column == rms ? levels : columns[column];
  }

  void complete(float loudestDb) {
    int speech = 0;
    for (int i = 0; i < count; i++) {
      speech += flags[i] & SPEECH;
    }
    speechCount = speech;
    if (rms >= 0) {
      int top = codes.encode(rms, loudestDb);
      int[] relative = columns[rms];
      for (int i = 0; i < count; i++) {
        relative[i] = Math.max(0, Math.min(levelRange, levels[i] - top + levelRange));
      }
    }
  }

  /** Number of frames. */
  public int count() {
    return count;
  }

  /** At least how many frames all arrays have room for. */
  public int capacity() {
    return capacity;
  }

  /** How many of the frames count as speech. */
  public int speechCount() {
    return speechCount;
  }

  /** {@code [count]} or longer: {@link #SPEECH}, {@link #ACTIVE}. */
  public int[] flags() {
    return flags;
  }

  /**
   * {@code [count]} or longer, codes of a column; of the pitch 0 for a frame without voice, of the
   * level 0 for its least below the loudest that the channel has been by the window's end.
   */
  public int[] codes(int column) {
    return columns[column];
  }

  /** {@code [count]} or longer, codes of the level of the full scale. */
  public int[] levels() {
    return levels;
  }

  /** The column of the pitch, -1 without. */
  public int f0() {
    return f0;
  }
}
