package dev.speechemotion.features.frame;

import java.util.List;
import java.util.stream.IntStream;

/**
 * One of the numbers that every frame of a spec has.
 *
 * @param name unlike that of any other of them
 * @param least end of the range in which a window's statistics tell values apart
 * @param most the other end
 */
public record FrameValue(String name, double least, double most) {

  /** {@code name1}, {@code name2}, … of one range. */
  static List<FrameValue> numbered(String name, int count, double least, double most) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(i -> new FrameValue(name + i, least, most))
        .toList();
  }
}
