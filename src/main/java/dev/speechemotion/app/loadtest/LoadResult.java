package dev.speechemotion.app.loadtest;

import java.util.List;

/**
 * What came of a load.
 *
 * @param speechShare share of windows with speech
 * @param audioSeconds processed while it was measured
 * @param cpuSeconds of the application's processes in that time
 * @param wallSeconds that this took
 * @param latenciesMs ascending, from the append of a window's last chunk to its event readable
 * @param lost windows of which no event came
 * @param duplicated events of one window that came again
 * @param different events that are not what {@code classify} gives of that audio
 * @param heapBytesPerChannel objects alive with all channels live, less those before
 * @param nativeBytesPerChannel memory outside the heap likewise
 * @param rocksDbBytes cache and write buffers
 * @param stateBytesPerChannel in the changelog, when there is most of it
 * @param changelogBytesPerAudioByte bytes written for one of audio
 * @param longestCommitMs for which a thread of the stream stood still
 * @param gcShare of the time
 * @param mostLateMs how late the sender was at most: above the chunk's length, this machine could
 *     not make the load
 * @param course what was seen on the way
 */
public record LoadResult(
    LoadPlan plan,
    long events,
    double speechShare,
    double audioSeconds,
    double cpuSeconds,
    double wallSeconds,
    long[] latenciesMs,
    long lost,
    long duplicated,
    long different,
    double heapBytesPerChannel,
    double nativeBytesPerChannel,
    long rocksDbBytes,
    double stateBytesPerChannel,
    double changelogBytesPerAudioByte,
    double longestCommitMs,
    double gcShare,
    long mostLateMs,
    List<Moment> course) {

  /**
   * A moment of it.
   *
   * @param seconds since the feed began
   * @param lag records that the broker has taken and whose results are not committed
   * @param used since the application began
   */
  record Moment(double seconds, long lag, Sample used) {}

  /** Seconds of audio that one core does in a second: live channels a core. */
  public double channelsPerCore() {
    return audioSeconds / cpuSeconds;
  }

  /** Cores in use while it was measured. */
  public double cores() {
    return cpuSeconds / wallSeconds;
  }

  /**
   * The latency that so many percent of events do not exceed, milliseconds; NaN if none was
   * measured.
   */
  public double latencyMs(double percent) {
    if (latenciesMs.length == 0) {
      return Double.NaN;
    }
    int rank = (int) Math.ceil(percent / 100 * latenciesMs.length);
    return latenciesMs[Math.max(0, rank - 1)];
  }

  /** Whether every event came once, as it should be. */
  public boolean isExact() {
    return lost == 0 && duplicated == 0 && different == 0;
  }
}
