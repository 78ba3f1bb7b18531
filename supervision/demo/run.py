"""``python -m supervision.demo.run`` (`make demo`): everything on this machine, until Ctrl-C.

``PORT`` (8000) is the web's port, ``DEMO_CLIP`` a clip of one's own for the first camera,
``DEMO_DIR`` (var/demo) where everything lies. Nothing listens but on 127.0.0.1.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import signal
import socket
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType

from supervision.demo.children import Children

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
RTSP_PORT = 8554
HEALTHY_WITHIN = 60.0
AUTHORITY = "杭州市应急管理局（演示）"
STREAM_HOSTS = ("127.0.0.1", "localhost")


class StartError(RuntimeError):
    """The demonstration cannot start; the message says why and what to do."""


class _Clock:
    """Says what is done, with the seconds since the beginning."""

    def __init__(self) -> None:
        self.began = time.monotonic()

    def say(self, text: str) -> None:
        print(f"[{time.monotonic() - self.began:5.1f} s] {text}", flush=True)


def main() -> int:
    """Set up what is missing, start everything, watch it. Returns the exit status."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    folder = Path(os.environ.get("DEMO_DIR") or ROOT / "var" / "demo").resolve()
    children = Children(folder / "log")
    try:
        with _alone(folder):
            return _run(folder, children, _Clock())
    except StartError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nending everything", flush=True)
        return 0
    finally:
        # A second Ctrl-C must not leave half of them running.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        children.stop()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One demonstration in a folder at a time; the kernel lets go of the lock when we end."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartError(
                f"a demonstration runs in {folder} already; end it first (Ctrl-C there)"
            ) from None
        yield


def _run(folder: Path, children: Children, clock: _Clock) -> int:
    port = _wanted_port()
    _check_free(port)
    keys = Keys(folder / "env")
    own_clip = os.environ.get("DEMO_CLIP")
    clock.say("preparing the footage of two cameras")
    files = _footage(folder, Path(own_clip).expanduser().resolve() if own_clip else None)
    rtsp_port = RTSP_PORT if _is_free(RTSP_PORT) else _free_port()
    environ = _environ(folder, port, keys)
    children.start(
        "streams",
        _python("-m", "supervision.demo.streams", str(folder / "media"), str(rtsp_port)),
        environ,
    )
    clock.say("database: schema and demonstration data")
    keys.set(
        "ANQI_NODE_TOKEN", _database(environ, clock, files, rtsp_port, keys.get("ANQI_NODE_TOKEN"))
    )
    environ |= {"ANQI_NODE_TOKEN": keys.get("ANQI_NODE_TOKEN")}
    clock.say("starting web, scheduler and vision worker")
    children.start("web", _python("app.py"), environ)
    children.start("vision", _python("-m", "vision", "run"), environ)
    children.start("jobs", _python("-m", "flask", "--app", "app", "jobs", "run"), environ)
    _wait_healthy(children, port)
    clock.say("ready")
    _tell(port, folder)
    return _watch(children)


def _wanted_port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise StartError(f"PORT={text} is not a port number")
    return int(text)


def _check_free(port: int) -> None:
    if not _is_free(port):
        raise StartError(
            f"port {port} is taken by another program; try another one: make demo PORT={port + 1}"
        )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


