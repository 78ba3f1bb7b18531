"""A search that finds many is read in the list's order, one that finds few by its rows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.core.web import paging
from supervision.enterprise import queries
from supervision.enterprise import service as registry
from supervision.enterprise.queries import EnterpriseFilter
from tests.cast import enterprise_values

# How many are few, and where a count ends: looked up; walked; beyond the cap.
WAYS = {"few": (10_000, 10_000), "many": (0, 10_000), "beyond": (0, 3)}
# Pairs alone, and with the text itself compared.
TEXTS = ("p", "pl", "Plant", "plant road", "no such words")


def listed(actor, wanted):
    """What each way shows of the first three pages, and how many it says there are."""
    pages = [queries.page_of_enterprises(actor, wanted, number, 4) for number in (1, 2, 3)]
    return [row.id for page in pages for row in page.items], pages[0].total_text


@pytest.mark.parametrize("who", ["district_officer", "city_officer", "plant_manager", "SYSTEM"])
def test_every_way_shows_the_rows_of_the_statement_behind_it(app, cast, monkeypatch, who):
    with transaction():
        for number in range(40, 48):
            values = enterprise_values(number)
            registry.register(SYSTEM, values | {"is_key": number % 2 == 0})
    actor = SYSTEM if who == "SYSTEM" else cast[who]
    wanted = [EnterpriseFilter(text=text, sort=sort) for text in TEXTS for sort in queries.SORTS]
    wanted += [replace(one, is_key=True) for one in wanted]
    seen = 0
    for one in wanted:
        rows = db.session.scalars(queries.list_enterprises(actor, one)).all()
        expected = [row.id for row in rows][:12]
        seen = max(seen, len(expected))
        for few, cap in WAYS.values():
            monkeypatch.setattr(paging, "WALKED", few)
            monkeypatch.setattr(paging, "COUNT_CAP", cap)
            said = f"{cap}+" if len(rows) > cap else str(len(rows))
            assert listed(actor, one) == (expected, said), (one, few, cap)
    assert seen >= (1 if who == "plant_manager" else 8)


def test_who_sees_nothing_finds_nothing(app, cast):
    nobody = replace(cast["district_officer"], regions=())
    assert listed(nobody, EnterpriseFilter(text="pl")) == ([], "0")
    odd = replace(cast["district_officer"], regions=("33011",))
    by_rows = db.session.scalars(
        queries.list_enterprises(odd, EnterpriseFilter(text="pl", sort="name"))
    ).all()
    assert listed(odd, EnterpriseFilter(text="pl"))[0] == [row.id for row in by_rows]
    assert by_rows
