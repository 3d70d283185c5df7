package dev.speechemotion.model;

import ai.djl.ndarray.types.Shape;
import dev.speechemotion.fuzz.FuzzTarget;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Weights of networks: safetensors. */
public final class WeightsFuzz implements FuzzTarget {
  private static final Map<String, Shape> SHAPES =
      Map.of("a.weight", new Shape(2, 3), "a.bias", new Shape(2));

  @Override
  public List<byte[]> seeds() {
    return List.of(seed("F32", 4), seed("F16", 2));
  }

  private static byte[] seed(String type, int bytes) {
    byte[] header =
        "{'a.weight':{'dtype':'%s','shape':[2,3],'data_offsets':[0,%d]},'a.bias':{'dtype':'%s','shape':[2],'data_offsets':[%d,%d]}}"
            .replace('\'', '"')
            .formatted(type, 6 * bytes, type, 6 * bytes, 8 * bytes)
            .getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + header.length + 8 * bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header)
        .array();
  }

  @Override
  public void read(byte[] input) {
    try {
      check(WeightsFile.decodeFloats(input, SHAPES));
    } catch (ModelException e) {
      // Refused.
    }
    try {
      check(WeightsFile.decodeHalves(input, SHAPES));
    } catch (ModelException e) {
      // Refused.
    }
  }

  private static void check(Map<String, float[]> arrays) {
    if (arrays.get("a.weight").length != 6 || arrays.get("a.bias").length != 2) {
      throw new AssertionError("arrays of another size");
    }
  }
}
