"""A regulator opens a file of five years and 3,000 events: when Chromium first paints it.

``python -m bench.file_first_paint``: a throw-away SQLite, the web server in threads on loopback, one
officer who signs in and opens the file and its timeline, each ``--opens`` times. Prints the times
and, as the last line, JSON. Without Chromium it ends with 77.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from supervision.core import clock
from supervision.core.actor import Side
from supervision.core.db import db, transaction
from supervision.core.scope import unscoped
from supervision.enterprise.models import EnterpriseEvent, EventKind
from supervision.factory import create_app, throwaway_settings
from supervision.hazard.models import Hazard, HazardEvent
from supervision.hazard.rules import Category, Factor, Grade, Source
from supervision.hazard.workflow import HazardState
from tests.browser.site import served
from tests.cast import PASSWORD, Cast, assemble

EVENTS, YEARS = 3000, 5
PER_HAZARD = 10
SKIPPED = 77
# What a ticket of the last five years went through, over and over.
ACTIONS = ("report", "grade", "assign", "start", "submit", "return", "submit", "verify")
FIRST_PAINT = (
    "performance.getEntriesByType('paint')"
    ".find(entry => entry.name === 'first-contentful-paint')?.startTime ?? null"
)


class BrowserMissingError(RuntimeError):
    """No Chromium, or the `browser` extra is missing."""


@contextmanager
def launched() -> Iterator[Any]:
    """Chromium; ``ANQI_CHROMIUM`` says which. Raises BrowserMissingError."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise BrowserMissingError("the `browser` extra is missing") from error
    path = os.environ.get("ANQI_CHROMIUM") or shutil.which("chromium")
    if not path:
        raise BrowserMissingError("no chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def fill(cast: Cast, events: int = EVENTS) -> None:
    """Tickets and changes of the file, spread over five years, past the session."""
    now = clock.now()
    step = timedelta(days=365 * YEARS) / events
    tickets = events * 9 // (10 * PER_HAZARD)
    with transaction():
        db.session.execute(insert(Hazard), list(_tickets(cast, tickets, now)))
        stmt = unscoped(select(Hazard.id).order_by(Hazard.id), reason="a bench's own tickets")
        ids = db.session.scalars(stmt).all()
        rows = [row for number, ident in enumerate(ids) for row in _steps(ident, number, now, step)]
        db.session.execute(insert(HazardEvent), rows)
        rest = events - len(rows)
        db.session.execute(
            insert(EnterpriseEvent),
            [
                {
                    "enterprise_id": cast.plant_id,
                    "at": now - step * number * 10,
                    "kind": EventKind.CHANGED,
                    "actor_id": 1,
                    "actor_name": "District Officer",
                    "fields": ["headcount", "safety_manager_phone"],
                }
                for number in range(rest)
            ],
        )


def _tickets(cast: Cast, count: int, now: datetime) -> Iterator[dict[str, Any]]:
    for number in range(count):
        at = now - timedelta(days=365 * YEARS) * (number + 1) / count
        yield {
            "enterprise_id": cast.plant_id,
            "number": f"YH-330110-{at.year}-{number + 1:05d}",
            "status": HazardState.CLOSED,
            "raised_side": Side.REGULATOR,
            "source": Source.PATROL,
            "found_at": at,
            "place": "Line 2",
            "description": "Guard of the press is missing on the side of the operator",
            "factor": Factor.OBJECT,
            "category": Category.EQUIPMENT,
            "reported_by_id": 1,
            "reported_by": "District Officer",
            "grade": Grade.GENERAL,
            "responsible_person": "S. Manager",
            "due_on": clock.day_of(at) + timedelta(days=15),
            "first_due_on": clock.day_of(at) + timedelta(days=15),
            "rectified_by_id": 2,
            "submitted_at": at + timedelta(days=8),
            "submitted_on": clock.day_of(at) + timedelta(days=8),
            "closed_at": at + timedelta(days=10),
            "closed_on": clock.day_of(at) + timedelta(days=10),
        }


def _steps(ident: int, number: int, now: datetime, step: timedelta) -> Iterator[dict[str, Any]]:
    for turn in range(PER_HAZARD):
        yield {
            "hazard_id": ident,
            "action": ACTIONS[turn % len(ACTIONS)],
            "from_status": HazardState.RECTIFYING,
            "to_status": HazardState.SUBMITTED,
            "at": now - step * (number * PER_HAZARD + turn),
            "actor_id": 1,
            "actor_name": "District Officer",
            "actor_side": Side.REGULATOR,
            "note": "Seen on site, photographs taken",
        }


def paints(page: Any, url: str, opens: int) -> list[float]:
    """Milliseconds from the click to the first paint of text, each time."""
    found = []
    for _turn in range(opens):
        page.goto(url)
        # Asked again from here: the page's own policy lets no text be run as a script inside it.
        while (painted := page.evaluate(FIRST_PAINT)) is None:
            page.wait_for_timeout(10)
        found.append(float(painted))
    return found


def run(opens: int) -> dict[str, Any]:
    """The figures. Raises BrowserMissingError without Chromium."""
    with tempfile.TemporaryDirectory() as folder:
        settings = throwaway_settings(
            database_url=f"sqlite:///{folder}/file.db", storage_dir=Path(folder) / "storage"
        )
        app = create_app(settings)
        with app.app_context():
            db.create_all()
            cast = assemble()
            fill(cast)
            db.session.remove()
        with served(app) as base, launched() as browser:
            page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
            page.goto(f"{base}/account/sign-in")
            page.fill("[name=username]", "district_officer")
            page.fill("[name=password]", PASSWORD)
            page.press("[name=password]", "Enter")
            page.wait_for_url(f"{base}/")
            here = f"{base}/enterprises/{cast.plant_id}"
            file, story = paints(page, here, opens), paints(page, f"{here}/timeline", opens)
    return {
        "events": EVENTS,
        "first_open_ms": round(file[0]),
        "file_median_ms": round(statistics.median(file)),
        "file_worst_ms": round(max(file)),
        "timeline_median_ms": round(statistics.median(story)),
        "timeline_worst_ms": round(max(story)),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.file_first_paint", description=__doc__)
    parser.add_argument("--opens", type=int, default=10)
    try:
        found = run(parser.parse_args(arguments).opens)
    except BrowserMissingError as error:
        print(f"not run: {error}", file=sys.stderr)
        return SKIPPED
    for name, value in found.items():
        print(f"{name:22} {value}")
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
