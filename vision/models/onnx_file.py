"""What an ONNX file says of itself, read from its bytes and without running anything.

The worker takes weights from the web by their hash, and a runtime is a large program to hand a
stranger's file to. So the file is looked at first: one picture in, one table of boxes out, class
names as they were promised, no operators of somebody's own and no other files that it would open.
Only the fields that matter are read, by the format of protocol buffers itself; the ``onnx`` package
is a hundred megabytes that no worker needs otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from vision.models.errors import ModelError

DOMAINS = frozenset({"", "ai.onnx"})
LONGEST_NAMES = 20_000  # characters of the class names' list
_NAME = re.compile(r"""(\d{1,4})\s*:\s*(?:'([^'\\]*)'|"([^"\\]*)")\s*(?:,\s*|$)""")
DEEPEST = 32  # graphs within attributes within graphs
FLOAT = 1
EXTERNAL = 1
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5

Dim = int | None  # None: any
Field = tuple[int, int, int | memoryview]


@dataclass(frozen=True, slots=True)
class Port:
    """An input or output: its element type by ONNX's number and its shape."""

    name: str
    kind: int
    shape: tuple[Dim, ...]


@dataclass(slots=True)
class Facts:
    """What stands in a file; ``names`` are its class names, in the order of their numbers."""

    inputs: list[Port] = field(default_factory=list)
    outputs: list[Port] = field(default_factory=list)
    constants: set[str] = field(default_factory=set)
    metadata: dict[str, str] = field(default_factory=dict)
    domains: set[str] = field(default_factory=set)
    nodes: int = 0
    other_files: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Raises :class:`ModelError` where there are none."""
        return names_of(self.metadata.get("names", ""))


def look_at(data: bytes) -> Facts:
    """Read ``data``; raises :class:`ModelError` where it is no ONNX file."""
    _refuse_others(data)
    facts = Facts()
    try:
        for number, _, value in _fields(memoryview(data)):
            if number == 7:
                _graph(_part(value), facts, 0)
            elif number == 8:
                facts.domains.add(_text_in(_part(value), 1))
            elif number == 14:
                part = _part(value)
                facts.metadata[_text_in(part, 1)] = _text_in(part, 2)
            elif number == 25:
                _function(_part(value), facts)
    except (_Broken, UnicodeDecodeError) as error:
        raise ModelError("it is not an ONNX file, or is cut off") from error
    if not facts.nodes:
        raise ModelError("it is not an ONNX file: there is no graph in it")
    return facts


def check_facts(facts: Facts, classes: tuple[str, ...]) -> None:
    """Refuse, by :class:`ModelError`, what is not a detector of ``classes`` as we run them."""
    strange = facts.domains - DOMAINS
    if strange:
        raise ModelError(
            f"it needs operators that are not ONNX's own: {', '.join(sorted(strange))}"
        )
    if facts.other_files:
        raise ModelError("it keeps weights in other files; save it as one file")
    if facts.names != classes:
        told, wanted = ", ".join(facts.names), ", ".join(classes)
        raise ModelError(f"its classes are {told}; the web says {wanted}"[:500])
    _check_ports(facts, 4 + len(classes))


def names_of(text: str) -> tuple[str, ...]:
    """Class names as ultralytics' export writes them: ``{0: 'person', 1: 'helmet'}``."""
    if not text:
        raise ModelError("the model names no classes")
    # By hand: Python's own reader of literals can be led into depths that it does not come back from.
    inner = text.strip().removeprefix("{").removesuffix("}").strip()
    table: dict[int, str] = {}
    at = 0
    while at < len(inner) <= LONGEST_NAMES:
        found = _NAME.match(inner, at)
        if found is None:
            break
        table[int(found[1])] = found[2] if found[2] is not None else found[3]
        at = found.end()
    if at < len(inner) or not table or sorted(table) != list(range(len(table))):
        raise ModelError("the model's class names cannot be read")
    return tuple(table[index] for index in range(len(table)))


def _check_ports(facts: Facts, rows: int) -> None:
    inputs = [port for port in facts.inputs if port.name not in facts.constants]
    if len(inputs) != 1 or len(facts.outputs) != 1:
        raise ModelError(
            f"it has {len(inputs)} inputs and {len(facts.outputs)} outputs; a detector has one of each"
        )
    (source,), (result,) = inputs, facts.outputs
    if source.kind != FLOAT or len(source.shape) != 4 or source.shape[1] not in (3, None):
        raise ModelError(f"its input is {_shown(source)}, not floats of (n, 3, height, width)")
    if source.shape[2] is not None or source.shape[3] is not None:
        raise ModelError(
            f"it takes pictures of one size only, {_shown(source)}; export it with dynamic=True"
        )
    if result.kind != FLOAT or len(result.shape) != 3 or result.shape[1] not in (rows, None):
        raise ModelError(f"its output is {_shown(result)}, not floats of (n, {rows}, anchors)")


