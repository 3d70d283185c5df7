package dev.speechemotion.app.loadtest;

/**
 * What an application has used and done so far.
 *
 * @param seconds since it began to be watched
 * @param processed records
 * @param cpuSeconds of the process
 * @param gcSeconds in which it collected garbage
 * @param heapBytes objects, those not yet collected included
 * @param nativeBytes resident outside the heap, looked at once a minute; 0 where that cannot be
 *     told
 * @param changelogBytes sent to the changelog, as the producer wrote them
 */
public record Sample(
    double seconds,
    long processed,
    double cpuSeconds,
    double gcSeconds,
    long heapBytes,
    long nativeBytes,
    long changelogBytes) {

  static final Sample NONE = new Sample(0, 0, 0, 0, 0, 0, 0);

  /** Of two applications. */
  Sample plus(Sample other) {
    return new Sample(
        Math.max(seconds, other.seconds),
        processed + other.processed,
        cpuSeconds + other.cpuSeconds,
        gcSeconds + other.gcSeconds,
        heapBytes + other.heapBytes,
        nativeBytes + other.nativeBytes,
        changelogBytes + other.changelogBytes);
  }
}
