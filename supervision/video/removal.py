"""Removing evidence for good: the bytes go, what was known of them stays.

The row, the hash and the size remain, with when and why. What another record still shows (a
case's list of evidence, say) is not removed behind its back.

First it is written that they go (:func:`remove`), then they go (:func:`sweep`), each in a
transaction of its own: whoever is killed in between leaves no row that promises bytes which are
gone, and the next run takes them away.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, and_, select
from sqlalchemy.orm import joinedload

from supervision.core import attachments, audit, clock
from supervision.core.actor import SYSTEM
from supervision.core.db import Base, db
from supervision.core.scope import unscoped, visible
from supervision.hazard import service as hazards
from supervision.hazard.models import Hazard, HazardFile
from supervision.video import holds
from supervision.video.models import Violation, ViolationEvidence

BATCH = 50
_BY_JOB = "the job goes over all evidence"


@dataclass(frozen=True, slots=True)
class Removed:
    """How many files and bytes went, of which violations."""

    files: int = 0
    size: int = 0
    violation_ids: frozenset[int] = frozenset()


def remove(violations: Sequence[Violation], why: str, *, enough: int | None = None) -> Removed:
    """Say of the files of these violations, which the caller has locked, that they are removed.

    It stops at ``enough`` bytes; :func:`sweep` takes them away.

    A hold that stands is asked for here once more, after the lock: nobody places one meanwhile.
    """
    held = holds.held_among([one.id for one in violations])
    found = _stored([one.id for one in violations if one.id not in held])
    files = size = 0
    done: set[int] = set()
    for violation in violations:
        if enough is not None and size >= enough:
            break
        gone = _remove_files(violation, found.get(violation.id, []), why)
        if gone:
            files, size = files + len(gone), size + sum(one.size for one in gone)
            done.add(violation.id)
    return Removed(files, size, frozenset(done))


def _stored(violation_ids: Collection[int]) -> dict[int, list[ViolationEvidence]]:
    """Their stored files that no other record shows."""
    if not violation_ids:
        return {}
    stmt = (
        select(ViolationEvidence)
        .where(ViolationEvidence.violation_id.in_(violation_ids))
        .where(is_kept())
        .order_by(ViolationEvidence.id)
        .execution_options(populate_existing=True)
    )
    rows = db.session.scalars(unscoped(stmt, reason=_BY_JOB)).all()
    shown = shown_elsewhere([row.attachment_id for row in rows if row.attachment_id])
    found: dict[int, list[ViolationEvidence]] = defaultdict(list)
    for row in rows:
        if row.attachment_id not in shown:
            found[row.violation_id].append(row)
    return found


def is_kept() -> ColumnElement[bool]:
    """The file is stored, and nobody has said that it goes."""
    return and_(
        ViolationEvidence.attachment_id.is_not(None), ViolationEvidence.removed_at.is_(None)
    )


def sweep(after: int) -> tuple[int, int | None]:
    """Take away the bytes of what was removed; returns how many files, and the last one.

    None instead of the last: there are no more.
    """
    stmt = (
        select(ViolationEvidence)
        .where(ViolationEvidence.removed_at.is_not(None), ViolationEvidence.id > after)
        .where(ViolationEvidence.attachment_id.is_not(None))
        .options(joinedload(ViolationEvidence.thumbnail))
        .order_by(ViolationEvidence.id)
        .limit(BATCH)
        .with_for_update(of=ViolationEvidence, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    found = db.session.scalars(unscoped(stmt, reason=_BY_JOB)).all()
    for evidence in found:
        files = [one for one in (evidence.attachment, evidence.thumbnail) if one is not None]
        evidence.attachment = evidence.thumbnail = evidence.stored_at = None
        db.session.flush()
        for file in files:
            attachments.forget(file)
    return len(found), found[-1].id if len(found) == BATCH else None


def shown_elsewhere(attachment_ids: Collection[int]) -> set[int]:
    """Those of the attachments that records other than violations and their tickets refer to."""
    own = {
        ViolationEvidence.__table__.c.attachment_id,
        ViolationEvidence.__table__.c.thumbnail_id,
        HazardFile.__table__.c.attachment_id,
    }
    shown = referred(attachment_ids, own)
    for column in _referring("hazard_file"):
        stmt = (
            select(HazardFile.attachment_id)
            .join(column.table, column == HazardFile.id)
            .where(HazardFile.attachment_id.in_(attachment_ids))
        )
        shown |= set(db.session.scalars(unscoped(stmt, reason=_BY_JOB)))
    return shown


def referred(attachment_ids: Collection[int], own: Collection[object]) -> set[int]:
    """Those of the attachments that other columns than ``own`` refer to."""
    found: set[int] = set()
    for column in _referring("attachment"):
        if column not in own:
            stmt = select(column).where(column.in_(attachment_ids))
            found |= set(db.session.scalars(unscoped(stmt, reason=_BY_JOB)))
    return found


def _referring(table: str) -> list[Column[int]]:
    """Every column of the database that refers to the table's rows: of slices to come, too."""
    return [
        key.parent
        for other in Base.metadata.sorted_tables
        for key in other.foreign_keys
        if key.column.table.name == table
    ]


def _remove_files(
    violation: Violation, found: list[ViolationEvidence], why: str
) -> list[ViolationEvidence]:
    if violation.hazard_id is not None:
        _take_off_ticket(violation.hazard_id, found)
    now = clock.now()
    for evidence in found:
        evidence.removed_at, evidence.removed_why = now, why
    if found:
        size = sum(one.size for one in found)
        audit.record(
            SYSTEM, "video.evidence_removed", violation, files=len(found), size=size, why=why
        )
    return found


def _take_off_ticket(hazard_id: int, found: list[ViolationEvidence]) -> None:
    hazard = db.session.scalars(visible(Hazard, SYSTEM).where(Hazard.id == hazard_id)).one()
    hazards.detach(hazard, SYSTEM, [one.attachment_id for one in found if one.attachment_id])
