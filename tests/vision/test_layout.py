"""The head's last step, laid out anew: the same numbers from fewer copies."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from vision.models import DEFAULT_MODEL
from vision.training.layout import lay_out

BINS = 16


def as_exported(path: Path, mean: NDArray[np.float32], *, axis: int = 1) -> None:
    """The end of a head as the exporter writes it: (batch, 4 * bins, anchors) to (batch, 4, anchors)."""
    shape = numpy_helper.from_array(np.array([0, 4, BINS, -1], dtype=np.int64), "split")
    back = numpy_helper.from_array(np.array([0, 4, -1], dtype=np.int64), "back")
    nodes = [
        helper.make_node("Reshape", ["edges", "split"], ["four"]),
        helper.make_node("Transpose", ["four"], ["turned"], perm=[0, 2, 1, 3]),
        helper.make_node("Softmax", ["turned"], ["likely"], axis=axis),
        helper.make_node("Conv", ["likely", "row"], ["far"], kernel_shape=[1, 1]),
        helper.make_node("Reshape", ["far", "back"], ["out"]),
    ]
    graph = helper.make_graph(
        nodes,
        "head",
        [helper.make_tensor_value_info("edges", TensorProto.FLOAT, ["n", 4 * BINS, "a"])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, ["n", 4, "a"])],
        [shape, back, numpy_helper.from_array(mean, "row")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(onnx.shape_inference.infer_shapes(model), str(path))


def asked(path: Path, edges: NDArray[np.float32], *, fixed: bool = False) -> NDArray[np.float32]:
    options = ort.SessionOptions()
    if fixed:
        options.add_free_dimension_override_by_name("a", edges.shape[2])
    session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    found: NDArray[np.float32] = session.run(None, {"edges": edges})[0]
    return found


def test_the_same_numbers_come_out(tmp_path: Path) -> None:
    row = np.arange(BINS, dtype=np.float32).reshape(1, BINS, 1, 1)
    before, after = tmp_path / "before.onnx", tmp_path / "after.onnx"
    as_exported(before, row)
    shutil.copyfile(before, after)
    assert lay_out(after)
    edges = np.random.default_rng(3).normal(0, 6, (2, 4 * BINS, 77)).astype(np.float32)
    expected = asked(before, edges)
    assert np.ptp(expected) > 10
    for fixed in (False, True):
        assert np.allclose(asked(after, edges, fixed=fixed), expected, atol=1e-5)
    ops = [node.op_type for node in onnx.load(str(after)).graph.node]
    assert ops == ["Reshape", "Transpose", "Softmax", "MatMul", "Reshape"]


def test_twice_is_once_and_our_own_file_is_laid_out(tmp_path: Path) -> None:
    path = tmp_path / "ours.onnx"
    shutil.copyfile(DEFAULT_MODEL, path)
    assert not lay_out(path)
    assert path.read_bytes() == DEFAULT_MODEL.read_bytes()


def test_what_is_laid_out_otherwise_is_left_alone(tmp_path: Path) -> None:
    two = np.ones((2, BINS, 1, 1), dtype=np.float32)
    row = np.ones((1, BINS, 1, 1), dtype=np.float32)
    for name, mean, axis in (("two means", two, 1), ("another axis", row, 2)):
        path = tmp_path / f"{name}.onnx"
        as_exported(path, mean, axis=axis)
        before = path.read_bytes()
        assert not lay_out(path), name
        assert path.read_bytes() == before
