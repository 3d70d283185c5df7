package dev.speechemotion.app.loadtest;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a process has memory, as Linux's {@code smaps} tells it. */
final class MemoryMappings {
  private static final Pattern ADDRESS = Pattern.compile("0x([0-9a-f]{8,16})");
  private static final Pattern MAPPING = Pattern.compile("([0-9a-f]+)-([0-9a-f]+) [r-].*");
  private static final Pattern RESIDENT = Pattern.compile("Rss: +(\\d+) kB");

  /** From {@code begin} to below {@code end}. */
  record Addresses(long begin, long end) {}

  private MemoryMappings() {}

  /**
   * Those of a heap.
   *
   * @param heapInfo as {@code jcmd GC.heap_info} prints it: the addresses of its parts
   * @return empty if there is none in it
   */
  static Optional<Addresses> addresses(String heapInfo) {
    long begin = Long.MAX_VALUE;
    long end = 0;
    Matcher each = ADDRESS.matcher(heapInfo);
    while (each.find()) {
      long address = Long.parseUnsignedLong(each.group(1), 16);
      begin = Math.min(begin, address);
      end = Math.max(end, address);
    }
    return begin < end ? Optional.of(new Addresses(begin, end)) : Optional.empty();
  }

  /** What is resident outside some addresses, bytes. */
  static long residentOutside(String smaps, Addresses addresses) {
    long sum = 0;
    boolean outside = true;
    for (String line : (Iterable<String>) smaps.lines()::iterator) {
      Matcher mapping = MAPPING.matcher(line);
      if (mapping.matches()) {
        long begin = Long.parseUnsignedLong(mapping.group(1), 16);
        outside =
            Long.compareUnsigned(begin, addresses.begin()) < 0
                || Long.compareUnsigned(begin, addresses.end()) >= 0;
      } else if (outside) {
        Matcher resident = RESIDENT.matcher(line);
        sum += resident.matches() ? 1024 * Long.parseLong(resident.group(1)) : 0;
      }
    }
    return sum;
  }
}
