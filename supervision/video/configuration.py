"""What a node is given to run: its cameras with their addresses in clear, permits, the calendar."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from supervision.core import clock, crypto
from supervision.core.workdays import WorkdayTable, is_weekend
from supervision.video.models import Camera, VisionNode
from supervision.video.platform_models import VideoPlatform
from supervision.video.ticket_models import CameraPermit
from supervision.video.weights import OWN, Weights
from vision import contract
from vision.contract import (
    MAX_WINDOWS,
    NodeConfig,
    Rule,
    SpecialDay,
    Window,
    WindowEffect,
    Zone,
)

# A night shift belongs to the day on which it began, a worker may be behind: some of last year.
LOOK_BACK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a configuration holds besides the cameras' own rows; permits by camera id."""

    hosts: tuple[str, ...]
    days: tuple[SpecialDay, ...] = ()
    permits: Mapping[int, Sequence[CameraPermit]] | None = None
    weights: Weights = OWN
    # Where several machines share the cameras: the region by enterprise.
    sites: Mapping[int, str] = field(default_factory=dict)
    platforms: Sequence[VideoPlatform] = ()

    def site_of(self, camera: Camera) -> str:
        """Where the camera's machine should stand; empty where nothing is said."""
        return self.sites.get(camera.enterprise_id, "")


def special_days(table: WorkdayTable) -> tuple[SpecialDay, ...]:
    """What the calendar sets against the weekday, of this year and the next, in order."""
    today = clock.today()
    begin = min(today - LOOK_BACK, today.replace(month=1, day=1))
    end = today.replace(year=today.year + 1, month=12, day=31)
    rest = {day for day in table.holidays if not is_weekend(day)}
    worked = {day for day in table.makeup_days if is_weekend(day)}
    return tuple(
        SpecialDay(day.isoformat(), day in rest)
        for day in sorted(rest | worked)
        if begin <= day <= end
    )


def windows_of(
    permits: Iterable[CameraPermit], rule_id: str, day: date | None = None
) -> tuple[Window, ...]:
    """A rule's permits as the contract has them on ``day`` (today), the newest of too many.

    One that lifted the rule and ended before it says nothing more. One that alone lets the rule
    be on does: without it the rule would be on all day. Of several of those the last is enough.
    """
    begin = clock.start_of(day or clock.today())
    mine = sorted((p for p in permits if p.rule_id == rule_id), key=lambda p: p.ends_at)
    ended = [p for p in mine if p.ends_at <= begin and p.effect is WindowEffect.ONLY]
    kept = [*ended[-1:], *(p for p in mine if p.ends_at > begin)][-MAX_WINDOWS:]
    return tuple(Window(p.starts_at, p.ends_at, p.effect) for p in kept)


def config_version(node: VisionNode, cameras: Iterable[Camera], around: Surroundings) -> str:
    """Changes whenever anything in the configuration does; no secret is decrypted for it.

    An address that is encrypted anew counts as a change: the worker then opens it again.
    """
    parts: list[Any] = [contract.CONTRACT_VERSION, node.uid, around.hosts, node.lease_s]
    parts.append([contract.to_json(day) for day in around.days])
    parts.append(around.weights.default)
    parts.append([[p.uid, p.base_url, p.api_key] for p in around.platforms])
    for camera in cameras:
        parts.append([camera.uid, camera.name, camera.stream_url, camera.input_size])
        parts.append([camera.enterprise_id, camera.analysed_fps, camera.zones, camera.lines])
        parts.append([contract.to_json(rule) for rule in _rules(camera, around)])
        parts.append([camera.sub_url, camera.adaptive, camera.gate])
        parts.append([camera.scan_s, camera.view_check, str(camera.view_from), camera.masks])
        parts.append([around.weights.of(camera.model_id), around.site_of(camera)])
    plain = json.dumps(parts, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()[:24]


def node_config(node: VisionNode, cameras: Iterable[Camera], around: Surroundings) -> NodeConfig:
    """Everything the node runs, stream addresses in clear: for the node alone."""
    cameras = list(cameras)
    told = tuple(_camera(camera, around) for camera in cameras)
    return NodeConfig(
        node=node.uid,
        config_version=config_version(node, cameras, around),
        cameras=told,
        stream_hosts=around.hosts,
        days=around.days,
        model=around.weights.default,
        models=around.weights.described({camera.model for camera in told}),
        platforms=tuple(_platform(platform) for platform in around.platforms),
        lease_s=node.lease_s,
    )


def _platform(platform: VideoPlatform) -> contract.Platform:
    key = crypto.decrypt(platform.api_key) if platform.api_key else ""
    return contract.Platform(platform.uid, platform.base_url, key)


def _camera(camera: Camera, around: Surroundings) -> contract.Camera:
    return contract.Camera(
        camera_id=camera.uid,
        name=camera.name,
        url=crypto.decrypt(camera.stream_url),
        input_size=camera.input_size,
        analysed_fps=camera.analysed_fps,
        zones=tuple(_zone(zone, camera.enterprise_id) for zone in camera.zone_list),
        rules=_rules(camera, around),
        sub_url=crypto.decrypt(camera.sub_url) if camera.sub_url else "",
        lines=camera.line_list,
        adaptive=camera.adaptive,
        gate=camera.gate,
        scan_s=camera.scan_s,
        view_check=camera.view_check,
        view_from=camera.view_from,
        masks=camera.mask_list,
        model=around.weights.of(camera.model_id),
        site=around.site_of(camera),
    )


def _zone(zone: Zone, enterprise_id: int) -> Zone:
    """A node may run cameras of several enterprises: the same name is not the same place."""
    return replace(zone, shared=f"e{enterprise_id}.{zone.shared}") if zone.shared else zone


def _rules(camera: Camera, around: Surroundings) -> tuple[Rule, ...]:
    permits = (around.permits or {}).get(camera.id, ())
    return tuple(
        replace(rule, windows=windows_of(permits, rule.rule_id)) for rule in camera.rule_list
    )
