"""Rules of cameras and reviews that are more than a transition. Pure."""

from __future__ import annotations

import fnmatch
import ipaddress
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from supervision.core.errors import InvalidInput
from supervision.core.text import N_
from vision.contract import CameraState, ContractError, Phase, Rule, RuleKind, Zone

STREAM_SCHEMES = ("rtsp", "rtsps", "http", "https")
LONGEST_URL = 1000
MAX_ZONES = 20

# The order of an episode's life; a later revision may not step back in it.
PHASE_ORDER = {Phase.OPEN: 0, Phase.UPDATE: 1, Phase.CLOSE: 2}

# What the contract may say of a zone, by the field that it names.
ZONE_PROBLEMS = {
    "zone_id": N_("Zone in line %(line)s: an id has letters, digits, dots, colons and dashes."),
    "polygon": N_("Zone in line %(line)s: it needs three or more points between 0 and 1."),
}

# The contract's own words that reach a person who edits a camera, marked for translation here.
CONTRACT_PROBLEMS = (
    N_("each side must be a multiple of 32 up to 2048"),
    N_("must lie between 0.1 and 60"),
    N_("must lie between 0 and 3600 seconds"),
    N_("must lie between 1 and votes_window"),
    N_("must lie between 0 and 1"),
)


class RejectReason(StrEnum):
    """Why a violation is none: the fixed list from which the precision figures are made."""

    WRONG_OBJECT = "wrong_object"
    COMPLIANT = "compliant"
    PERMITTED = "permitted"
    UNCLEAR = "unclear"
    TEST = "test"
    OTHER = "other"


class NodeState(StrEnum):
    NEVER = "never"
    ONLINE = "online"
    OFFLINE = "offline"


class LiveState(StrEnum):
    """What is truly known of a camera now; a silent node's last word is not repeated as news."""

    RUNNING = "running"
    STARTING = "starting"
    STALLED = "stalled"
    FAILED = "failed"
    STOPPED = "stopped"
    WAITING = "waiting"
    NODE_OFFLINE = "node_offline"
    UNASSIGNED = "unassigned"
    DISABLED = "disabled"


# Starting values of a new rule. Fire and smoke are small in the picture and need more agreement.
DEFAULT_RULES: dict[RuleKind, Rule] = {
    RuleKind.HELMET_MISSING: Rule("helmet_missing", RuleKind.HELMET_MISSING),
    RuleKind.VEST_MISSING: Rule("vest_missing", RuleKind.VEST_MISSING),
    RuleKind.INTRUSION: Rule("intrusion", RuleKind.INTRUSION),
    RuleKind.FIRE_SMOKE: Rule(
        "fire_smoke",
        RuleKind.FIRE_SMOKE,
        dwell_s=2.0,
        votes_needed=6,
        votes_window=10,
        min_height=0.02,
    ),
}


def rule_id(kind: RuleKind, zone_id: str | None) -> str:
    """A rule's name follows from what it is, so that an edit does not split its tickets."""
    return f"{kind}:{zone_id}" if zone_id else str(kind)


def node_state(last_seen_at: datetime | None, now: datetime, silent_seconds: int) -> NodeState:
    """Online while its last heartbeat is younger than ``silent_seconds``."""
    if last_seen_at is None:
        return NodeState.NEVER
    silent = now - last_seen_at > timedelta(seconds=silent_seconds)
    return NodeState.OFFLINE if silent else NodeState.ONLINE


def live_state(*, enabled: bool, node: NodeState | None, reported: CameraState | None) -> LiveState:
    """A camera's state as far as it can be known. ``node`` None: assigned to no node."""
    if not enabled:
        return LiveState.DISABLED
    if node is None:
        return LiveState.UNASSIGNED
    if node is not NodeState.ONLINE:
        return LiveState.NODE_OFFLINE
    return LiveState(reported) if reported is not None else LiveState.WAITING


def check_stream_url(url: str, hosts: Sequence[str]) -> None:
    """The address may be dialled: a known scheme, a host of the allow-list (against SSRF).

    ``hosts`` holds names, patterns (``*.plant.example``), addresses and networks
    (``10.0.0.0/8``); an empty list allows nothing. Raises InvalidInput for ``stream_url``.
    """
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise InvalidInput(N_("The stream address cannot be read."), field="stream_url") from None
    if len(url) > LONGEST_URL or re.search(r"[\s\x00-\x1f]", url):
        raise InvalidInput(N_("The stream address cannot be read."), field="stream_url")
    if parts.scheme.lower() not in STREAM_SCHEMES:
        raise InvalidInput(
            N_("A stream address starts with %(schemes)s."),
            field="stream_url",
            schemes=", ".join(f"{scheme}://" for scheme in STREAM_SCHEMES),
        )
    if not host:
        raise InvalidInput(N_("The stream address names no host."), field="stream_url")
    if not any(_matches(host, pattern) for pattern in hosts):
        raise InvalidInput(
            N_("The host %(host)s is not on the list of allowed stream hosts (ANQI_STREAM_HOSTS)."),
            field="stream_url",
            host=host,
        )


def _matches(host: str, pattern: str) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(pattern, strict=False)
    except ValueError:
        return fnmatch.fnmatchcase(host.lower(), pattern.lower())


def mask_url(url: str) -> str:
    """Scheme, host and port: all that is ever shown of a stream's address again."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}{f':{parts.port}' if parts.port else ''}"


def parse_size(text: str) -> tuple[int, int]:
    """``640x384`` as (width, height)."""
    match = re.fullmatch(r"\s*(\d{2,4})\s*[x*×]\s*(\d{2,4})\s*", text.lower())
    if match is None:
        raise InvalidInput(
            N_("Write the size as width x height, for example 640x384."), field="input_size"
        )
    return int(match[1]), int(match[2])


def parse_zones(text: str) -> tuple[Zone, ...]:
    """One zone a line: ``id | name | x,y x,y x,y …``, points from 0 to 1 of the picture."""
    zones = tuple(
        _zone(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()
    )
    if len({zone.zone_id for zone in zones}) != len(zones):
        raise InvalidInput(N_("Two zones have the same id."), field="zones")
    if len(zones) > MAX_ZONES:
        raise InvalidInput(N_("At most %(count)s zones."), field="zones", count=MAX_ZONES)
    return zones


def _zone(number: int, line: str) -> Zone:
    parts = [part.strip() for part in line.split("|")]
    try:
        zone_id, name, points = parts
        polygon = tuple(_point(pair) for pair in points.split())
        return Zone(zone_id, name or zone_id, polygon)
    except ContractError as error:
        raise InvalidInput(ZONE_PROBLEMS[error.field], field="zones", line=number) from None
    except ValueError:
        raise InvalidInput(
            N_("Zone in line %(line)s: write id | name | x,y x,y x,y"), field="zones", line=number
        ) from None


def _point(pair: str) -> tuple[float, float]:
    x, y = pair.split(",")
    return float(x), float(y)


def format_zones(zones: Iterable[Zone]) -> str:
    """The text that :func:`parse_zones` reads."""
    return "\n".join(
        f"{z.zone_id} | {z.name} | {' '.join(f'{x:g},{y:g}' for x, y in z.polygon)}" for z in zones
    )


def check_phase(known: Phase, given: Phase) -> None:
    """Raises ContractError where a newer revision steps back in the episode's life."""
    if PHASE_ORDER[given] < PHASE_ORDER[known]:
        raise ContractError("phase", f"may not go back from {known} to {given}")
