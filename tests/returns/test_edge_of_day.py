"""The last second of the day in China is in time, wherever the machine's clock thinks it is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from supervision.core import clock
from supervision.core.db import db, transaction
from supervision.returns import queries, service
from supervision.returns.queries import ReturnFilter
from tests.factories.hazards import photo
from tests.returns.test_pages import JULY, made


@pytest.mark.parametrize(
    ("at", "is_late"),
    [
        (datetime(2026, 7, 15, 15, 59, 59, tzinfo=UTC), False),  # 23:59:59 in Shanghai
        (datetime(2026, 7, 15, 16, 0, 0, tzinfo=UTC), True),  # midnight there
    ],
)
def test_a_quarterly_return_is_in_time_until_the_end_of_the_15th_in_china(cast, at, is_late):
    ident = made(cast, JULY)
    principal = cast["plant_manager"]
    with clock.frozen(at):
        overdue = queries.list_returns(principal, ReturnFilter(group="overdue"))
        assert (ident in {row.id for row in db.session.scalars(overdue)}) is is_late
        with transaction():
            row = queries.get_return(ident, principal, for_update=True)
            assert row.is_overdue is is_late
            service.correct(
                row, principal, figure="found_general", value=row.values["found"], reason="Graded"
            )
            service.correct(
                row, principal, figure="found_ungraded", value=row.values["found"] * 0, reason="x"
            )
            service.sign(row, principal, name=principal.name, signature=photo(principal))
            service.submit(row, principal)
            assert row.is_late is is_late
