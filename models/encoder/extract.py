#!/usr/bin/env python3
"""Makes weights.safetensors and manifest.json of this folder from the package that publishes the encoder.

    pip download --no-deps pipecat-ai==1.14.0
    pip install numpy onnx safetensors
    python3 extract.py pipecat_ai-1.14.0-py3-none-any.whl

The package holds an ONNX graph whose weights are whole numbers of 8 bits with a scale; here they become 16-bit floats.
Of the encoder's four layers the first two are taken. The same wheel gives the same bytes.
"""
import hashlib
import json
import pathlib
import sys
import zipfile

import numpy as np
import onnx
from onnx import numpy_helper
from safetensors.numpy import save

WHEEL = "0352f504b44e78bdf524e45af4bc759601c835b9b7dc195efe5e03384b974a44"
GRAPH = "pipecat/audio/turn/smart_turn/data/smart-turn-v3.2-cpu.onnx"
LAYERS = 2
# By the name that the graph has for what follows: ours for weight and bias.
PROJECTIONS = {"self_attn.q_proj": "query", "self_attn.v_proj": "value", "self_attn.out_proj": "out",
               "fc1": "up", "fc2": "down"}
NORMS = {"self_attn_layer_norm": "norm1", "final_layer_norm": "norm2"}


class Graph:
    """The constants of a graph by name, and which node makes and which nodes take a value."""

    def __init__(self, graph):
        self.constants = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
        self.maker, self.takers = {}, {}
        for node in graph.node:
            for name in node.output:
                self.maker[name] = node
            for name in node.input:
                self.takers.setdefault(name, []).append(node)

    def constant(self, name):
        """A constant, or what a DequantizeLinear makes of one: (q - zero) * scale along an axis."""
        if name in self.constants:
            return self.constants[name].astype(np.float32)
        node = self.maker[name]
        if node.op_type != "DequantizeLinear":
            raise ValueError(f"{name} is no constant")
        whole = self.constants[node.input[0]].astype(np.float32)
        scale = self.constants[node.input[1]].astype(np.float32)
        zero = self.constants[node.input[2]].astype(np.float32) if len(node.input) > 2 else np.float32(0)
        if scale.size > 1:
            axis = next((each.i for each in node.attribute if each.name == "axis"), 1)
            shape = [-1 if i == axis else 1 for i in range(whole.ndim)]
            scale, zero = scale.reshape(shape), np.broadcast_to(zero, scale.shape).reshape(shape)
        return (whole - zero) * scale

    def unwrapped(self, name):
        """The node that made a value, before it was rounded to 8 bits."""
        node = self.maker[name]
        while node.op_type in ("QuantizeLinear", "DequantizeLinear"):
            node = self.maker[node.input[0]]
        return node

    def product_before(self, bias):
        """The product to which a bias is added."""
        addition = next(node for node in self.takers[bias] if node.op_type == "Add")
        product = self.unwrapped(next(name for name in addition.input if name != bias))
        if product.op_type != "MatMul":
            raise ValueError(f"{bias} is not added to a product")
        return product

    def weight(self, product):
        return self.constant(product.input[1]).T  # [outputs][inputs]


def tensors(graph):
    encoder = "inner.encoder."
    out = {}
    for conv in ("conv1", "conv2"):
        node = next(n for n in graph.takers[f"{encoder}{conv}.bias"] if n.op_type == "Conv")
        out[f"{conv}.weight"] = graph.constant(node.input[1])
        out[f"{conv}.bias"] = graph.constant(node.input[2])
    out["positions"] = graph.constant(encoder + "embed_positions.weight")
    for layer in range(LAYERS):
        theirs, ours = f"{encoder}layers.{layer}.", f"layer{layer + 1}."
        products = {}
        for name, our in PROJECTIONS.items():
            products[our] = graph.product_before(f"{theirs}{name}.bias")
            out[f"{ours}{our}.weight"] = graph.weight(products[our])
            out[f"{ours}{our}.bias"] = graph.constant(f"{theirs}{name}.bias")
        # The key's projection has no bias: it takes what those of query and value take.
        keys = [node for node in graph.takers[products["query"].input[0]]
                if node.op_type == "MatMul" and node not in (products["query"], products["value"])]
        if len(keys) != 1:
            raise ValueError(f"layer {layer} has {len(keys)} projections of keys")
        out[f"{ours}key.weight"] = graph.weight(keys[0])
        for name, our in NORMS.items():
            for part in ("weight", "bias"):
                out[f"{ours}{our}.{part}"] = graph.constant(f"{theirs}{name}.{part}")
    return {name: np.ascontiguousarray(value, np.float16) for name, value in sorted(out.items())}


def main(wheel):
    content = pathlib.Path(wheel).read_bytes()
    if hashlib.sha256(content).hexdigest() != WHEEL:
        sys.exit(f"{wheel} is not the wheel of pipecat-ai 1.14.0")
    graph = Graph(onnx.load_from_string(zipfile.ZipFile(wheel).read(GRAPH)).graph)
    weights = save(tensors(graph))
    folder = pathlib.Path(__file__).parent
    (folder / "weights.safetensors").write_bytes(weights)
    manifest = {
        "name": "whisper-tiny-smart-turn-v3.2",
        "source": f"pipecat-ai 1.14.0 (PyPI, SHA-256 of the wheel {WHEEL}), {GRAPH}",
        "license": "BSD-2-Clause (Daily); the encoder it was fine-tuned from, Whisper tiny, is OpenAI's, MIT",
        "weights": {"file": "weights.safetensors", "sha256": hashlib.sha256(weights).hexdigest(),
                    "bytes": len(weights)},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
