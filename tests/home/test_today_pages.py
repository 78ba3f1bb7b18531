"""What is due: late first, then today, then the next days; each with what the duty means."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from supervision.core import clock
from supervision.core.slice import Due, Duty, Slice
from supervision.home import due
from tests.pages import error_text

DUTY = Duty("tidy", "Keep the ways free", "Nothing stands in the way out.", "Art. 1", "M")


def days(count):
    return clock.today() + timedelta(days=count)


@pytest.fixture
def duties(monkeypatch):
    """A slice that gives the worker five things to do, one of which is done, and nobody else any."""

    def dues(actor, until):
        if actor.role != "employee":
            return []
        found = [
            Due("Walk the hall", days(0), "/a", "tidy", enterprise="Plant 1"),
            Due("Walk the yard", days(-3), "/b", enterprise="Plant 1"),
            Due("Walk the gate", days(0), "/g", "tidy", enterprise="Plant 1"),
            Due("Sign the day", days(0), "/c", at=clock.now() - timedelta(seconds=1)),
            Due("Walk the roof", days(7), "/d", at=clock.end_of(days(7))),
            Due("Walk the cellar", days(0), "/e", done=True),
            Due("Walk the moon", days(8), "/f"),
        ]
        return [d for d in found if d.on <= until]

    invented = Slice("invented", dues=dues, duties=(DUTY,))
    monkeypatch.setattr(due, "slices", lambda: (invented,))
    return invented


def test_late_comes_before_today_and_today_before_the_week(pages, duties):
    page = error_text(pages.get("worker", "/today"))
    order = ["Walk the yard", "3 days late", "Sign the day", "Walk the hall", "Walk the roof"]
    places = [page.index(text) for text in [*order, "Walk the cellar"]]
    assert places == sorted(places)
    assert "Walk the moon" not in page
    # Until midnight is said as the day, not as the first minute of the next.
    assert "00:00" not in page[page.index("Walk the roof") :]
    assert page.index("Nothing stands in the way out.") > page.index("What does this mean?")
    assert page.count("Nothing stands in the way out.") == 1, "once for two of the same duty"
    assert "Taken from a secondary source" in page
    start = error_text(pages.get("worker", "/"))
    assert "Walk the hall" in start
    assert "All that is due" in start


def test_who_has_nothing_to_do_is_told_so(pages, duties):
    assert "Nothing is due" in error_text(pages.get("plant_manager", "/today"))
    start = error_text(pages.get("plant_manager", "/"))
    assert "Nothing more to do today." in start
    officer = pages.get("district_officer", "/").text
    assert 'href="/today"' not in officer, "an officer without dues is offered no page of them"


def test_whoever_keeps_several_enterprises_reads_which_one_each_is_of(pages, cast, duties):
    from supervision.account.models import Membership
    from supervision.core.db import db, transaction

    assert "Plant 1" not in pages.get("worker", "/today").text.split("<main")[1]
    with transaction():
        db.session.add(
            Membership(account_id=cast.accounts["worker"], enterprise_id=cast.other_plant_id)
        )
    assert "Plant 1" in pages.get("worker", "/today").text.split("<main")[1]


def test_only_so_many_are_listed(app, cast, duties, monkeypatch):
    many = replace(
        duties, dues=lambda _actor, _until: [Due(f"Thing {n}", days(-1), "/a") for n in range(80)]
    )
    monkeypatch.setattr(due, "slices", lambda: (many,))
    assert len(due.agenda(cast["worker"]).late) == due.MOST
