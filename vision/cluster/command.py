"""``python -m vision cluster``: head, join, status, stop."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from vision.config import ConfigError, VisionSettings
from vision.logs import hide, set_up
from vision.parent import die_with_parent

log = logging.getLogger(__name__)
PORT = 6379
CAMERAS_A_CORE = 16  # the promise is 20 of small pictures, in which little happens
CAMERAS_A_GPU = 64
LEAVE_S, END_S, UP_S = 60.0, 20.0, 90.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="cluster_command", required=True)
    head = commands.add_parser("head", help="start a cluster on this machine, until stopped")
    head.add_argument("--port", type=int, default=PORT)
    head.add_argument("--group-cameras", type=_cameras, default=32, help="in a group (32)")
    join = commands.add_parser("join", help="let this machine run cameras of a cluster")
    join.add_argument("address", help="the head's, as HOST:PORT")
    for one in (head, join):
        one.add_argument("--ip", default="", help="this machine's address in the cluster")
        one.add_argument("--name", default="", help="this machine's name (the host's)")
        one.add_argument("--site", default="", help="beginning of the region codes it is for")
        one.add_argument("--cameras", type=int, help="how many it should run; 0 for none")
    commands.add_parser("status", help="machines and groups").add_argument(
        "--json", action="store_true"
    )
    commands.add_parser("stop", help="stop every group in good order; machines stay joined")
    for one in commands.choices.values():
        one.add_argument("--token", type=Path, help="file with the cluster's token")
    group = commands.add_parser("group")  # started by the cluster itself
    for name in ("--name", "--machine", "--holder", "--parent"):
        group.add_argument(name, required=True)


def run(settings: VisionSettings, options: argparse.Namespace) -> int:
    """Raises :class:`vision.config.ConfigError` where something is missing or wrong."""
    if not settings.web_url or not settings.node_token:
        raise ConfigError("a cluster needs ANQI_WEB_URL and ANQI_NODE_TOKEN on each machine")
    os.umask(0o077)
    if options.cluster_command == "group":
        return _group(settings, options)
    from vision.cluster.raylet import need_ray

    need_ray()
    set_up(settings.log_format)
    hide(settings.node_token)
    commands = {"head": _machine, "join": _machine, "status": _status, "stop": _stop}
    return commands[options.cluster_command](settings, options)


def _group(settings: VisionSettings, options: argparse.Namespace) -> int:
    from vision.cluster import child
    from vision.memory import keep_apart

    die_with_parent()
    if os.getppid() != int(options.parent):
        return 1  # it died before that was asked for
    # Whoever stops the machine stops its groups in good order, by their pipes.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    keep_apart()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, str(settings.threads))
    set_up(settings.log_format)
    child.run(settings, group=options.name, machine=options.machine, holder=options.holder)
    return 0


def _machine(settings: VisionSettings, options: argparse.Namespace) -> int:
    """``head`` and ``join``: Ray below this process, until a signal or Ray ends."""
    from vision.cluster import late, raylet
    from vision.web import WebClient

    here = _here(settings, options)
    token = options.token or settings.directory / "cluster" / "token"
    token = raylet.token_file(token, may_make=here.is_head)
    environ = raylet.environment(token)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    process = raylet.start(here, settings, environ)
    try:
        raylet.remember(settings, here, token)
        _await(here, process, stop)
        with raylet.connected(here.address, environ):
            _await_joined(here, process, stop)
            if here.is_head:
                _coordinate(options.group_cameras)
        threading.Thread(
            target=late.deliver_all,
            args=(
                settings.directory,
                lambda: WebClient(settings.web_url, settings.node_token),
                stop,
            ),
            name="late",
            daemon=True,
        ).start()
        log.info("%s runs up to %d cameras of the cluster", here.name, here.cameras)
        while process.poll() is None and not stop.wait(0.5):
            pass
        if process.poll() is None:
            _leave(here, environ)
            return 0
        log.error("Ray ended with %d", process.returncode)
        return 1
    finally:
        _end(process)


def _here(settings: VisionSettings, options: argparse.Namespace) -> Any:
    from vision.cluster.group import machine_key
    from vision.cluster.raylet import Here

    is_head = options.cluster_command == "head"
    ip = options.ip or _own_ip(None if is_head else options.address)
    has_gpu = any(device.startswith("cuda") for device in settings.devices)
    can = CAMERAS_A_GPU * len(settings.devices) if has_gpu else CAMERAS_A_CORE * _cores()
    return Here(
        address=f"{ip}:{options.port}" if is_head else options.address,
        ip=ip,
        name=options.name or socket.gethostname(),
        key=machine_key(settings.directory),
        site=options.site,
        cameras=can if options.cameras is None else options.cameras,
        has_gpu=has_gpu,
        is_head=is_head,
    )


def _own_ip(towards: str | None) -> str:
    """The address by which this machine reaches the head, or the network at large; nothing is sent."""
    host, _, port = (towards or "192.0.2.1:9").rpartition(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((host, int(port)))
        except (OSError, ValueError) as error:
            raise ConfigError(f"{towards or 'network'}: not to be reached: {error}") from error
        return str(probe.getsockname()[0])


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _await(here: Any, process: subprocess.Popen[bytes], stop: threading.Event) -> None:
    """Until somebody listens at the head's address."""
    until = time.monotonic() + UP_S
    while not _answers(here.address):
        _check(here, process, stop, until)


