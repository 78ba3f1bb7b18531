"""Two machines and what they reach, as network namespaces of this one: links that can be cut.

The web and the cameras live in a namespace of their own, on addresses of their own; each machine
has one link for the web and one for the cameras. Needs root and ``ip``; everything is made anew under
names of this process, and taken away again.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

WEB, CAMERAS = "10.213.8.1", "10.213.9.1"


def missing() -> str:
    """Why no namespaces can be made here; empty where they can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if shutil.which("ip") is None:
        return "ip (iproute2) is not at hand"
    probe = f"anqi-probe-{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", probe], capture_output=True, check=False)
    if made.returncode:
        return f"no network namespace can be made here: {made.stderr.decode().strip()}"
    subprocess.run(["ip", "netns", "del", probe], check=True)
    return ""


@dataclass(frozen=True)
class Place:
    """One machine's namespace; ``number`` stands in its addresses."""

    name: str
    number: int
    middle: str

    @property
    def address(self) -> str:
        """Of the machine on its web link: where the other machine would look for it."""
        return f"10.213.{self.number}.2"

    def command(self, *words: str) -> list[str]:
        return ["ip", "netns", "exec", self.name, *words]

    def set_link(self, kind: str, *, up: bool) -> None:
        """``kind``: ``web`` or ``cam``; pulled out at the far end, as a cable is."""
        _ip("-n", self.middle, "link", "set", self.link(kind), "up" if up else "down")

    def link(self, kind: str) -> str:
        return f"{kind}{self.number}"

    def make(self) -> None:
        _ip("netns", "add", self.name)
        _ip("-n", self.name, "link", "set", "lo", "up")
        for kind, net, target in (("web", self.number, WEB), ("cam", self.number + 10, CAMERAS)):
            far, near = self.link(kind), f"{kind}-in"
            _ip("-n", self.middle, "link", "add", far, "type", "veth", "peer", "name", near)
            _ip("-n", self.middle, "link", "set", near, "netns", self.name)
            _ip("-n", self.middle, "address", "add", f"10.213.{net}.1/24", "dev", far)
            _ip("-n", self.middle, "link", "set", far, "up")
            _ip("-n", self.name, "address", "add", f"10.213.{net}.2/24", "dev", near)
            _ip("-n", self.name, "link", "set", near, "up")
            _ip("-n", self.name, "route", "add", f"{target}/32", "via", f"10.213.{net}.1")
        _ip("-n", self.name, "route", "add", "10.213.0.0/16", "via", f"10.213.{self.number}.1")


@dataclass(frozen=True)
class Networks:
    """``middle`` is where web and cameras are; it also forwards between the machines."""

    middle: str
    places: tuple[Place, Place]

    def forward(self, *, on: bool) -> None:
        """Whether the machines can see each other."""
        self.inside("sysctl", "-q", "-w", f"net.ipv4.ip_forward={int(on)}")

    def inside(self, *words: str) -> None:
        subprocess.run(["ip", "netns", "exec", self.middle, *words], check=True)


def names() -> tuple[str, str, str]:
    return (f"anqi-{os.getpid()}-web", f"anqi-{os.getpid()}-a", f"anqi-{os.getpid()}-b")


@contextmanager
def networks() -> Iterator[Networks]:
    """All of it, and gone afterwards, with whatever still listens there."""
    middle, one, two = names()
    found = Networks(middle, (Place(one, 1, middle), Place(two, 2, middle)))
    try:
        _ip("netns", "add", middle)
        _ip("-n", middle, "link", "set", "lo", "up")
        for address in (WEB, CAMERAS):
            _ip("-n", middle, "address", "add", f"{address}/32", "dev", "lo")
        for place in found.places:
            place.make()
        found.forward(on=True)
        yield found
    finally:
        for name in (one, two, middle):
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)


def _ip(*words: str) -> None:
    _run(["ip", *words])


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