def _shown(port: Port) -> str:
    return f"({', '.join('any' if side is None else str(side) for side in port.shape)})"


def _refuse_others(data: bytes) -> None:
    """Say of the files that are mistaken for ONNX what they are."""
    if data.startswith(b"PK\x03\x04"):
        raise ModelError("it is a zip archive, as a .pt of PyTorch is; only ONNX files are run")
    if data[:1] == b"\x80" and data[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        raise ModelError("it is a pickle, which runs what it likes; only ONNX files are run")


def _graph(part: memoryview, facts: Facts, depth: int) -> None:
    if depth > DEEPEST:
        raise _Broken
    for number, _, value in _fields(part):
        if number == 1:
            _node(_part(value), facts, depth)
        elif number == 5:
            _tensor(_part(value), facts, is_constant=depth == 0)
        elif number == 15:
            _sparse(_part(value), facts)
        elif number in (11, 12) and depth == 0:
            (facts.inputs if number == 11 else facts.outputs).append(_port(_part(value)))


def _node(part: memoryview, facts: Facts, depth: int) -> None:
    facts.nodes += 1
    for number, _, value in _fields(part):
        if number == 7:
            facts.domains.add(_text(_part(value)))
        elif number == 5:
            _attribute(_part(value), facts, depth)


def _attribute(part: memoryview, facts: Facts, depth: int) -> None:
    for number, kind, value in _fields(part):
        if kind != _BYTES:
            continue
        if number in (5, 10):
            _tensor(_part(value), facts)
        elif number in (6, 11):
            _graph(_part(value), facts, depth + 1)
        elif number in (22, 23):
            _sparse(_part(value), facts)


def _function(part: memoryview, facts: Facts) -> None:
    for number, _, value in _fields(part):
        if number == 7:
            _node(_part(value), facts, 0)
        elif number == 11:
            _attribute(_part(value), facts, 0)
        elif number == 9:
            facts.domains.add(_text_in(_part(value), 1))
        elif number == 10:
            facts.domains.add(_text(_part(value)))


def _tensor(part: memoryview, facts: Facts, *, is_constant: bool = False) -> None:
    for number, _, value in _fields(part):
        if number == 13 or (number == 14 and value == EXTERNAL):
            facts.other_files = True
        elif number == 8 and is_constant:
            facts.constants.add(_text(_part(value)))


def _sparse(part: memoryview, facts: Facts) -> None:
    for number, _, value in _fields(part):
        if number in (1, 2):
            _tensor(_part(value), facts)


def _port(part: memoryview) -> Port:
    name, kind = "", 0
    shape: tuple[Dim, ...] = ()
    for number, _, value in _fields(part):
        if number == 1:
            name = _text(_part(value))
        elif number == 2:
            for which, _, inner in _fields(_part(value)):
                if which == 1:
                    kind, shape = _tensor_type(_part(inner))
    return Port(name, kind, shape)


def _tensor_type(part: memoryview) -> tuple[int, tuple[Dim, ...]]:
    kind = 0
    shape: tuple[Dim, ...] = ()
    for number, _, value in _fields(part):
        if number == 1 and isinstance(value, int):
            kind = value
        elif number == 2:
            shape = tuple(
                _dim(_part(side)) for which, _, side in _fields(_part(value)) if which == 1
            )
    return kind, shape


def _dim(part: memoryview) -> Dim:
    for number, _, value in _fields(part):
        if number == 1 and isinstance(value, int):
            return value
    return None


class _Broken(Exception):
    """Bytes that are no protocol buffer."""


def _fields(part: memoryview) -> Iterator[Field]:
    """Each field of a message as (number, wire type, value); raises :class:`_Broken`."""
    at, end = 0, len(part)
    while at < end:
        key, at = _varint(part, at)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, at = _varint(part, at)
            yield number, kind, value
            continue
        if kind == _BYTES:
            length, at = _varint(part, at)
        elif kind in (_FIXED64, _FIXED32):
            length = 8 if kind == _FIXED64 else 4
        else:
            raise _Broken
        if number == 0 or at + length > end:
            raise _Broken
        yield number, kind, part[at : at + length]
        at += length


def _varint(part: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(part):
            raise _Broken
        byte = part[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise _Broken


def _part(value: int | memoryview) -> memoryview:
    if isinstance(value, int):
        raise _Broken
    return value


def _text(part: memoryview) -> str:
    return bytes(part).decode("utf-8")


def _text_in(part: memoryview, wanted: int) -> str:
    for number, _, value in _fields(part):
        if number == wanted:
            return _text(_part(value))
    return ""