def _await_joined(here: Any, process: subprocess.Popen[bytes], stop: threading.Event) -> None:
    from vision.cluster import raylet

    until = time.monotonic() + UP_S
    while not raylet.node_of(here):
        _check(here, process, stop, until)


def _check(
    here: Any, process: subprocess.Popen[bytes], stop: threading.Event, until: float
) -> None:
    if process.poll() is not None or stop.is_set() or time.monotonic() > until:
        raise ConfigError(f"{here.address}: no cluster there; Ray's logs are in ANQI_VISION_DIR")
    time.sleep(0.2)


def _coordinate(most: int) -> None:
    """Have a coordinator run, from now on by itself; Ray starts it anew wherever there is room."""
    import ray

    from vision.cluster import board
    from vision.cluster.coordinator import NAME, Coordinator

    actor = (
        ray.remote(Coordinator)
        .options(
            name=NAME,
            namespace=board.NAMESPACE,
            lifetime="detached",
            get_if_exists=True,
            num_cpus=0,
            max_restarts=-1,
            max_concurrency=4,
        )
        .remote(most)
    )
    ray.get(actor.status.remote(), timeout=UP_S)


def _answers(address: str) -> bool:
    host, _, port = address.rpartition(":")
    with suppress(OSError), socket.create_connection((host, int(port)), timeout=1.0):
        return True
    return False


def _leave(here: Any, environ: dict[str, str]) -> None:
    """Have the groups that run here moved to other machines first, where there are any."""
    from vision.cluster import board, raylet

    try:
        with raylet.connected(here.address, environ):
            import ray

            node, until = raylet.node_of(here), time.monotonic() + LEAVE_S
            others = [one for one in ray.nodes() if one["Alive"] and one["NodeID"] != node]
            board.leave(node)
            while others and time.monotonic() < until and _runs_here(node):
                time.sleep(0.5)
    except (ConfigError, ray.exceptions.RayError) as error:
        log.warning("groups are not moved: %s", error)


def _runs_here(node: str) -> bool:
    return any(one.get("node") == node for one in _ask("status")["groups"])


def _ask(what: str, timeout: float = 10.0) -> Any:
    """A question to the coordinator; raises :class:`ConfigError` where there is none."""
    import ray

    from vision.cluster import board
    from vision.cluster.coordinator import NAME

    try:
        actor = ray.get_actor(NAME, namespace=board.NAMESPACE)
        return ray.get(getattr(actor, what).remote(), timeout=timeout)
    except (ValueError, ray.exceptions.RayError) as error:
        raise ConfigError(f"the coordinator does not answer: {type(error).__name__}") from error


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _status(settings: VisionSettings, options: argparse.Namespace) -> int:
    from vision.cluster import raylet
    from vision.cluster.status import show

    known = raylet.remembered(settings)
    token = options.token or Path(known["token"])
    with raylet.connected(known["address"], raylet.environment(token)):
        told = _ask("status")
        if options.json:
            told["health"] = _ask("health")
        show(told, as_json=options.json)
    return 0


def _stop(settings: VisionSettings, options: argparse.Namespace) -> int:
    from vision.cluster import raylet
    from vision.cluster.coordinator import NAME

    known = raylet.remembered(settings)
    token = options.token or Path(known["token"])
    with raylet.connected(known["address"], raylet.environment(token)):
        import ray

        _ask("close", 120.0)
        ray.kill(ray.get_actor(NAME))
    print("every group has stopped; the machines stay joined", file=sys.stderr)
    return 0


def _cameras(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError("1 to 64 cameras")
    return int(text)
