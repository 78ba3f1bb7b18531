"""The present version for a worker that lags behind: what it cannot read is left out.

Workers stand in plants' networks and lag behind by weeks. Version 1 refuses unknown fields, so
the web answers in the version that a request's :data:`HEADER` names; without one it is version 1.
Rules of a kind that version 1 does not know do not run there until the worker is renewed, and
permits and official calendars neither: a rule with such a schedule is left out as well, because it
would speak at times when it must be silent. Versions 1 and 2 know no privacy masks: a camera that has
any is not given to such a worker at all, because its pictures would leave unmasked. Version 3 knows
neither models by hash (it judges with its own, and says so in each event), nor addresses that a
platform leases (such a camera is left out), nor leases: where cameras need them it is given none,
because another machine may watch them.
"""

from __future__ import annotations

from typing import Any

from vision.contract.camera import Camera, NodeConfig, Rule
from vision.contract.codec import to_json
from vision.contract.codes import DayKind, RuleKind
from vision.contract.sites import is_leased
from vision.contract.version import CONTRACT_VERSION

HEADER = "Anqi-Contract"

_KINDS = frozenset(
    {RuleKind.HELMET_MISSING, RuleKind.VEST_MISSING, RuleKind.INTRUSION, RuleKind.FIRE_SMOKE}
)
_CONFIG = ("node", "config_version", "stream_hosts")
_CAMERA = ("camera_id", "name", "url", "input_size", "analysed_fps")
# What version 4 added to cameras and configurations.
_CAMERA_4 = ("model", "site")
_CONFIG_4 = ("model", "models", "platforms", "lease_s")
_ZONE = ("zone_id", "name", "polygon")
_RULE = (
    "rule_id",
    "kind",
    "zone_id",
    "dwell_s",
    "votes_needed",
    "votes_window",
    "min_height",
    "min_score",
    "severity",
)
_SCHEDULE = ("weekdays", "start_minute", "end_minute", "timezone")


def config_for(version: int, config: NodeConfig) -> dict[str, Any]:
    """``config`` as JSON values in the shape of ``version``."""
    plain = to_json(config)
    if version >= CONTRACT_VERSION:
        return plain
    known = [
        (camera, _without(shown, _CAMERA_4))
        for camera, shown in zip(config.cameras, plain["cameras"], strict=True)
        if _is_readable(version, config, camera)
    ]
    if version == 3:
        return _without(plain, _CONFIG_4) | {"cameras": [s for _, s in known], "contract": 3}
    if version == 2:
        cameras = [_without(shown, ("masks",)) for _, shown in known]
        return _without(plain, _CONFIG_4) | {"cameras": cameras, "contract": 2}
    cameras = [_camera(camera, shown) for camera, shown in known]
    return _only(plain, _CONFIG) | {"cameras": cameras, "contract": 1}


def left_out(camera: Camera) -> tuple[Rule, ...]:
    """The rules of ``camera`` that a worker of version 1 does not run."""
    return tuple(rule for rule in camera.rules if not _is_known(rule))


def _is_readable(version: int, config: NodeConfig, camera: Camera) -> bool:
    if config.lease_s or is_leased(camera.url) or is_leased(camera.sub_url):
        return False
    return version >= 3 or not camera.masks


def _is_known(rule: Rule) -> bool:
    plain = rule.schedule.days is DayKind.ANY and not rule.windows
    return rule.kind in _KINDS and plain


def _camera(camera: Camera, shown: dict[str, Any]) -> dict[str, Any]:
    rules = [
        _only(plain, _RULE) | {"schedule": _only(plain["schedule"], _SCHEDULE)}
        for rule, plain in zip(camera.rules, shown["rules"], strict=True)
        if _is_known(rule)
    ]
    zones = [_only(zone, _ZONE) for zone in shown["zones"]]
    return _only(shown, _CAMERA) | {"zones": zones, "rules": rules}


def _without(values: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}


def _only(values: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: values[name] for name in names}
