"""Small real ONNX detectors: one sees a blue block where the made clips put their person."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vision import contract

CLASSES = ("person", "head", "fire")
# cx, cy, w, h in pixels of a 320x192 picture: where ``footage.scene`` puts the person and the head.
PERSON, HEAD = (90.0, 101.0, 54.0, 144.0), (90.0, 56.0, 38.0, 42.0)


def make_model(
    path: Path,
    classes: Sequence[str] = CLASSES,
    *,
    rows: int | None = None,
    scale: float = 1.0,
    change: Callable[[Any], None] = lambda model: None,
    names: str | None = None,
    sides: tuple[int | str, int | str] = ("height", "width"),
) -> contract.ModelFile:
    """Write a model; ``change`` may spoil it first, ``scale`` its scores, ``rows`` its output."""
    onnx = pytest.importorskip("onnx", reason="the test extra is not installed")
    helper, array = onnx.helper, onnx.numpy_helper.from_array
    rows = 4 + len(classes) if rows is None else rows
    table = np.zeros((1, rows, 2), np.float32)
    which = np.zeros((1, rows, 2), np.float32)
    for index, (label, box) in enumerate((("person", PERSON), ("head", HEAD))):
        table[0, :4, index] = box
        which[0, 4 + classes.index(label), index] = scale
    nodes = [
        helper.make_node("Split", ["images"], ["red", "green", "blue"], axis=1),
        helper.make_node("Sub", ["blue", "red"], ["blueness"]),
        helper.make_node("ReduceMax", ["blueness"], ["most"], axes=[1, 2, 3], keepdims=1),
        helper.make_node("Relu", ["most"], ["most_4d"]),
        helper.make_node("Squeeze", ["most_4d", "last"], ["seen"]),
        helper.make_node("Mul", ["seen", "which"], ["scores"]),
        helper.make_node("Add", ["table", "scores"], ["output0"]),
    ]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("images", 1, ["batch", 3, *sides])],
        [helper.make_tensor_value_info("output0", 1, ["batch", rows, "anchors"])],
        [array(table, "table"), array(which, "which"), array(np.array([3]), "last")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    told = names if names is not None else str(dict(enumerate(classes)))
    model.metadata_props.add(key="names", value=told)
    change(model)
    path.write_bytes(model.SerializeToString())
    return describe(path, classes)


def describe(path: Path, classes: Sequence[str] = CLASSES) -> contract.ModelFile:
    """What the web says of a file that is registered as ``path``'s name, version 2."""
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    return contract.ModelFile(digest, path.stem, "2", len(data), tuple(classes))
