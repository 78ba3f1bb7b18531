"""Rule files: what a replay judges by, in the same shape as a camera of the contract."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from vision.contract import Camera, ContractError, Rule, RuleKind, Schedule, Zone, parse

DEFAULT_RULES = Path(__file__).parent / "default.json"


class RulesError(Exception):
    """A rules or zone file that cannot be used; the message names the field."""


def load_rules(path: Path) -> Camera:
    """The camera that a rules file describes.

    Keys: ``input_size``, ``analysed_fps``, ``zones``, ``rules``, as in
    :class:`vision.contract.Camera`. Schedules and permits are dropped: a clip has no time of day.
    """
    data = _read(path)
    try:
        camera = parse(Camera, {"camera_id": "replay", "name": "replay", "url": "file:", **data})
    except ContractError as error:
        raise RulesError(f"{path}: {error}") from error
    always = tuple(replace(rule, schedule=Schedule(), windows=()) for rule in camera.rules)
    return replace(camera, rules=always)


def with_zone(camera: Camera, path: Path) -> Camera:
    """``camera`` with the zone of a file ``{"zone": name, "polygon": [...]}``, not to be entered."""
    data = _read(path)
    try:
        corners = tuple((float(x), float(y)) for x, y in data["polygon"])
        zone = Zone(str(data["zone"]), str(data["zone"]), corners)
    except (KeyError, TypeError, ValueError) as error:
        raise RulesError(f"{path}: not a zone: {error}") from error
    rule = Rule("intrusion", RuleKind.INTRUSION, zone_id=zone.zone_id)
    return replace(camera, zones=(*camera.zones, zone), rules=(*camera.rules, rule))


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise RulesError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise RulesError(f"{path}: is not JSON: {error}") from error
    if not isinstance(data, dict):
        raise RulesError(f"{path}: must be an object")
    return data
