"""Which hosts may be dialled: someone else's input must not lead into the network. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from urllib.parse import SplitResult, urlsplit

_CONTROL = re.compile(r"[\s\x00-\x1f\x7f]")


def split_url(url: str) -> SplitResult | None:
    """The parts of an address that may be called at all: http(s), a host, no user and password."""
    if _CONTROL.search(url) or len(url) > 1000:
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    is_web = parts.scheme in {"https", "http"} and bool(parts.hostname)
    return parts if is_web and parts.username is None and not parts.fragment else None


def is_listed(host: str, allowed: Sequence[str]) -> bool:
    """``allowed`` holds names, patterns (``*.bureau.example``), addresses and networks."""
    return any(_matches(host, pattern) for pattern in allowed)


def may_dial(host: str, address: str, allowed: Sequence[str]) -> bool:
    """Public addresses, and what the administrator of the machine listed; nothing else inside."""
    if is_listed(host, allowed) or is_listed(address, allowed):
        return True
    found = ipaddress.ip_address(address)
    found = getattr(found, "ipv4_mapped", None) or found
    return all(one.is_global and not one.is_multicast for one in (found, *_carried(found)))


# RFC 6052, RFC 4291 2.5.5.1: the last 32 bits are an address of IPv4, which a gateway dials.
_CARRIERS = tuple(ipaddress.IPv6Network(n) for n in ("64:ff9b::/96", "64:ff9b:1::/48", "::/96"))


def _carried(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> list[ipaddress.IPv4Address]:
    """The addresses of IPv4 that an address of IPv6 leads to."""
    if isinstance(address, ipaddress.IPv4Address):
        return []
    found = [address.sixtofour] if address.sixtofour is not None else []
    if any(address in network for network in _CARRIERS):
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return found


def _matches(host: str, pattern: str) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(pattern, strict=False)
    except ValueError:
        return fnmatchcase(host.lower(), pattern.lower())
