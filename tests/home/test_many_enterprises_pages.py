"""Whoever keeps the files of many enterprises asks the database no more for each of them."""

from __future__ import annotations

from datetime import UTC, datetime

from supervision.account.models import Membership
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.enterprise import service as registry
from supervision.returns import jobs as returns
from supervision.selfcheck import jobs as rounds
from tests.cast import enterprise_values
from tests.factories.commitments import owes_daily
from tests.factories.returns import load_layouts
from tests.factories.selfchecks import a_list, a_plan_of_rounds
from tests.statements import counted

NOW = datetime(2026, 11, 18, 1, 0, tzinfo=UTC)


def grow(cast, first, count):
    """So many more enterprises of the principal, each with a round, a commitment and returns."""
    made = []
    with clock.frozen(NOW), transaction():
        for serial in range(first, first + count):
            plant = registry.register(SYSTEM, enterprise_values(serial))
            db.session.flush()
            account = cast.accounts["plant_manager"]
            db.session.add(Membership(account_id=account, enterprise_id=plant.id))
            db.session.flush()
            if serial % 2:  # the others are asked whether they found nothing
                a_plan_of_rounds(plant.id)
            made.append(plant.id)
    with clock.frozen(NOW):
        for enterprise_id in made:
            owes_daily(enterprise_id)
        returns.make(NOW)
        rounds.make_rounds(NOW)


def test_eight_files_more_ask_no_more_of_the_start_page_and_of_today(cast, pages):
    with clock.frozen(NOW), transaction():
        a_list()
        load_layouts()
    grow(cast, 60, 7)
    before, after = {}, {}
    client = pages.as_("plant_manager")
    for found in (before, after):
        for address in ("/", "/today", "/guide", "/self-checks/", "/commitments/", "/duties/"):
            with clock.frozen(NOW):
                client.get(address)
                with counted() as statements:
                    assert client.get(address).status_code == 200
            found[address] = statements
        if found is before:
            grow(cast, 70, 8)
    more = {
        a: (len(before[a]), len(after[a])) for a in before if len(after[a]) > len(before[a]) + 2
    }
    assert not more, [x for x in after["/today"] if x not in before["/today"]]
