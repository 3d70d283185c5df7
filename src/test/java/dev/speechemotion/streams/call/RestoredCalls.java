package dev.speechemotion.streams.call;

import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.TopologyTestDriver;

/** Does for a driver what Kafka does for an application that starts, which drivers leave out. */
public final class RestoredCalls {
  private RestoredCalls() {}

  /** Fills the store of calls with what the changelog topic holds after compaction. */
  public static void restore(TopologyTestDriver driver, Map<Bytes, byte[]> changelog) {
    CallStore store = (CallStore) driver.getStateStore(AnalyzeCalls.CALLS);
    changelog.forEach(store.inner()::put);
    store.reload();
  }
}
