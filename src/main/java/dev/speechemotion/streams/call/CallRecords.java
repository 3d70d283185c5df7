package dev.speechemotion.streams.call;

import java.io.IOException;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * The records that a call has in the store beside its own, by small numbers. The call's own names
 * those that it needs.
 *
 * <p>A number that is not named any more is that of the next new record, so that seldom one has to
 * be deleted. But a number that the stored form of the call names is never written to: whatever of
 * a commit gets lost, that form finds what it names.
 */
final class CallRecords {
  /** More than the most channels with the longest windows have. */
  static final int MOST = 1 << 18;

  /** Numbers that there is a record of in the store. */
  private final BitSet stored = new BitSet();

  /** Those that the call's stored form names; all that were found, as long as it is as it was. */
  private BitSet named = new BitSet();

  /** Those that the form being written names. */
  private BitSet naming = new BitSet();

  /** Found in the store, but not asked for. */
  private final BitSet unread = new BitSet();

  /** What is still to be stored; or what was found in the store, and has not been asked for. */
  private final Map<Integer, byte[]> values = new LinkedHashMap<>();

  /** There is a record in the store. */
  void found(int number, byte[] value) {
    stored.set(number);
    // It may be named by a part of the form that is not read, such as that of another model.
    named.set(number);
    values.put(number, value);
  }

  /**
   * Hands out a record that the call's stored form names.
   *
   * @throws IOException if it is not there, or was handed out before
   */
  byte[] take(int number) throws IOException {
    byte[] value = values.remove(number);
    if (value == null) {
      throw new IOException("its record " + number + " is missing");
    }
    return value;
  }

  /** The call has been read: what it did not ask for is deleted after it is written next. */
  void endReading() {
    values.keySet().forEach(unread::set);
    values.clear();
  }

  /** Begins to write the call. */
  void begin() {
    naming.clear();
    values.clear();
  }

  /** Names a record that there is. */
  void keep(int number) {
    naming.set(number);
  }

  /**
   * Takes a new record, and names it.
   *
   * @return its number
   */
  int add(byte[] value) {
    int number = 0;
    while (named.get(number) || naming.get(number)) {
      number++;
    }
    naming.set(number);
    values.put(number, value);
    return number;
  }

  /** Hands out the new records, to be stored before what names them. */
  void forEachNew(BiConsumer<Integer, byte[]> storing) {
    values.forEach(storing);
  }

  /**
   * What has been written is stored.
   *
   * @return numbers of the records to be deleted: all, once none is needed; else those that were
   *     not asked for when the call was read
   */
  List<Integer> written() {
    stored.or(naming);
    BitSet swapped = named;
    named = naming;
    naming = swapped;
    begin();
    if (named.isEmpty()) {
      return removed();
    }
    stored.andNot(unread);
    List<Integer> unneeded = unread.stream().boxed().toList();
    unread.clear();
    return unneeded;
  }

  /**
   * The call is deleted.
   *
   * @return numbers of the records to be deleted: all
   */
  List<Integer> removed() {
    List<Integer> all = stored.stream().boxed().toList();
    stored.clear();
    unread.clear();
    return all;
  }

  /** Whether there is none in the store. */
  boolean isEmpty() {
    return stored.isEmpty();
  }
}