class Keys:
    """The secrets of this demonstration: ``NAME=value`` lines that only their owner reads."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._values = self._read()
        if not self.get("ANQI_SECRET_KEY"):
            from cryptography.fernet import Fernet

            self._values["ANQI_SECRET_KEY"] = secrets.token_hex(32)
            self._values["ANQI_DATA_KEY"] = Fernet.generate_key().decode()
            self._write()

    def get(self, name: str) -> str:
        return self._values.get(name, "")

    def set(self, name: str, value: str) -> None:
        if self.get(name) != value:
            self._values[name] = value
            self._write()

    def _read(self) -> dict[str, str]:
        if not self.file.exists():
            return {}
        lines = self.file.read_text(encoding="utf-8").splitlines()
        return {k: v for k, _, v in (line.partition("=") for line in lines) if v}

    def _write(self) -> None:
        part = self.file.with_suffix(".part")
        part.unlink(missing_ok=True)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.writelines(f"{name}={value}\n" for name, value in self._values.items())
        part.replace(self.file)


def _environ(folder: Path, port: int, keys: Keys) -> dict[str, str]:
    """For every child: the installation's own ``ANQI_*`` are not the demonstration's."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("ANQI_")}
    return {
        **kept,
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": str(ROOT),
        "ANQI_SECRET_KEY": keys.get("ANQI_SECRET_KEY"),
        "ANQI_DATA_KEY": keys.get("ANQI_DATA_KEY"),
        "ANQI_DATABASE_URL": f"sqlite:///{folder / 'anqi.db'}",
        "ANQI_STORAGE_DIR": str(folder / "storage"),
        "ANQI_BIND": f"{HOST}:{port}",
        "ANQI_STREAM_HOSTS": ",".join(STREAM_HOSTS),
        "ANQI_AUTHORITY_NAME": AUTHORITY,
        "ANQI_WEB_URL": f"http://{HOST}:{port}",
        "ANQI_VISION_DIR": str(folder / "vision"),
    }


def _python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def _footage(folder: Path, own_clip: Path | None) -> dict[str, str]:
    from supervision.demo import media

    try:
        return media.prepare(folder, own_clip)
    except media.MediaError as error:
        raise StartError(str(error)) from None


def _database(
    environ: Mapping[str, str], clock: _Clock, files: Mapping[str, str], rtsp_port: int, token: str
) -> str:
    """Schema, data, node and cameras; returns the node's token."""
    from flask_migrate import upgrade
    from sqlalchemy.exc import SQLAlchemyError

    from supervision.core import clock as core_clock
    from supervision.core.errors import DomainError
    from supervision.demo import after, cameras
    from supervision.demo.build import build
    from supervision.demo.streams import address
    from supervision.factory import create_app
    from supervision.settings import Settings

    app = create_app(Settings.from_env(environ))
    with app.app_context():
        try:
            upgrade()
        except SQLAlchemyError as error:
            raise StartError(
                f"the database of an earlier version does not fit: {error.args[0]}\n"
                f"Remove {environ['ANQI_DATABASE_URL'].removeprefix('sqlite:///')} to begin anew."
            ) from None
        try:
            built = build()
        except (DomainError, FileNotFoundError) as error:
            raise StartError(str(error)) from None
        if built.is_new:
            clock.say(
                f"wrote {built.enterprises} enterprises, {built.people} people,"
                f" {built.hazards} hazards of half a year"
            )
        for line in after.finish(core_clock.now()):
            clock.say(line)
        addresses = {stream: address(name, rtsp_port) for stream, name in files.items()}
        return cameras.ensure(addresses, token, STREAM_HOSTS)


def _wait_healthy(children: Children, port: int) -> None:
    until = time.monotonic() + HEALTHY_WITHIN
    while time.monotonic() < until:
        _raise_if_ended(children)
        if _is_healthy(port):
            return
        time.sleep(0.2)
    raise StartError(f"the web did not answer within {HEALTHY_WITHIN:.0f} s; see the logs")


def _is_healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _raise_if_ended(children: Children) -> None:
    gone = children.ended()
    if gone is not None:
        raise StartError(
            f"{gone.name} ended with status {gone.status}; its log is {gone.log}\n{gone.tail()}"
        )


def _tell(port: int, folder: Path) -> None:
    from supervision.demo.cli import account_lines

    print(f"\n  Anqi is at http://{HOST}:{port}/\n\n  Sign in as (user, password, role, region):")
    for line in account_lines():
        print(f"    {line}")
    print(f"\n  Logs: {folder / 'log'}    Test it all: make smoke    End: Ctrl-C\n", flush=True)


def _watch(children: Children) -> int:
    while True:
        _raise_if_ended(children)
        time.sleep(0.5)


if __name__ == "__main__":
    sys.exit(main())
