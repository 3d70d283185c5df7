package dev.speechemotion.streams.call;

import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.fuzz.FuzzTarget;
import dev.speechemotion.streams.intake.Message;
import dev.speechemotion.streams.intake.Verdict;
import dev.speechemotion.streams.state.StateInput;
import dev.speechemotion.streams.state.StateOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Stored calls, which a disk or another program may have damaged: the call's own record with its
 * length before it, then the others in the same way.
 */
public final class CallStateFuzz implements FuzzTarget {
  private static final int LENGTH_BYTES = Short.BYTES;

  private final List<CallCodec> codecs =
      List.of(codec(FeatureSpec.TELEPHONE_8K), codec(FeatureSpec.TELEPHONE_8K_EXTENDED));

  private static TaskContext task(FeatureSpec spec) {
    return StreamTester.task(StreamTester.PLAIN, spec, () -> ConstantClassifier.adapting(spec));
  }

  private static CallCodec codec(FeatureSpec spec) {
    return new CallCodec(task(spec));
  }

  @Override
  public List<byte[]> seeds() throws Exception {
    TaskContext sums = task(FeatureSpec.TELEPHONE_8K);
    TaskContext frames = task(FeatureSpec.TELEPHONE_8K_EXTENDED);
    return List.of(written(sums, 0), written(sums, 1), written(frames, 0.3));
  }

  private static byte[] written(TaskContext task, double seconds) throws IOException {
    TestFeed feed = new TestFeed();
    Call call = new Call(task, feed.callId);
    CallCodec codec = new CallCodec(task);
    CallRecords records = new CallRecords();
    StateOutput own = new StateOutput(16 << 10);
    StateOutput others = new StateOutput(16 << 10);
    // Two commits: a record each.
    for (int seed = 1; seed <= 2; seed++) {
      float[] voice = TestFeed.babble(seed, 8_000, seconds / 2);
      for (AudioChunk chunk : feed.chunks(160, List.of(TestFeed.customer()), voice)) {
        Message message = new Message(chunk);
        call.take(message, (Verdict.Taken) call.decide(message));
      }
      own.reset();
      codec.write(call, own, records);
      records.forEachNew((number, record) -> append(others, record));
      records.written();
    }
    StateOutput all = new StateOutput(16 << 10);
    append(all, own.toByteArray());
    all.write(others.toByteArray());
    return all.toByteArray();
  }

  private static void append(StateOutput out, byte[] record) {
    out.writeShort(record.length);
    out.write(record);
  }

  @Override
  public void read(byte[] input) {
    CallRecords[] records = {new CallRecords(), new CallRecords()};
    byte[] own = new byte[0];
    int number = -1;
    for (int at = 0; at + LENGTH_BYTES <= input.length; number++) {
      int length = (input[at] & 0xff) << Byte.SIZE | input[at + 1] & 0xff;
      at += LENGTH_BYTES;
      byte[] record = Arrays.copyOfRange(input, at, Math.min(input.length, at + length));
      at += record.length;
      if (number < 0) {
        own = record;
      } else {
        records[0].found(number, record);
        records[1].found(number, record);
      }
    }
    for (int i = 0; i < records.length; i++) {
      try {
        codecs.get(i).read("call-1", new StateInput(own), records[i]);
      } catch (IOException | RuntimeException e) {
        // Refused: CallStore makes one message of all of these.
      }
    }
  }
}
