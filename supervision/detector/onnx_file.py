"""What a file that calls itself ONNX is: read by its own layout, no library, nothing run.

ONNX is one protobuf message. Its fields are walked over, their contents skipped, so that a file of
half a gigabyte costs some seeks. https://onnx.ai/onnx/repo-docs/IR.html
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from supervision.core.errors import InvalidInput
from supervision.core.text import N_

# ModelProto, GraphProto, TensorProto and StringStringEntryProto in onnx.proto3.
_IR_VERSION, _GRAPH, _METADATA = 1, 7, 14
_INITIALIZER, _EXTERNAL = 5, 13
_KEY, _VALUE = 1, 2
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
LONGEST_TEXT = 100_000
_PICKLES = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")


class NotProtobufError(ValueError):
    """The bytes end in the middle of something, or begin with nothing that is known."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a message: ``value`` of a number, else where its bytes lie."""

    number: int
    value: int
    start: int
    end: int


def check_onnx(file: IO[bytes]) -> tuple[str, ...]:
    """The class names that the file's own metadata tells, () where it tells none.

    Raises InvalidInput naming the field ``weights`` for anything that is not ONNX in one piece.
    """
    file.seek(0)
    if file.read(4).startswith(_PICKLES):
        raise InvalidInput(
            N_(
                "This is a PyTorch file (.pt), which runs whatever is in it when it is opened."
                " Export it as ONNX, and register that."
            ),
            field="weights",
        )
    end = file.seek(0, os.SEEK_END)
    try:
        parts = _parts(file, end)
        graphs = [part for part in parts if part.number == _GRAPH]
        is_elsewhere = any(_is_elsewhere(file, graph) for graph in graphs)
        names = _names(file, [part for part in parts if part.number == _METADATA])
    except NotProtobufError:
        raise InvalidInput(N_("This is no ONNX file."), field="weights") from None
    if is_elsewhere:
        raise InvalidInput(
            N_("Part of these weights lies in another file. Export them as one file."),
            field="weights",
        )
    return names


def _parts(file: IO[bytes], end: int) -> list[Field]:
    """The fields of the whole file, which must have a version and a graph."""
    parts = list(fields(file, 0, end))
    if not {_IR_VERSION, _GRAPH} <= {part.number for part in parts}:
        raise NotProtobufError
    return parts


def fields(file: IO[bytes], start: int, end: int) -> Iterator[Field]:
    """The fields of the message that lies from ``start`` to ``end``. Raises NotProtobufError."""
    at = start
    while at < end:
        key, at = _varint(file, at, end)
        number, wire = key >> 3, key & 7
        value, begin = 0, at
        if wire == _VARINT:
            value, at = _varint(file, at, end)
        elif wire == _BYTES:
            size, begin = _varint(file, at, end)
            at = begin + size
        elif wire in {_FIXED32, _FIXED64}:
            at += 4 if wire == _FIXED32 else 8
        else:
            raise NotProtobufError
        if number == 0 or at > end:
            raise NotProtobufError
        yield Field(number, value, begin, at)


def _varint(file: IO[bytes], at: int, end: int) -> tuple[int, int]:
    file.seek(at)
    value = 0
    for place, byte in enumerate(file.read(min(10, end - at))):
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value, at + place + 1
    raise NotProtobufError


def _is_elsewhere(file: IO[bytes], graph: Field) -> bool:
    """Whether a tensor of the graph says that its bytes are in another file."""
    return any(
        inner.number == _EXTERNAL
        for part in fields(file, graph.start, graph.end)
        if part.number == _INITIALIZER
        for inner in fields(file, part.start, part.end)
    )


def _names(file: IO[bytes], entries: list[Field]) -> tuple[str, ...]:
    for entry in entries:
        pair = {part.number: _text(file, part) for part in fields(file, entry.start, entry.end)}
        if pair.get(_KEY) == "names":
            return _listed(pair.get(_VALUE, ""))
    return ()


def _text(file: IO[bytes], part: Field) -> str:
    if part.end - part.start > LONGEST_TEXT:
        return ""
    file.seek(part.start)
    return file.read(part.end - part.start).decode("utf-8", "replace")


def _listed(text: str) -> tuple[str, ...]:
    """``{0: 'person', 1: 'helmet'}`` or a list of names, as exporters write them."""
    try:
        told = ast.literal_eval(text)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return ()
    if isinstance(told, dict):
        told = [told[key] for key in sorted(told)] if _counts(told) else []
    return tuple(str(name) for name in told) if isinstance(told, (list, tuple)) else ()


def _counts(told: dict[object, object]) -> bool:
    return set(told) == set(range(len(told)))
