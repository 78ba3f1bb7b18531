"""Weights that are weights in everything but sense: an ONNX file of a few bytes, and its card."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace
from datetime import UTC, datetime

from supervision.core.actor import SYSTEM
from supervision.core.db import transaction
from supervision.detector import queries, registration, service, shipped
from supervision.detector.models import DetectorModel
from vision import contract
from vision.contract import ClassMetrics, ModelCard, TestMetrics

CLASSES = ("person", "helmet", "head", "vest", "no_vest", "fire", "smoke")


def _part(number: int, data: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


def onnx_bytes(seed: str = "1", *, names: tuple[str, ...] | None = CLASSES, external: bool = False):
    """A ModelProto: version 8, a producer, a graph with one tensor, the class names."""
    tensor = _part(8, b"weights") + (_part(13, b"weights.bin") if external else b"")
    tensor += _part(9, seed.encode() * 40)
    told = repr(dict(enumerate(names))) if names is not None else ""
    entry = _part(1, b"names") + _part(2, told.encode())
    graph = _part(7, _part(2, b"graph") + _part(5, tensor))
    return b"\x08\x08" + _part(2, b"tests") + graph + (_part(14, entry) if names else b"")


def a_card(data: bytes, version: str = "2", **changes: object) -> ModelCard:
    """As training writes it for ``data``."""
    card = ModelCard(
        "site-safety",
        version,
        hashlib.sha256(data).hexdigest(),
        len(data),
        CLASSES,
        licence="AGPL-3.0-or-later",
        training_data="Two hundred verdicts of the plant",
        made_at=datetime(2026, 11, 20, tzinfo=UTC),
        metrics=(
            TestMetrics(
                "Hard Hat Workers",
                300,
                0.981,
                0.69,
                (ClassMetrics("helmet", 0.985, 0.95, 0.9, 4), ClassMetrics("head", 0.97)),
            ),
            TestMetrics("Plant yard", 40, 0.81, 0.5),
        ),
        hyper=(("epochs", "3"),),
    )
    return replace(card, **changes)  # type: ignore[arg-type]


def card_file(card: ModelCard | dict[str, object]) -> io.BytesIO:
    plain = card if isinstance(card, dict) else contract.to_json(card)
    return io.BytesIO(json.dumps(plain).encode())


def seeded() -> int:
    """The id of the built-in weights, the default."""
    with transaction():
        shipped.seed()
        found = queries.active()
        assert found is not None
        return found.id


def a_candidate(version: str = "2", seed: str | None = None, **changes: object) -> int:
    """The id of registered weights that nobody has tried."""
    data = onnx_bytes(seed or version)
    with transaction():
        card = a_card(data, version, **changes)
        return registration.register(SYSTEM, card, io.BytesIO(data)).id


def model(model_id: int) -> DetectorModel:
    return queries.get_model(model_id, SYSTEM)


def promoted(version: str = "2") -> int:
    """The id of weights that are the default now."""
    model_id = a_candidate(version)
    with transaction():
        service.begin_trial(model(model_id), SYSTEM, note="a trial")
        service.promote(model(model_id), SYSTEM)
    return model_id
