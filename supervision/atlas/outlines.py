"""Outlines of provinces and cities for a map without tiles, from ECharts 4.9's map data.

They are simplified (about a hundred metres between steps, more where borders were thinned) and
have no authority: before a map is shown to the public, approved data has to take their place.
Their datum is not stated; they are taken as WGS-84, which is within their own coarseness. The
data knows no districts except in the four municipalities.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from supervision.atlas.datum import Datum, to_datum
from supervision.core.errors import NotFound

STATIC = Path(__file__).resolve().parents[2] / "static"
CHINA = 0
_OFFSET = 64
_SCALE = 1024

Ring = list[list[float]]


def decode(text: str, start: Sequence[int]) -> Ring:
    """One ring of ECharts 4: zigzag deltas of two characters each, from ``start``."""
    x, y = start[0], start[1]
    ring: Ring = []
    for at in range(0, len(text) - 1, 2):
        x += _unzigzag(ord(text[at]) - _OFFSET)
        y += _unzigzag(ord(text[at + 1]) - _OFFSET)
        ring.append([x / _SCALE, y / _SCALE])
    return ring


def _unzigzag(value: int) -> int:
    return (value >> 1) ^ -(value & 1)


@lru_cache(maxsize=1)
def _files() -> dict[int, Path]:
    """Files by the first two digits of what they hold; China's is 0. Empty without vendor files."""
    try:
        manifest = json.loads((STATIC / "vendor" / "manifest.json").read_text("utf-8"))
        china = STATIC / manifest["files"]["outlines/china.json"]["path"]
    except (OSError, ValueError, KeyError):
        return {}
    found = {CHINA: china}
    for path in sorted((china.parent / "province").glob("*.json")):
        features = json.loads(path.read_text("utf-8")).get("features") or [{}]
        code = str(features[0].get("id", ""))[:2]
        if code.isdecimal():
            found[int(code)] = path
    return found


@lru_cache(maxsize=8)
def outline(province: int, datum: Datum) -> str:
    """GeoJSON of a province's parts, or of the provinces (``CHINA``). Raises NotFound."""
    path = _files().get(province)
    if path is None:
        raise NotFound
    held = json.loads(path.read_text("utf-8"))
    read = _packed if held.get("UTF8Encoding") else _plain
    features = [_feature(raw, read(raw["geometry"]), datum) for raw in held["features"]]
    made = {"type": "FeatureCollection", "features": features}
    return json.dumps(made, ensure_ascii=False, separators=(",", ":"))


def _feature(raw: dict[str, Any], parts: list[list[Ring]], datum: Datum) -> dict[str, Any]:
    drawn = [[_moved(ring, datum) for ring in part] for part in parts]
    return {
        "type": "Feature",
        "properties": {"name": raw["properties"].get("name", "")},
        "geometry": {"type": "MultiPolygon", "coordinates": drawn},
    }


def _plain(shape: dict[str, Any]) -> list[list[Ring]]:
    """A shape as GeoJSON writes it."""
    found: list[list[Ring]] = (
        [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
    )
    return found


def _packed(shape: dict[str, Any]) -> list[list[Ring]]:
    """A shape as ECharts packs it: one text a ring."""
    texts, starts = shape["coordinates"], shape["encodeOffsets"]
    if shape["type"] == "Polygon":
        return [[decode(t, s) for t, s in zip(texts, starts, strict=True)]]
    return [
        [decode(t, s) for t, s in zip(_many(text), _many_starts(start), strict=True)]
        for text, start in zip(texts, starts, strict=True)
    ]


def _many(text: Any) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def _many_starts(start: Any) -> list[Any]:
    return [start] if isinstance(start[0], int) else list(start)


def _moved(ring: Ring, datum: Datum) -> Ring:
    moved = (to_datum(point[0], point[1], datum) for point in ring)
    return [[round(x, 4), round(y, 4)] for x, y in moved]
