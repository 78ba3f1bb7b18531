"""What a wvp-compatible platform says of its devices and channels; its rows read with suspicion."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from supervision.core import dialling, outbound
from supervision.core.outbound import SendError
from supervision.video import gb_codes

PAGE = 100
MOST = 10_000
LARGEST_PAGE = 4 * 1024 * 1024
_REFUSED = frozenset({401, 403})
# Of wvp's ``channelType``: an ordinary channel; others are divisions and groups of its tree.
_ORDINARY = "0"


@dataclass(frozen=True, slots=True)
class Place:
    """A platform as the job calls it. ``key`` is a secret."""

    base_url: str
    key: str
    hosts: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Place({self.base_url!r})"


@dataclass(frozen=True, slots=True)
class Page:
    """Rows as they came, and how many there are in all."""

    rows: tuple[Any, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Row:
    """A channel that can be kept."""

    channel_id: str
    name: str
    parent_id: str
    civil_code: str
    is_online: bool
    ptz: int | None


class BadRowError(ValueError):
    """A row that cannot be kept; the text says why, by a code with a label."""


def devices(place: Place, page: int, count: int = PAGE) -> Page:
    """Raises SendError."""
    return _page(place, f"/api/device/query/devices?page={page}&count={count}")


def channels(place: Place, device_id: str, page: int) -> Page:
    """Raises SendError."""
    path = f"/api/device/query/devices/{quote(device_id, safe='')}/channels"
    return _page(place, f"{path}?page={page}&count={PAGE}")


def device_of(row: Any) -> tuple[str, str]:
    """Code and name; raises BadRowError."""
    if not isinstance(row, dict):
        raise BadRowError("not_a_row")
    code = str(row.get("deviceId") or "").strip()
    if not gb_codes.is_code(code):
        raise BadRowError("bad_code")
    return code, outbound.tidy(str(row.get("name") or code))[:120]


def channel_of(row: Any) -> Row | None:
    """None: a node of the tree that shows no pictures. Raises BadRowError."""
    if not isinstance(row, dict):
        raise BadRowError("not_a_row")
    # Newer releases call it ``deviceId``, as which older ones give the device's own.
    code = str(row.get("channelId") or row.get("deviceId") or "").strip()
    if str(row.get("channelType") or _ORDINARY) not in {_ORDINARY, "False"}:
        return None
    if not gb_codes.is_code(code):
        raise BadRowError("bad_code")
    if not gb_codes.shows_pictures(code):
        return None
    civil = str(row.get("civilCode") or "").strip()
    return Row(
        code,
        outbound.tidy(str(row.get("name") or code))[:120],
        outbound.tidy(str(row.get("parentId") or row.get("parentDeviceId") or ""))[:50],
        civil if civil.isascii() and civil.isdecimal() and len(civil) <= 20 else "",
        str(row.get("status", "")).strip().lower() in {"true", "1", "on", "online"},
        _number(row.get("ptzType", row.get("PTZType"))),
    )


def region_of(row: Row) -> str:
    """The division that is proposed: what the platform says, else what stands in the code."""
    said = row.civil_code[:6]
    known = len(said) == 6 and not said.startswith("00")
    return said if known else gb_codes.division_of(row.channel_id)


def code_of(row: Any) -> str:
    """For a message about a row that cannot be kept."""
    found = (row.get("channelId") or row.get("deviceId") or "") if isinstance(row, dict) else ""
    return outbound.tidy(str(found))[:40]


def _number(given: Any) -> int | None:
    try:
        number = int(given)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if 0 <= number <= 99 else None


def _page(place: Place, path: str) -> Page:
    data = _get(place, path)
    rows = data.get("list") if isinstance(data, dict) else None
    if not isinstance(rows, list):
        raise SendError("bad_answer")
    total = data.get("total")
    # Some give all rows whatever is asked for: none of them is lost, they come again.
    return Page(tuple(rows[:MOST]), total if isinstance(total, int) else len(rows))


def _get(place: Place, path: str) -> Any:
    """The ``data`` of an answer."""
    host = urlsplit(place.base_url).hostname or ""
    if not dialling.is_listed(host, place.hosts):
        raise SendError("not_listed")
    headers = {"Accept": "application/json", "User-Agent": "anqi"}
    if place.key:
        # A key for programs is read from both, a token of somebody who signed in from the first.
        headers |= {"access-token": place.key, "api-key": place.key}
    url = place.base_url.rstrip("/") + path
    answer = outbound.get(url, headers, place.hosts, LARGEST_PAGE)
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        told = None
    if isinstance(told, dict) and not isinstance(told.get("code", 0), int | str | None):
        told = None
    code = told.get("code") if isinstance(told, dict) else None
    if answer.status in _REFUSED or code in _REFUSED:
        raise SendError("key_refused")
    if not isinstance(told, dict):
        raise SendError("no_platform", f"HTTP {answer.status}")
    if "code" not in told:
        return told
    if code != 0:
        raise SendError("platform_error", f"{code} {told.get('msg', '')}").without(place.key)
    return told.get("data")


__all__: Sequence[str] = (
    "PAGE",
    "BadRowError",
    "Page",
    "Place",
    "Row",
    "channel_of",
    "channels",
    "code_of",
    "device_of",
    "devices",
    "region_of",
)
