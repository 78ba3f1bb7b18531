"""Rules of cameras and reviews that are more than a transition. Pure."""

from __future__ import annotations

import fnmatch
import ipaddress
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from urllib.parse import urlsplit

from supervision.core.errors import InvalidInput
from supervision.core.text import N_
from supervision.video import gb_codes
from vision.contract import (
    PLATFORM_SCHEME,
    CameraState,
    ContractError,
    Phase,
    RuleKind,
    StreamFault,
    ViewState,
)

STREAM_SCHEMES = ("rtsp", "rtsps", "http", "https", PLATFORM_SCHEME)
LONGEST_URL = 1000
LARGEST_SIDE = 100_000  # of a picture, in pixels

# The order of an episode's life; a later revision may not step back in it.
PHASE_ORDER = {Phase.OPEN: 0, Phase.UPDATE: 1, Phase.CLOSE: 2}

# The contract's own words that reach a person who edits a camera, marked for translation here.
CONTRACT_PROBLEMS = (
    N_("each side must be a multiple of 32 up to 2048"),
    N_("must lie between 0.1 and 60"),
    N_("must lie between 0 and 3600 seconds"),
    N_("must lie between 1 and votes_window"),
    N_("must lie between 0 and 1"),
    N_("must lie between 1 and 600 seconds"),
    N_("must lie between 1 and 1000"),
)


class RejectReason(StrEnum):
    """Why a violation is none: the fixed list from which the precision figures are made."""

    WRONG_OBJECT = "wrong_object"
    COMPLIANT = "compliant"
    PERMITTED = "permitted"
    UNCLEAR = "unclear"
    TEST = "test"
    OTHER = "other"


class Severity(IntEnum):
    """How soon somebody has to look: the first key of the queue's order."""

    GENERAL = 1
    SERIOUS = 2
    CRITICAL = 3


# Of a rule on which no administrator has set one. What is not named here is general.
KIND_SEVERITY = {
    RuleKind.FIRE_SMOKE: Severity.CRITICAL,
    RuleKind.FALL: Severity.CRITICAL,
    RuleKind.INTRUSION: Severity.SERIOUS,
    RuleKind.EXIT_BLOCKED: Severity.SERIOUS,
    RuleKind.LINE_CROSSING: Severity.SERIOUS,
}
# Somebody's hand is the likely cause.
TAMPERED_VIEWS = frozenset({ViewState.COVERED, ViewState.MOVED})
# The contract's words for what is set on a rule; its "general" is also what says nothing.
TOLD_SEVERITY = {"serious": Severity.SERIOUS, "critical": Severity.CRITICAL}


def severity_of(kind: RuleKind, detail: str = "", told: str = "") -> Severity:
    """Of the camera's rule where one was set (``told``), else of its kind."""
    if told in TOLD_SEVERITY:
        return TOLD_SEVERITY[told]
    if kind is RuleKind.VIEW_FAULT:
        return Severity.SERIOUS if detail in TAMPERED_VIEWS else Severity.GENERAL
    return KIND_SEVERITY.get(kind, Severity.GENERAL)


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


class TicketFault(StrEnum):
    """Why a camera needs somebody: its view cannot be judged, or its stream does not run."""

    FROZEN = "frozen"
    BLACK = "black"
    COVERED = "covered"
    MOVED = "moved"
    AUTHENTICATION = "authentication"
    NOT_FOUND = "not_found"
    CODEC = "codec"
    TIMEOUT = "timeout"
    TLS = "tls"
    REFUSED = "refused"
    NO_VIDEO = "no_video"
    HOST_NOT_ALLOWED = "host_not_allowed"
    OTHER = "other"


VIEW_FAULTS = frozenset(TicketFault(view) for view in ViewState if view is not ViewState.OK)
STREAM_FAULTS = frozenset(TicketFault) - VIEW_FAULTS

# Nobody mends these by waiting.
LASTING_FAULTS = frozenset(
    {StreamFault.AUTHENTICATION, StreamFault.NOT_FOUND, StreamFault.CODEC, StreamFault.TLS}
)
# All others come and go; what lasts longer needs somebody.
PASSING = timedelta(minutes=10)
# A view fault comes as an event with its picture; a heartbeat tells of it only when none came.
VIEW_GRACE = timedelta(minutes=1)
# Whoever mended a camera has so long until the worker dials again: a wrong password is tried
# anew every five minutes.
MENDED_GRACE = timedelta(minutes=10)
# A heartbeat that was on its way when the fault was told of does not close its ticket.
WELL_AFTER = timedelta(seconds=30)
# The same trouble again within it is no news.
TOLD_GRACE = timedelta(hours=1)


