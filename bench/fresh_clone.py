"""A clean clone in an empty directory: ``make demo``, ``make smoke``, Ctrl-C, ``make demo`` again.

Prints a JSON line: ``demo_minutes`` (from nothing to the first page), ``megabytes`` (everything in
the clone by then), ``smoke_status``, ``second_start_seconds``, ``left_running`` (children of the
demonstration that outlived Ctrl-C; they are named, not killed).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What a shell in an empty directory would not have: this project's own settings and environment.
FOREIGN = ("ANQI_", "VIRTUAL_ENV", "PYTHONPATH", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")


class DemoError(RuntimeError):
    """The demonstration did not come up; the text holds the end of what it said."""


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    """Whether the web gives any page that is not a server error."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - loopback
            return int(answer.status) < 500
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def group_members(group: int) -> list[str]:
    """Command lines of the live processes of a process group (a minimal Debian has no ``ps``)."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it may end while we look
            # The second field is the name in brackets, which may hold anything, brackets too.
            state, _parent, its_group = (folder / "stat").read_text().rpartition(")")[2].split()[:3]
            if int(its_group) == group and state != "Z":
                words = (folder / "cmdline").read_bytes().split(b"\0")
                found.append(b" ".join(words).decode(errors="replace").strip())
    return found


@contextlib.contextmanager
def demonstration(folder: Path, env: dict[str, str], wait_s: float) -> Iterator[tuple[float, int]]:
    """``make demo`` in *folder*; yields (seconds to the first page, process group)."""
    log = folder / ".demo.log"
    started = time.monotonic()
    with log.open("w") as out:
        child = subprocess.Popen(
            ["make", "demo"],
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            # A shell's background job hands on an ignored Ctrl-C, which a terminal would not.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        )
    try:
        while not answers(f"http://127.0.0.1:{env['PORT']}/account/sign-in"):
            if child.poll() is not None or time.monotonic() - started > wait_s:
                raise DemoError(log.read_text("utf-8", "replace")[-3000:])
            time.sleep(0.2)
        yield time.monotonic() - started, child.pid
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGINT)  # what Ctrl-C does in a terminal
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(30)


def megabytes(folder: Path) -> int:
    """Disk space of everything in *folder*."""
    done = subprocess.run(["du", "-sm", str(folder)], capture_output=True, text=True, check=True)
    return int(done.stdout.split()[0])


def measure(source: Path, folder: Path, wait_s: float) -> dict[str, object]:
    """Clone *source* into *folder* and go through the two starts."""
    subprocess.run(["git", "clone", "--quiet", str(source), str(folder)], check=True)
    env = {k: v for k, v in os.environ.items() if not k.startswith(FOREIGN)}
    env["PORT"] = str(free_port())
    with demonstration(folder, env, wait_s) as (first_s, group):
        size = megabytes(folder)
        smoke = subprocess.run(["make", "smoke"], cwd=folder, env=env, check=False)
    left = group_members(group)
    with demonstration(folder, env, 60) as (second_s, _):
        pass
    return {
        "demo_minutes": round(first_s / 60, 2),
        "megabytes": size,
        "smoke_status": smoke.returncode,
        "second_start_seconds": round(second_s, 1),
        "left_running": len(left),
        "left": left,
    }


def main() -> int:
    """Command line; 1 where the demonstration did not come up or the smoke run failed."""
    parser = argparse.ArgumentParser(prog="python -m bench.fresh_clone")
    parser.add_argument("--source", type=Path, default=ROOT)
    parser.add_argument("--wait", type=float, default=900, help="seconds for the first start")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="anqi-clone-") as folder:
        try:
            figures = measure(chosen.source, Path(folder) / "anqi", chosen.wait)
        except DemoError as error:
            print(f"the demonstration did not come up:\n{error}", file=sys.stderr)
            return 1
    print(json.dumps(figures))
    return 1 if figures["smoke_status"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
