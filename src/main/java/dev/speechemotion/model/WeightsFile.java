package dev.speechemotion.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * A network's weights as safetensors: 8 bytes of header length (little-endian), a JSON header with
 * type, shape and place of each array, then the arrays. Reading takes numbers from where the header
 * says, after checking every name, type, shape and place; nothing in the file is executed.
 */
public final class WeightsFile {
  private static final int MAX_HEADER_BYTES = 64 * 1024;
  private static final ObjectMapper JSON = new ObjectMapper();

  private WeightsFile() {}

  /** The parameters of a network. */
  public static byte[] encode(Network network) {
    try (NDList arrays = new NDList()) {
      for (Map.Entry<String, Parameter> entry : network.parameters().entrySet()) {
        NDArray copy = entry.getValue().getArray().duplicate();
        copy.setName(entry.getKey());
        arrays.add(copy);
      }
      return encode(arrays);
    }
  }

  /** Arrays that have names. */
  static byte[] encode(NDList arrays) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      arrays.encode(out, NDList.Encoding.SAFETENSORS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /**
   * Gives a network that has no parameters yet those of a file.
   *
   * @param manager that they belong to
   * @throws ModelException if the file is malformed or of another network
   */
  public static void load(byte[] file, Network network, NDManager manager) throws ModelException {
    Map<String, Parameter> parameters = network.parameters();
    Map<String, Shape> shapes = network.shapes();
    decodeNetwork(file, shapes)
        .forEach(
            (name, values) ->
                parameters.get(name).setArray(manager.create(values, shapes.get(name))));
  }

  /** How many numbers a file of {@link #encode} holds. */
  public static int parameterCount(byte[] file) {
    long headerLength = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
    return (int) ((file.length - Long.BYTES - headerLength) / Float.BYTES);
  }

  /**
   * Reads the arrays that a network needs, in the order of its shapes.
   *
   * @param shapes what the file must hold, no more and no less; that of the output's bias is the
   *     last
   * @throws ModelException if the file is malformed or holds something else
   */
  static Map<String, float[]> decodeNetwork(byte[] file, Map<String, Shape> shapes)
      throws ModelException {
    Tensors tensors = Tensors.of(file, shapes);
    checkOutputs(tensors.header, shapes);
    return arrays(tensors, shapes, NumberFormat.F32);
  }

  /**
   * Reads arrays of 16-bit floats.
   *
   * @param shapes what the file must hold, no more and no less
   * @throws ModelException if the file is malformed or holds something else
   */
  static Map<String, float[]> decodeHalves(byte[] file, Map<String, Shape> shapes)
      throws ModelException {
    return decode(file, shapes, NumberFormat.F16);
  }

  /** Reads arrays of 32-bit floats; as {@link #decodeHalves}. */
  static Map<String, float[]> decodeFloats(byte[] file, Map<String, Shape> shapes)
      throws ModelException {
    return decode(file, shapes, NumberFormat.F32);
  }

  private static Map<String, float[]> decode(
      byte[] file, Map<String, Shape> shapes, NumberFormat format) throws ModelException {
    return arrays(Tensors.of(file, shapes), shapes, format);
  }

  private static Map<String, float[]> arrays(
      Tensors tensors, Map<String, Shape> shapes, NumberFormat format) throws ModelException {
    Map<String, float[]> arrays = new LinkedHashMap<>();
    for (Map.Entry<String, Shape> entry : shapes.entrySet()) {
      arrays.put(entry.getKey(), array(entry.getKey(), entry.getValue(), tensors, format));
    }
    return arrays;
  }

  /** What a file says of its arrays, and where they are. */
  private static final class Tensors {
    private final JsonNode header;
    private final ByteBuffer data;

    private Tensors(JsonNode header, ByteBuffer data) {
      this.header = header;
      this.data = data;
    }

    private static Tensors of(byte[] file, Map<String, Shape> shapes) throws ModelException {
      if (file.length < Long.BYTES) {
        throw new ModelException("weights file is cut off: it has " + file.length + " bytes");
      }
      ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
      long headerLength = bytes.getLong();
      if (headerLength < 2
          || headerLength > MAX_HEADER_BYTES
          || headerLength > file.length - Long.BYTES) {
        throw new ModelException("weights file is not in safetensors format, or is cut off");
      }
      JsonNode header = header(file, (int) headerLength);
      ByteBuffer data = bytes.position(Long.BYTES + (int) headerLength).slice();

      TreeSet<String> names = new TreeSet<>();
      header.fieldNames().forEachRemaining(names::add);
      names.remove("__metadata__");
      if (!names.equals(shapes.keySet())) {
        throw new ModelException(
            "weights don't match the network: the manifest's architecture needs "
                + new TreeSet<>(shapes.keySet())
                + ", the file holds "
                + names);
      }
      return new Tensors(header, data);
    }
  }

  /** How a file writes numbers. */
  private enum NumberFormat {
    F32(Float.BYTES, "32-bit float") {
      @Override
      void read(ByteBuffer bytes, float[] values) {
        bytes.asFloatBuffer().get(values);
      }
    },
    F16(Short.BYTES, "16-bit float") {
      @Override
      void read(ByteBuffer bytes, float[] values) {
        for (int i = 0; i < values.length; i++) {
          values[i] = toFloat(bytes.getShort(2 * i));
        }
      }
    };

    private final int bytes;
    private final String inWords;

    NumberFormat(int bytes, String inWords) {
      this.bytes = bytes;
      this.inWords = inWords;
    }

    abstract void read(ByteBuffer bytes, float[] values);

    /** IEEE 754 binary16; Java has this from version 20 on. */
    private static float toFloat(short half) {
      int exponent = half >> 10 & 0x1f;
      int fraction = half & 0x3ff;
      float magnitude =
          exponent == 0
              ? fraction * 0x1p-24f
              : Float.intBitsToFloat(
                  (exponent == 0x1f ? 0xff : exponent + 127 - 15) << 23 | fraction << 13);
      return half < 0 ? -magnitude : magnitude;
    }
  }

  private static JsonNode header(byte[] file, int length) throws ModelException {
    try {
      JsonNode header =
          JSON.readTree(new String(file, Long.BYTES, length, StandardCharsets.UTF_8).trim());
      if (header != null && header.isObject()) {
        return header;
      }
    } catch (JsonProcessingException e) {
      throw new ModelException("weights file has a header that is not JSON", e);
    }
    throw new ModelException("weights file has a header that is not a JSON object");
  }

  /** The last array is the bias of the output layer, one value for each label. */
  private static void checkOutputs(JsonNode header, Map<String, Shape> shapes)
      throws ModelException {
    String bias = new ArrayList<>(shapes.keySet()).get(shapes.size() - 1);
    long labels = shapes.get(bias).get(0);
    long outputs = header.get(bias).path("shape").path(0).asLong(-1);
    if (outputs != labels) {
      throw new ModelException(
          "labels don't match the network: the manifest has %d labels, the network %d outputs"
              .formatted(labels, outputs));
    }
  }

  private static float[] array(String name, Shape shape, Tensors tensors, NumberFormat format)
      throws ModelException {
    JsonNode tensor = tensors.header.get(name);
    if (!format.name().equals(tensor.path("dtype").asText())) {
      throw new ModelException(
          "weights don't match the network: %s is not of type %s (%s)"
              .formatted(name, format.name(), format.inWords));
    }
    String found = tensor.path("shape").toString();
    String expected = JSON.valueToTree(shape.getShape()).toString();
    if (!found.equals(expected)) {
      throw new ModelException(
          "weights don't match the network: %s has shape %s, the manifest's features, layers and labels need %s"
              .formatted(name, found, expected));
    }
    JsonNode offsets = tensor.path("data_offsets");
    long begin = offsets.path(0).asLong(-1);
    long end = offsets.path(1).asLong(-1);
    if (offsets.size() != 2
        || begin < 0
        || end > tensors.data.capacity()
        || end - begin != shape.size() * format.bytes) {
      throw new ModelException("weights file is cut off or malformed at " + name);
    }
    float[] values = new float[(int) shape.size()];
    format.read(
        tensors.data.slice((int) begin, (int) (end - begin)).order(ByteOrder.LITTLE_ENDIAN),
        values);
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new ModelException("weights file has values that are not finite in " + name);
      }
    }
    return values;
  }
}
