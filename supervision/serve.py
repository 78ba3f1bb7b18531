"""Serving with gunicorn from Python, so that one command is enough."""

from __future__ import annotations

from typing import Any

from gunicorn.app.base import BaseApplication

from supervision.factory import create_app, to_stay
from supervision.settings import Settings


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, settings: Settings, options: dict[str, Any]) -> None:
        self._settings, self._options = settings, options
        super().__init__()

    def load_config(self) -> None:
        for key, value in self._options.items():
            self.cfg.set(key, value)

    def load(self) -> Any:
        return to_stay(create_app(self._settings))


def serve(settings: Settings, *, workers: int = 2, threads: int = 8) -> None:
    """Serve until ended. Threads, because most requests wait for the database or the disk."""
    _Server(
        settings,
        {
            "bind": settings.bind,
            "workers": workers,
            "threads": threads,
            "worker_class": "gthread",
            "keepalive": 15,
            "timeout": 60,
            "graceful_timeout": 10,
            "accesslog": None,
            "loglevel": "warning",
        },
    ).run()
