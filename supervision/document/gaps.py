"""Which documents are missing: reckoned for one file at once, kept as rows for the lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, select

from supervision.core import clock
from supervision.core.db import db
from supervision.core.scope import unscoped
from supervision.document import kinds, rules
from supervision.document.models import DocumentGap, DocumentKind, EnterpriseDocument
from supervision.document.rules import Completeness, Profile
from supervision.document.workflow import DocumentState
from supervision.enterprise.models import Enterprise, RollStatus
from supervision.slices import traits_of

# Nothing is asked of an enterprise that is gone.
_ACTIVE = (RollStatus.IN_PRODUCTION, RollStatus.SUSPENDED)
_WHY = "what is missing is reckoned for the whole roll, and shown by its own scope"


def profiles(enterprises: Iterable[Enterprise]) -> dict[int, Profile]:
    """What decides, for each of ``enterprises``, by id."""
    rows = list(enterprises)
    traits = traits_of([row.id for row in rows])
    return {
        row.id: Profile(row.industry_code, row.headcount, traits.get(row.id, frozenset()))
        for row in rows
    }


def completeness_of(enterprise: Enterprise) -> Completeness:
    """How complete one file is today."""
    return _reckon([enterprise], kinds.kinds_on(clock.today()), clock.today())[enterprise.id]


def _reckon(
    enterprises: Sequence[Enterprise], listed: Sequence[DocumentKind], today: date
) -> dict[int, Completeness]:
    known = profiles(enterprises)
    held: dict[int, list[tuple[str, date | None]]] = defaultdict(list)
    stmt = select(
        EnterpriseDocument.enterprise_id, EnterpriseDocument.kind_code, EnterpriseDocument.valid_to
    ).where(
        EnterpriseDocument.enterprise_id.in_(known),
        EnterpriseDocument.status == DocumentState.IN_FORCE,
    )
    for enterprise_id, code, last in db.session.execute(unscoped(stmt, reason=_WHY)):
        held[enterprise_id].append((code, last))
    return {
        one: rules.completeness(listed, profile, held[one], today) for one, profile in known.items()
    }


def refresh(enterprises: Sequence[Enterprise]) -> int:
    """Bring the rows of missing documents up to today; returns how many came or went."""
    today = clock.today()
    found = _reckon(enterprises, kinds.kinds_on(today), today)
    active = {row.id for row in enterprises if row.roll_status in _ACTIVE}
    stmt = select(DocumentGap).where(DocumentGap.enterprise_id.in_(found))
    there = {
        (gap.enterprise_id, gap.kind_code): gap
        for gap in db.session.scalars(unscoped(stmt, reason=_WHY))
    }
    changed = 0
    for enterprise_id, complete in found.items():
        for code, reason in (complete.gaps if enterprise_id in active else {}).items():
            gap = there.pop((enterprise_id, code), None)
            if gap is None:
                gap = DocumentGap(enterprise_id=enterprise_id, kind_code=code, since=today)
                db.session.add(gap)
            if gap.reason is not reason:
                gap.reason, changed = reason, changed + 1
    for gap in there.values():
        db.session.delete(gap)
    db.session.flush()
    return changed + len(there)


def refresh_one(enterprise_id: int) -> None:
    """After a document of this enterprise changed, in the same transaction."""
    db.session.flush()
    refresh(db.session.scalars(_enterprises().where(Enterprise.id == enterprise_id)).all())


def batch_after(last_id: int, limit: int) -> Sequence[Enterprise]:
    """The next enterprises of the roll, for the nightly reckoning."""
    stmt = _enterprises().where(Enterprise.id > last_id).order_by(Enterprise.id).limit(limit)
    return db.session.scalars(stmt).all()


def _enterprises() -> Select[Any]:
    return unscoped(select(Enterprise), reason=_WHY)
