package dev.speechemotion.fuzz;

import java.util.List;

/** Reads bytes that may come from anywhere, and throws if it doesn't do that as it should. */
public interface FuzzTarget {
  /** Inputs to begin with: what is read, and what nearly is. */
  List<byte[]> seeds() throws Exception;

  /**
   * Reads an input.
   *
   * @throws Exception or an error if it is neither read in full nor refused as documented
   */
  void read(byte[] input) throws Exception;
}
