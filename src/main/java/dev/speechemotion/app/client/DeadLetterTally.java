package dev.speechemotion.app.client;

/** How many dead letters of one reason there are, and what became of them. */
public final class DeadLetterTally {
  long letters;
  long cut;
  long ofOtherTopics;
  long replayedBefore;
  long due;
  long replayedNow;

  DeadLetterTally() {}

  public long letters() {
    return letters;
  }

  /** Those that had to be cut to fit into the topic, which cannot be replayed. */
  public long cut() {
    return cut;
  }

  /** Those that came from another topic than the chunks', which are not replayed. */
  public long ofOtherTopics() {
    return ofOtherTopics;
  }

  public long replayedBefore() {
    return replayedBefore;
  }

  /** Those that could be replayed when the pass began. */
  public long due() {
    return due;
  }

  public long replayedNow() {
    return replayedNow;
  }

  /** Those that still could be replayed. */
  public long left() {
    return due - replayedNow;
  }
}
