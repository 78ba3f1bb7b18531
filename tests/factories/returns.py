"""A return of an enterprise, signed, with an earlier revision; the shipped layouts put to use."""

from __future__ import annotations

from datetime import date

from supervision import seeds
from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.returns.models import PeriodReturn, ReturnLayout, ReturnRevision
from supervision.returns.rules import FIGURES, ReturnKind
from supervision.returns.workflow import ReturnState
from tests.factories.hazards import photo


def load_layouts() -> None:
    """Rules and layouts as they are shipped; the examples among these ask for something."""
    seeds.load_rules()
    seeds.load_return_layouts()
    db.session.execute(db.update(ReturnLayout).values(in_use=True))


def a_return(enterprise_id: int, mark: str, *, year: int = 2026) -> dict[str, int]:
    """A signed quarterly return in its second revision, as addresses name both."""
    none = dict.fromkeys(FIGURES, 0)
    with transaction():
        row = PeriodReturn(
            enterprise_id=enterprise_id,
            kind=ReturnKind.QUARTERLY,
            first_day=date(year, 7, 1),
            last_day=date(year, 9, 30),
            due_on=date(year, 10, 15),
            expected_on=date(year, 10, 15),
            status=ReturnState.SIGNED,
            revision=2,
            figures=none,
            majors=[],
            counted_at=clock.now(),
            made_at=clock.now(),
            signed_at=clock.now(),
            signed_by_id=SYSTEM.id,
            signed_by=f"{mark} principal",
            signed_for=f"{mark} plant",
            signature=photo(SYSTEM),
        )
        row.revisions.append(_sent_back(mark))
        db.session.add(row)
        db.session.flush()
        return {"returns.return_id": row.id, "returns.number": 1}


def _sent_back(mark: str) -> ReturnRevision:
    now = clock.now()
    return ReturnRevision(
        revision=1,
        reported=dict.fromkeys(FIGURES, "0"),
        figures=dict.fromkeys(FIGURES, 0),
        majors=[],
        counted_at=now,
        audit_id=0,
        signed_at=now,
        signed_by=f"{mark} principal",
        signed_for=f"{mark} plant",
        signature=photo(SYSTEM),
        submitted_at=now,
        submitted_by=mark,
        returned_at=now,
        returned_by="Officer",
        reason=f"{mark} reason",
    )
