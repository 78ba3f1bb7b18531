"""Counts of the menu, remembered for some seconds: every page shows them, few pages change them.

A count may lag by :data:`SECONDS`; whoever changes something themselves sees their own anew with
the next page, as long as the same process serves it. Nothing is remembered in tests.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import Any

from flask import Flask, Response, current_app, g, request

from supervision.core.actor import Actor

SECONDS = 15.0
# So many people are remembered; beyond that all are forgotten, which costs each one page.
MOST_PEOPLE = 2000
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Remembered:
    """Per person what was counted, and until when it holds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._people: dict[int, dict[Hashable, tuple[float, int]]] = {}

    def count(self, actor: Actor, key: Hashable, make: Callable[[], int]) -> int:
        """What ``make`` gave within the last seconds, for this person with this very scope."""
        if len(self._people) > MOST_PEOPLE:
            self._people.clear()
        kept = self._people.setdefault(actor.id, {})
        # A person whose region or rights have changed asks anew.
        whole = (key, actor)
        found, now = kept.get(whole), self._clock()
        if found is None or found[0] < now:
            found = kept[whole] = (now + SECONDS, make())
        return found[1]

    def forget(self, person_id: int) -> None:
        self._people.pop(person_id, None)


def remembered_count(actor: Actor, key: Hashable, make: Callable[[], int]) -> int:
    """``make()`` itself in tests, else what it gave some seconds ago."""
    kept: Remembered | None = current_app.extensions.get("anqi_remembered")
    return make() if kept is None else kept.count(actor, key, make)


def init_remembered(app: Flask) -> None:
    if app.testing:
        return
    kept = app.extensions["anqi_remembered"] = Remembered()

    @app.after_request
    def _forget(response: Response) -> Any:
        actor = g.get("actor")
        if actor is not None and request.method not in _READING:
            kept.forget(actor.id)
        return response
