"""A search for cameras, done in the process for jobs: who answers, and what they offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import SplitResult, urlsplit

from vision.contract import MAX_FOUND, Discover, FoundCamera, JobResult, StreamFault
from vision.reach import addresses
from vision.sites.probe import Answer, probe
from vision.sites.profiles import Device, ask_all
from vision.streams import StreamError, check_url

LIMIT_S = 90.0  # less than what a job may take
NOT_LISTED = "not asked: its address is not on the list of allowed stream hosts"
UNREADABLE = "the address cannot be read"
_PORTS = {"http": 80, "https": 443}


def search(job_id: str, wanted: Discover, hosts: Sequence[str]) -> JobResult:
    """Whom multicast finds and who was named, each asked where ``hosts`` allows to dial it."""
    found: dict[str, FoundCamera] = {}
    devices: dict[str, Device] = {}
    for named in wanted.hosts:
        _sort(named if "://" in named else f"http://{named}", "", hosts, devices, found)
    for answer in probe(wanted.seconds):
        _sort(_service_of(answer), answer.name or answer.hardware, hosts, devices, found)
    for camera in ask_all(
        list(devices.values())[:MAX_FOUND], wanted.user, wanted.password, limit_s=LIMIT_S
    ):
        found[camera.address] = camera
    cameras = tuple(sorted(found.values(), key=lambda one: (bool(one.problem), one.address)))
    return JobResult(job_id, ok=True, found=cameras[:MAX_FOUND])


def _service_of(answer: Answer) -> str:
    """Where its device service is: at the address that answered, whatever it says of others."""
    own = [a for a in answer.services if urlsplit(a).hostname == answer.source]
    return (own or [f"http://{answer.source}"])[0]


def _sort(
    address: str,
    name: str,
    hosts: Sequence[str],
    devices: dict[str, Device],
    found: dict[str, FoundCamera],
) -> None:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        host, port, parts = None, 0, SplitResult("", "", "", "", "")
    if not host or not port or parts.username:
        found[address[:80]] = FoundCamera(address[:80], problem=UNREADABLE)
        return
    device = Device(host, port, parts.scheme, name)
    try:
        check_url(f"{parts.scheme}://{device.address}/", hosts)
        # The library resolves names itself; it is given what we have looked at.
        device = replace(device, host=addresses(host, port, hosts)[0])
    except StreamError as error:
        problem = NOT_LISTED if error.fault is StreamFault.HOST_NOT_ALLOWED else str(error)
        found[device.address] = FoundCamera(device.address, name, problem=problem)
        return
    before = devices.get(device.address)
    if before is None or not before.name:
        devices[device.address] = device
