"""A return of an enterprise, signed."""

from __future__ import annotations

from datetime import date

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.returns.models import PeriodReturn
from supervision.returns.rules import FIGURES, ReturnKind
from supervision.returns.workflow import ReturnState
from tests.factories.hazards import photo


def a_return(enterprise_id: int, mark: str) -> dict[str, int]:
    """Id of a signed quarterly return, as addresses name it."""
    with transaction():
        row = PeriodReturn(
            enterprise_id=enterprise_id,
            kind=ReturnKind.QUARTERLY,
            first_day=date(2026, 7, 1),
            last_day=date(2026, 9, 30),
            due_on=date(2026, 10, 15),
            status=ReturnState.SIGNED,
            figures=dict.fromkeys(FIGURES, 0),
            majors=[],
            counted_at=clock.now(),
            made_at=clock.now(),
            signed_at=clock.now(),
            signed_by_id=SYSTEM.id,
            signed_by=f"{mark} principal",
            signature=photo(SYSTEM),
        )
        db.session.add(row)
        db.session.flush()
        return {"return_id": row.id}
