"""What stands at a site: GB/T 28181 platforms that lease streams, cameras that answer ONVIF."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from vision.contract.checks import ContractError, check_token

PLATFORM_SCHEME = "gb28181"
PLATFORM_KINDS = frozenset({"wvp"})
MAX_FOUND = 500


@dataclass(frozen=True, slots=True)
class Platform:
    """A GB/T 28181 platform with a wvp-compatible API. ``api_key`` is a secret: never log it.

    A camera's address ``gb28181://<platform_id>/<device_id>/<channel_id>`` is none of a stream:
    the platform is asked for one at every connection.
    """

    platform_id: str
    base_url: str
    api_key: str = field(default="", repr=False)
    kind: str = "wvp"

    def __post_init__(self) -> None:
        check_token("platform_id", self.platform_id)
        if self.kind not in PLATFORM_KINDS:
            raise ContractError("kind", f"is not one of {', '.join(sorted(PLATFORM_KINDS))}")
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise ContractError("base_url", "must be http or https with a host and no password")
        # It stands in a header of HTTP, which a line break would end.
        if any(not "!" <= sign <= "~" for sign in self.api_key):
            raise ContractError("api_key", "must be plain signs without spaces")


@dataclass(frozen=True, slots=True)
class Discover:
    """Look for ONVIF cameras: by multicast for ``seconds``, and at ``hosts`` by their addresses.

    ``user`` and ``password`` are tried where a camera asks for them; the latter is a secret.
    """

    seconds: float = 5.0
    hosts: tuple[str, ...] = ()
    user: str = ""
    password: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not 1 <= self.seconds <= 30:
            raise ContractError("seconds", "must lie between 1 and 30")
        if len(self.hosts) > MAX_FOUND:
            raise ContractError("hosts", f"at most {MAX_FOUND}")


@dataclass(frozen=True, slots=True)
class FoundProfile:
    """One stream that a camera offers; ``url`` holds no password."""

    token: str
    name: str
    url: str
    codec: str = ""
    size: tuple[int, int] | None = None
    fps: float | None = None


@dataclass(frozen=True, slots=True)
class FoundCamera:
    """A camera that answered; ``problem``: why nothing more is known, in plain English."""

    address: str
    name: str = ""
    maker: str = ""
    model: str = ""
    firmware: str = ""
    serial: str = ""
    profiles: tuple[FoundProfile, ...] = ()
    problem: str = ""


def is_leased(url: str) -> bool:
    """Whether an address names a platform's channel instead of a stream."""
    return urlsplit(url).scheme == PLATFORM_SCHEME
