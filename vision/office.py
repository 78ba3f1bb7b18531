"""The worker's talk with the web besides events: heartbeats out, configuration in."""

from __future__ import annotations

import json
import logging
import os
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

from vision.contract import ContractError, Heartbeat, NodeConfig, parse, to_json
from vision.publisher import LONGEST_WAIT_S, REFUSED_PROBE_S
from vision.timing import Backoff
from vision.web import WebClient, WebRefusedError, WebUnavailableError

log = logging.getLogger(__name__)
# Of its pace a heartbeat comes so much early, by chance: workers that waited for one web do not go
# on in step.
EARLY = 0.1
# Where heartbeats are answered, so long after the next question would be due one is expected.
BEAT_DUE_S = 2.0


class ConfigWatch:
    """Asks for the configuration every few seconds; the main thread picks up what is new.

    The last one is kept on disk (readable by its owner only: it holds stream passwords),
    so that a worker that restarts while the web is down still watches its cameras.
    """

    def __init__(self, web: WebClient, cache: Path, poll_s: float) -> None:
        self._web, self._cache, self._poll_s = web, cache, poll_s
        self._etag = ""
        self._fresh: NodeConfig | None = None
        self._hurry = threading.Event()
        self._heard = 0.0

    def first(self) -> NodeConfig | None:
        """The configuration at start; raises :class:`WebRefusedError` where the token is no good."""
        try:
            self.poll()
        except WebUnavailableError as error:
            log.warning("%s; starting with the last known configuration", error)
            return self._cached()
        return self.take()

    def poll(self) -> None:
        answer = self._web.fetch_config(self._etag)
        if answer is None:
            return
        self._fresh, self._etag = answer
        self._keep(answer[0])

    def take(self) -> NodeConfig | None:
        """A configuration that has not been taken yet."""
        fresh, self._fresh = self._fresh, None
        return fresh

    def hurry(self) -> None:
        """Something changed: ask at once."""
        self._hurry.set()

    def heard(self) -> None:
        """A heartbeat was answered that nothing changed: no need to ask before some seconds."""
        self._heard = time.monotonic()

    def run(self, stop: threading.Event) -> None:
        backoff = Backoff(self._poll_s, max(self._poll_s, LONGEST_WAIT_S))
        while not stop.is_set():
            wait = self._poll_s
            try:
                self.poll()
                backoff.reset()
            except WebRefusedError as error:
                log.critical("no configuration: %s", error)
                wait = REFUSED_PROBE_S
            except WebUnavailableError as error:
                log.warning("no configuration: %s", error)
                wait = backoff.next()
            self._hurry.clear()
            asked = time.monotonic()
            while not stop.is_set() and not self._hurry.is_set():
                if time.monotonic() >= self._next(asked, wait):
                    break
                self._hurry.wait(0.2)

    def _next(self, asked: float, wait: float) -> float:
        """When to ask again: a heartbeat that is about to be answered says the same for nothing."""
        expected = BEAT_DUE_S if self._heard else 0.0
        return max(asked + wait + expected, self._heard + wait)

    def _keep(self, config: NodeConfig) -> None:
        part = self._cache.with_suffix(".part")
        try:
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump(to_json(config), stream)
            part.replace(self._cache)
        except OSError:
            # It is followed all the same; only a restart without the web would know the one before.
            log.exception("the configuration cannot be kept in %s", self._cache)

    def _cached(self) -> NodeConfig | None:
        try:
            return parse(NodeConfig, json.loads(self._cache.read_text("utf-8")))
        except (OSError, ValueError, ContractError):
            return None


class HeartbeatSender:
    """Reports at a fixed pace; a missed beat is not made up for."""

    def __init__(
        self,
        web: WebClient,
        make: Callable[[], Heartbeat],
        watch: ConfigWatch | None,
        every_s: float,
    ) -> None:
        self._web, self._make, self._watch, self._every_s = web, make, watch, every_s

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            wait = self._every_s * (1 - EARLY * random.random())  # noqa: S311 - no secret
            try:
                beat = self._make()
                version = self._web.heartbeat(beat)
                if self._watch is not None:
                    if version != beat.config_version:
                        self._watch.hurry()
                    else:
                        self._watch.heard()
            except WebRefusedError as error:
                log.critical("heartbeat: %s", error)
                wait = REFUSED_PROBE_S
            except WebUnavailableError as error:
                log.warning("heartbeat: %s", error)
            stop.wait(wait)
