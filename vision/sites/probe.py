"""WS-Discovery, as far as a search for cameras needs it: one question by multicast, many answers.

ONVIF Core Specification, section 7: a camera joins 239.255.255.250, UDP port 3702, and answers a
Probe for ``NetworkVideoTransmitter`` with the addresses of its device service. An answer is
somebody else's words: it is read without entities, and where it leads is for the caller to check.
"""

from __future__ import annotations

import socket
import struct
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from select import select
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

GROUP, PORT = "239.255.255.250", 3702
MAX_ANSWER = 65_536
MAX_ANSWERS = 2000
_AGAIN_S = 1.0  # a datagram may be lost: each question goes out twice
_DISCOVERY = "{http://schemas.xmlsoap.org/ws/2005/04/discovery}"
_SCOPE = "onvif://www.onvif.org/"
_PROBE = """<?xml version="1.0" encoding="utf-8"?>
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"
 xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><s:Header>
<a:Action s:mustUnderstand="1">http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action>
<a:MessageID>urn:uuid:{number}</a:MessageID>
<a:To s:mustUnderstand="1">urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header>
<s:Body><d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></s:Body></s:Envelope>"""


@dataclass(frozen=True, slots=True)
class Answer:
    """Who answered: ``services`` are the addresses of its device service, all of its own choice."""

    source: str
    services: tuple[str, ...]
    name: str = ""
    hardware: str = ""


def probe(seconds: float, *, interfaces: Iterable[str] | None = None) -> list[Answer]:
    """Ask in every network of this machine, or on the named interfaces; waits ``seconds``.

    Each answering address once; an interface that cannot multicast is passed over.
    """
    known = {name: index for index, name in socket.if_nameindex()}
    wanted = known if interfaces is None else {n: known[n] for n in interfaces if n in known}
    with ExitStack() as stack:
        sockets = [stack.enter_context(_socket(index)) for index in wanted.values()]
        return list(_ask(sockets, time.monotonic() + seconds))


def _ask(sockets: list[socket.socket], until: float) -> Iterator[Answer]:
    seen: set[str] = set()
    question = _PROBE.format(number=uuid.uuid4()).encode()
    asks = [time.monotonic(), time.monotonic() + _AGAIN_S]
    while (left := until - time.monotonic()) > 0 and len(seen) < MAX_ANSWERS:
        if asks and time.monotonic() >= asks[0]:
            asks.pop(0)
            for one in sockets:
                with suppress(OSError):  # the network is down, or knows no multicast
                    one.sendto(question, (GROUP, PORT))
        ready, _, _ = select(sockets, (), (), min(left, 0.2))
        for one in ready:
            with suppress(OSError):
                data, (source, *_rest) = one.recvfrom(MAX_ANSWER)
                answer = read_answer(data, source)
                if answer is not None and source not in seen:
                    seen.add(source)
                    yield answer


def _socket(interface: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setblocking(False)
    made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 2)
    request = struct.pack("@4s4si", socket.inet_aton(GROUP), b"\0" * 4, interface)
    with suppress(OSError):
        made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, request)
    return made


def read_answer(data: bytes, source: str) -> Answer | None:
    """A ProbeMatch that came from ``source``; None for anything else."""
    if b"<!" in data:  # no document type, no entities: nothing that unfolds
        return None
    try:
        found = ET.fromstring(data).find(f".//{_DISCOVERY}ProbeMatch")  # noqa: S314
    except ET.ParseError:
        return None
    if found is None:
        return None
    scopes = (found.findtext(f"{_DISCOVERY}Scopes") or "").split()
    return Answer(
        source,
        tuple(a for a in (found.findtext(f"{_DISCOVERY}XAddrs") or "").split() if _is_http(a)),
        _scope(scopes, "name"),
        _scope(scopes, "hardware"),
    )


def _is_http(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _scope(scopes: list[str], name: str) -> str:
    start = f"{_SCOPE}{name}/"
    found = next((s[len(start) :] for s in scopes if s.startswith(start)), "")
    return unquote(found)[:80]
