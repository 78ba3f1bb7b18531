"""A search that finds many is read in the list's order, one that finds few by its rows."""

from __future__ import annotations

from supervision.core.actor import SYSTEM
from supervision.core.db import transaction
from supervision.core.web import paging
from supervision.enterprise import queries
from supervision.enterprise import service as registry
from supervision.enterprise.queries import EnterpriseFilter
from tests.cast import enterprise_values


def test_both_ways_show_the_same_rows_in_the_same_order(app, cast, monkeypatch):
    with transaction():
        for number in range(40, 48):
            registry.register(SYSTEM, enterprise_values(number))
    for sort in queries.SORTS:
        stmt = queries.list_enterprises(
            cast["district_officer"], EnterpriseFilter(text="Plant", sort=sort)
        )
        pages = []
        for walked in (0, 10_000):
            monkeypatch.setattr(paging, "WALKED", walked)
            found = [paging.paginate(stmt, number=n, per_page=4) for n in (1, 2, 3)]
            pages.append([row.id for page in found for row in page.items])
        assert pages[0] == pages[1]
        assert len(pages[0]) >= 8
