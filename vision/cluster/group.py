"""One group on one machine: an actor that keeps the group's worker alive and tells it its cameras.

Ray starts the actor anew on another machine when this one dies. The worker is a process of its own,
so that neither Ray's threads nor its memory are in it, and a crash of native code is not the actor's.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from vision.cluster import board
from vision.config import VisionSettings
from vision.contract import CameraState
from vision.logs import set_up
from vision.timing import Backoff

log = logging.getLogger(__name__)
# Ray's labels of a machine: its name, its site, and "yes" for a GPU and for running cameras at all.
MACHINE, SITE, GPU, RUNS = "anqi-machine", "anqi-site", "anqi-gpu", "anqi-runs"
CAMERAS, KEY = "anqi-cameras", "anqi-key"  # how many it should run; its directory's mark
TICK_S = 0.5
FOLLOW_S = 2.0  # a thousand groups ask one head
STOP_S = 30.0
WELL_S = 60.0  # a worker that ran for so long did not fail by being started
# What Ray sets for its own processes is not meant for the worker.
_RAYS = ("RAY_", "OMP_NUM_THREADS")


class GroupKeeper:
    """A Ray actor's class. Settings come from the environment of the machine's ``join``."""

    def __init__(self, name: str) -> None:
        import ray

        here = ray.get_runtime_context()
        self._name, self._node = name, here.get_node_id()
        self._machine = here.get_node_labels()[MACHINE]
        self._settings = VisionSettings.from_env(os.environ)
        set_up(self._settings.log_format)
        self._holder = f"{name}.{machine_key(self._settings.directory)}"
        self._stop = threading.Event()
        self._child: subprocess.Popen[str] | None = None
        self._wanted: tuple[str, ...] | None = None
        self._health: list[Any] = []
        self._starts, self._exit_code = 0, 0
        # Apart from what minds the child: it waits for as long as Ray's head is away.
        threading.Thread(target=self._follow, name="board", daemon=True).start()
        # The child dies with the thread that started it, so that one must live as long as this does.
        self._thread = threading.Thread(target=self._run, name="group", daemon=True)
        self._thread.start()

    def report(self) -> dict[str, Any]:
        """Where it runs, and how."""
        child = self._child
        return {
            "group": self._name,
            "machine": self._machine,
            "node": self._node,
            "pid": child.pid if child is not None else 0,
            "starts": self._starts,
            "exit_code": self._exit_code,
            "running": sum(one["state"] == CameraState.RUNNING for one in self._health),
        }

    def health(self) -> list[Any]:
        """The cameras' health in the contract's JSON; empty while the worker starts."""
        return self._health if self._child is not None else []

    def stop(self) -> None:
        """Cameras released, events stored, processes gone when this returns."""
        self._stop.set()
        self._thread.join(STOP_S + 10.0)

    def _follow(self) -> None:
        while not self._stop.is_set():
            try:
                self._wanted = board.cameras_of(self._name) or self._wanted
            except Exception:  # noqa: BLE001
                # The group goes on with what it has.
                log.warning("the head does not answer group %s", self._name)
            self._stop.wait(FOLLOW_S)

    def _run(self) -> None:
        backoff = Backoff()
        while not self._stop.is_set():
            began = time.monotonic()
            child = self._start()
            self._mind(child)
            self._exit_code = _end(child)
            self._child, self._health = None, []
            if not self._stop.is_set():
                if time.monotonic() - began > WELL_S:
                    backoff.reset()
                wait = backoff.next()
                log.error(
                    "group %s ended with %d, next in %.1f s", self._name, self._exit_code, wait
                )
                self._stop.wait(wait)

    def _start(self) -> subprocess.Popen[str]:
        words = ["--name", self._name, "--machine", self._machine, "--holder", self._holder]
        words += ["--parent", str(os.getpid())]
        child = subprocess.Popen(
            [sys.executable, "-m", "vision", "cluster", "group", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={k: v for k, v in os.environ.items() if not k.startswith(_RAYS)},
        )
        self._starts += 1
        self._child = child
        threading.Thread(target=self._hear, args=(child.stdout,), daemon=True).start()
        return child

    def _hear(self, said: IO[str]) -> None:
        with suppress(OSError, ValueError):
            for line in said:
                self._health = json.loads(line)

    def _mind(self, child: subprocess.Popen[str]) -> None:
        """Tell it its cameras whenever they change, until it ends or is to."""
        told: tuple[str, ...] | None = None
        while not self._stop.is_set() and child.poll() is None:
            wanted = self._wanted
            if wanted is not None and wanted != told:
                with suppress(OSError):
                    print(json.dumps({"cameras": wanted}), file=child.stdin, flush=True)
                    told = wanted
            self._stop.wait(TICK_S)


def _end(child: subprocess.Popen[str]) -> int:
    """Let it come to its end; how it did."""
    with suppress(OSError):
        if child.stdin is not None:
            child.stdin.close()
    try:
        return child.wait(STOP_S)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.wait()


def machine_key(directory: Path) -> str:
    """Eight digits that tell this machine's directory from every other; made once, kept in it."""
    path = directory / "machine"
    with suppress(OSError):
        if found := path.read_text("ascii").strip():
            return found
    directory.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"machine.{os.getpid()}")
    part.write_text(secrets.token_hex(4), "ascii")
    with suppress(FileExistsError):
        os.link(part, path)  # of two that start at once, the first one's stays
    part.unlink()
    return path.read_text("ascii").strip()
