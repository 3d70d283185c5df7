package dev.speechemotion.streams.call;

import dev.speechemotion.avro.AudioChunk;
import dev.speechemotion.features.spec.FeatureSpec;
import dev.speechemotion.fuzz.FuzzTarget;
import dev.speechemotion.streams.EmotionTopologyTest;
import dev.speechemotion.streams.intake.Message;
import dev.speechemotion.streams.intake.Verdict;
import dev.speechemotion.streams.state.StateInput;
import dev.speechemotion.streams.state.StateOutput;
import java.io.IOException;
import java.util.List;

/** Stored calls, which a disk or another program may have damaged. */
public final class CallStateFuzz implements FuzzTarget {
  private final TaskContext task =
      StreamTester.task(
          StreamTester.PLAIN, FeatureSpec.TELEPHONE_8K, EmotionTopologyTest.HighIsAngry::new);
  private final CallCodec codec = new CallCodec(task);

  @Override
  public List<byte[]> seeds() throws Exception {
    TestFeed feed = new TestFeed();
    Call call = new Call(task, feed.callId);
    byte[] empty = written(call);
    float[] voice = TestFeed.babble(1, 8_000, 1);
    for (AudioChunk chunk : feed.chunks(160, List.of(TestFeed.customer()), voice)) {
      Message message = new Message(chunk);
      call.take(message, (Verdict.Taken) call.decide(message));
    }
    return List.of(empty, written(call));
  }

  private byte[] written(Call call) throws IOException {
    StateOutput bytes = new StateOutput(16 << 10);
    codec.write(call, bytes);
    return bytes.toByteArray();
  }

  @Override
  public void read(byte[] input) {
    try {
      codec.read("call-1", new StateInput(input));
    } catch (IOException | RuntimeException e) {
      // Refused: CallStore makes one message of all of these.
    }
  }
}
