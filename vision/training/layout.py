"""The last step of a YOLOv8 head, laid out so that it costs what it should.

The head says of each edge of a box how likely each of 16 distances is; a softmax and a mean make one
number of them. The exporter puts those 16 into the second dimension, where onnxruntime's softmax copies
everything twice: 4.5 % of all that the network costs. In the last dimension the same numbers come
out, to the bit.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

# The exporter's: (batch, bins, 4, anchors). Ours: (batch, 4, anchors, bins).
_THEIRS, _OURS = [0, 2, 1, 3], [0, 1, 3, 2]


def lay_out(path: Path) -> bool:
    """Rewrite the file at ``path``; False where there is nothing of the kind in it."""
    import onnx

    model = onnx.load(str(path))
    graph = model.graph
    makers = {name: node for node in graph.node for name in node.output}
    found = [parts for node in graph.node if (parts := _parts(graph, makers, node)) is not None]
    if not found:
        return False
    for transpose, softmax, mean in found:
        _attribute(transpose, "perm").ints[:] = _OURS
        _attribute(softmax, "axis").i = 3
        _weigh(graph, mean)
    # What was worked out of shapes in between holds no more.
    del graph.value_info[:]
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return True


def _parts(graph: Any, makers: dict[str, Any], softmax: Any) -> tuple[Any, Any, Any] | None:
    """Transpose, softmax and mean, where ``softmax`` is the middle one."""
    if softmax.op_type != "Softmax" or _attribute(softmax, "axis").i != 1:
        return None
    transpose = makers.get(softmax.input[0])
    if transpose is None or transpose.op_type != "Transpose":
        return None
    readers = [node for node in graph.node if softmax.output[0] in node.input]
    if list(_attribute(transpose, "perm").ints) != _THEIRS or len(readers) != 1:
        return None
    mean = readers[0]
    is_mean = mean.op_type == "Conv" and len(mean.input) == 2
    if not is_mean or _weights(graph, mean) is None:
        return None
    return transpose, softmax, mean


def _weights(graph: Any, mean: Any) -> Any:
    """The distances that the mean is taken of, (1, bins, 1, 1); None for anything else."""
    from onnx import numpy_helper

    held = [one for one in graph.initializer if one.name == mean.input[1]]
    values = numpy_helper.to_array(held[0]) if held else None
    is_row = values is not None and values.ndim == 4 and values.size == values.shape[1]
    return values if is_row else None


def _weigh(graph: Any, mean: Any) -> None:
    """The same mean as a product with one column."""
    from onnx import helper, numpy_helper

    row = mean.input[1]
    name = f"{row}.column"
    values = _weights(graph, mean).reshape(-1, 1)
    graph.initializer.append(numpy_helper.from_array(values, name))
    product = helper.make_node("MatMul", [mean.input[0], name], list(mean.output), name=mean.name)
    mean.CopyFrom(product)
    if not any(row in node.input for node in graph.node):
        graph.initializer.remove(next(one for one in graph.initializer if one.name == row))


def _attribute(node: Any, name: str) -> Any:
    from onnx import AttributeProto

    found = (one for one in node.attribute if one.name == name)
    return next(found, AttributeProto(i=-1))