def failing_since(state: CameraState, known: datetime | None, now: datetime) -> datetime | None:
    """Since when a camera has not run, by its node's word; None while it runs or is stopped.

    Between two attempts it says "starting": that ends no trouble and begins none.
    """
    if state in {CameraState.RUNNING, CameraState.STOPPED}:
        return None
    return known if state is CameraState.STARTING else known or now


def stream_fault_of(
    fault: StreamFault | None, since: datetime | None, now: datetime
) -> TicketFault | None:
    """What a camera that has not run ``since`` needs somebody for; None: nothing (yet)."""
    if since is None:
        return None
    if fault in LASTING_FAULTS or now - since > PASSING:
        return TicketFault(fault or StreamFault.OTHER)
    return None


def view_fault_of(view: ViewState, since: datetime | None, now: datetime) -> TicketFault | None:
    """The same of a view that has been bad ``since``."""
    if view is ViewState.OK or since is None or now - since <= VIEW_GRACE:
        return None
    return TicketFault(view)


def fault_of_detail(detail: str) -> TicketFault:
    """The fault that a VIEW_FAULT event names in its ``detail``."""
    return TicketFault(detail) if detail in set(VIEW_FAULTS) else TicketFault.OTHER


def node_state(last_seen_at: datetime | None, now: datetime, silent_seconds: int) -> NodeState:
    """Online while its last heartbeat is younger than ``silent_seconds``."""
    if last_seen_at is None:
        return NodeState.NEVER
    is_away = is_silent(last_seen_at, now, silent_seconds)
    return NodeState.OFFLINE if is_away else NodeState.ONLINE


def is_silent(said_at: datetime, now: datetime, silent_seconds: int) -> bool:
    """Whether what was said then says nothing of now."""
    return now - said_at > timedelta(seconds=silent_seconds)


def live_state(*, enabled: bool, node: NodeState | None, reported: CameraState | None) -> LiveState:
    """A camera's state as far as it can be known. ``node`` None: assigned to no node."""
    if not enabled:
        return LiveState.DISABLED
    if node is None:
        return LiveState.UNASSIGNED
    if node is not NodeState.ONLINE:
        return LiveState.NODE_OFFLINE
    return LiveState(reported) if reported is not None else LiveState.WAITING


def check_stream_url(url: str, hosts: Sequence[str], field: str = "stream_url") -> None:
    """The address may be dialled: a known scheme, a host of the allow-list (against SSRF).

    ``hosts`` holds names, patterns (``*.plant.example``), addresses and networks
    (``10.0.0.0/8``); an empty list allows nothing. Raises InvalidInput for ``field``.
    """
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise InvalidInput(N_("The stream address cannot be read."), field=field) from None
    if len(url) > LONGEST_URL or re.search(r"[\s\x00-\x1f]", url):
        raise InvalidInput(N_("The stream address cannot be read."), field=field)
    if parts.scheme.lower() == PLATFORM_SCHEME:
        _check_channel(url, field)  # its host is the platform's, checked there
        return
    if parts.scheme.lower() not in STREAM_SCHEMES:
        raise InvalidInput(
            N_("A stream address starts with %(schemes)s."),
            field=field,
            schemes=", ".join(f"{scheme}://" for scheme in STREAM_SCHEMES),
        )
    if not host:
        raise InvalidInput(N_("The stream address names no host."), field=field)
    if not any(_matches(host, pattern) for pattern in hosts):
        raise InvalidInput(
            N_("The host %(host)s is not on the list of allowed stream hosts (ANQI_STREAM_HOSTS)."),
            field=field,
            host=host,
        )


def _check_channel(url: str, field: str) -> None:
    if gb_codes.parse_address(url) is None:
        raise InvalidInput(
            N_(
                "A platform's channel is written gb28181://platform/device/channel, with the codes"
                " of 20 digits."
            ),
            field=field,
        )


def _matches(host: str, pattern: str) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(pattern, strict=False)
    except ValueError:
        return fnmatch.fnmatchcase(host.lower(), pattern.lower())


def mask_url(url: str) -> str:
    """Scheme, host and port: all that is ever shown of a stream's address again.

    A platform's channel is no secret and shown whole.
    """
    if gb_codes.parse_address(url) is not None:
        return url
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


def check_phase(known: Phase, given: Phase) -> None:
    """Raises ContractError where a newer revision steps back in the episode's life."""
    if PHASE_ORDER[given] < PHASE_ORDER[known]:
        raise ContractError("phase", f"may not go back from {known} to {given}")
