package dev.speechemotion.app.running;

import dev.speechemotion.app.process.CommandFailure;
import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * Has all stores of the process share one block cache and one budget for write buffers. By itself
 * each store, and so each partition, may take 100 MB outside the heap. Little is needed: the calls
 * in progress are on the heap, and the stores are read only when a task starts.
 */
public final class BoundedRocksDb implements RocksDBConfigSetter {
  /** Of RocksDB. */
  private static final String LIBRARY_VARIABLE = "ROCKSDB_SHAREDLIB_DIR";

  static final long TOTAL_BYTES = 64L << 20;
  private static final long WRITE_BUFFERS_BYTES = TOTAL_BYTES / 2;
  private static final long WRITE_BUFFER_BYTES = 2L << 20;
  private static final int WRITE_BUFFERS_PER_STORE = 2;

  /** Made when the first store opens, which is when RocksDB's native library is there. */
  private static final class Shared {
    /** One shard: each would be held to its part by itself. It is not read often. */
    private static final int SHARD_BITS = 0;

    private static final double INDEX_SHARE = 0.1;

    static final Cache CACHE = new LRUCache(TOTAL_BYTES, SHARD_BITS, false, INDEX_SHARE);

    /** Write buffers count against the cache. */
    static final WriteBufferManager WRITE_BUFFERS =
        new WriteBufferManager(WRITE_BUFFERS_BYTES, CACHE);

    private Shared() {}
  }

  /**
   * Loads RocksDB's native library, which a store would do when the stream runs.
   *
   * @throws CommandFailure if it cannot be unpacked or loaded
   */
  static void loadLibrary() {
    try {
      RocksDB.loadLibrary();
    } catch (RuntimeException | LinkageError e) {
      Throwable root = e;
      while (root.getCause() != null) {
        root = root.getCause();
      }
      String folder = System.getenv(LIBRARY_VARIABLE);
      throw new CommandFailure(
          ("RocksDB's native library cannot be unpacked into the folder %s or loaded from there (%s);"
                  + " it must be writable, have room for 100 MB, and not be mounted noexec: set the"
                  + " environment variable %s to another folder")
              .formatted(
                  folder == null ? System.getProperty("java.io.tmpdir") : folder,
                  root.getMessage(),
                  LIBRARY_VARIABLE),
          e);
    }
  }

  @Override
  public void setConfig(String storeName, Options options, Map<String, Object> configs) {
    BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
    table.setBlockCache(Shared.CACHE);
    // An index lives with its file, then. In the cache, those of files that are gone would fill it.
    table.setCacheIndexAndFilterBlocks(false);
    options.setTableFormatConfig(table);
    options.setWriteBufferManager(Shared.WRITE_BUFFERS);
    options.setWriteBufferSize(WRITE_BUFFER_BYTES);
    options.setMaxWriteBufferNumber(WRITE_BUFFERS_PER_STORE);
  }

  @Override
  public void close(String storeName, Options options) {
    // What the stores share lives as long as the process.
  }
}
