package dev.speechemotion.streams.intake;

import dev.speechemotion.streams.deadletters.Rejection;

/** What is to be done with a message. Each is decided upon once, before anything has changed. */
public sealed interface Verdict {

  /** The message is taken. */
  enum Taken implements Verdict {
    /** It is its turn. */
    HEARD_NOW,

    /** It is ahead of others, and waits for them. */
    HELD,

    /** As {@link #HEARD_NOW}, and it shows that the feed numbers each track by itself. */
    HEARD_NOW_BY_TRACK,

    /** As {@link #HELD}, and it shows that the feed numbers each track by itself. */
    HELD_BY_TRACK,

    /**
     * It counts when it comes, whatever its number: some feeds number only media, and a STOP counts
     * however late.
     */
    OUT_OF_TURN,

    /** It says nothing that counts any more, only that the stream is still there. */
    NOTED,

    /** It has come before. */
    DUPLICATE,

    /** With it the feed begins to count anew. */
    BEGINS_ANEW,

    /** It is of nothing that is known, and makes nothing known. */
    IGNORED
  }

  /** The message cannot be used. */
  record Rejected(Rejection rejection) implements Verdict {}
}
