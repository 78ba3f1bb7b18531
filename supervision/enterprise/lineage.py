"""Mergers and splits, and what a file owes to the files before it.

Rows keep the enterprise that they were made for: a paper served on the absorbed enterprise stays
its paper. The survivor's file shows them by lineage, and the people of both may open both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from supervision.core import audit, clock, notices
from supervision.core.actor import Actor
from supervision.core.db import Base, db
from supervision.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from supervision.core.notices import Audience
from supervision.core.permissions import Permission
from supervision.core.scope import unscoped, visible
from supervision.core.slice import TimelineItem, TimelineSource
from supervision.core.text import N_
from supervision.enterprise import duplicates, service
from supervision.enterprise.file_values import restored, stored
from supervision.enterprise.journal import log
from supervision.enterprise.lineage_models import Lineage, Restructuring
from supervision.enterprise.models import Enterprise, EventKind, OwnedByEnterprise, RollStatus
from supervision.enterprise.workflow import (
    RESTRUCTURING_WORKFLOW,
    RestructuringKind,
    RestructuringState,
)

# A chain of mergers longer than this is followed no further by a page.
MOST_BEFORE = 20
MOST_PARTS = 6

# (actor, enterprise that ends or gives, enterprise that takes) -> how many people followed.
Follow = Callable[[Actor, int, int], int]


@dataclass(frozen=True, slots=True)
class Forebear:
    """An enterprise whose file goes on in another."""

    id: int
    name: str
    kind: RestructuringKind


def predecessors(enterprise_id: int, actor: Actor) -> list[Forebear]:
    """Whose files go on in this one, those before them included, nearest first."""
    found: dict[int, Forebear] = {}
    asked = [enterprise_id]
    while asked and len(found) < MOST_BEFORE:
        stmt = (
            visible(Lineage, actor)
            .where(Lineage.successor_id.in_(asked))
            .options(joinedload(Lineage.predecessor))
            .order_by(Lineage.id)
        )
        rows = [row for row in db.session.scalars(stmt) if row.predecessor_id not in found]
        found |= {
            row.predecessor_id: Forebear(row.predecessor_id, row.predecessor.name, row.kind)
            for row in rows
        }
        asked = [row.predecessor_id for row in rows]
    return list(found.values())


def lines(enterprise_id: int, actor: Actor) -> tuple[Sequence[Lineage], Sequence[Lineage]]:
    """The lines into a file and out of it, both ends loaded."""
    stmt = visible(Lineage, actor).options(
        joinedload(Lineage.predecessor), joinedload(Lineage.successor)
    )
    rows = db.session.scalars(
        stmt.where(
            (Lineage.predecessor_id == enterprise_id) | (Lineage.successor_id == enterprise_id)
        ).order_by(Lineage.id)
    ).all()
    into = [row for row in rows if row.successor_id == enterprise_id]
    return into, [row for row in rows if row.predecessor_id == enterprise_id]


def with_predecessors(
    sources: Sequence[TimelineSource], before: Sequence[Forebear]
) -> list[TimelineSource]:
    """The sources of a file and of the files before it, whose events say whose they are."""
    bound = [_bound(source, one) for one in before for source in sources]
    return [*sources, *bound]


def _bound(source: TimelineSource, one: Forebear) -> TimelineSource:
    def tell(_enterprise_id: int, actor: Actor, before: Any, limit: int) -> list[TimelineItem]:
        found = source(one.id, actor, before, limit)
        return [
            replace(item, who=f"{item.who} · {one.name}" if item.who else one.name)
            for item in found
        ]

    return tell


def holdings(enterprise_id: int) -> dict[str, int]:
    """How many rows of which table hang on a file, for the preview: only tables with any."""
    owned: list[Any] = [
        m.class_
        for m in Base.registry.mappers
        if issubclass(m.class_, OwnedByEnterprise) and m.class_ is not Restructuring
    ]
    counted = {}
    for model in owned:
        stmt = select(func.count()).select_from(model).where(model.enterprise_id == enterprise_id)
        reason = "the preview counts what hangs on a file that the actor sees"
        number = db.session.scalar(unscoped(stmt, reason=reason)) or 0
        if number:
            counted[model.__tablename__] = number
    return counted


def propose_merger(
    absorbed: Enterprise, survivor: Enterprise, actor: Actor, *, reason: str
) -> Restructuring:
    """Ask that ``absorbed`` end in ``survivor``; another person decides."""
    _check_proposal(actor, reason, absorbed, survivor)
    if absorbed.id == survivor.id:
        raise InvalidInput(N_("Choose another enterprise."), field="survivor")
    return _propose(absorbed, actor, RestructuringKind.MERGER, reason, survivor_id=survivor.id)


def propose_split(
    source: Enterprise,
    parts: Sequence[Mapping[str, Any]],
    actor: Actor,
    *,
    goes_on: bool,
    reason: str,
) -> Restructuring:
    """Ask that ``source`` be split into the enterprises of ``parts``; another person decides.

    Each part's file is checked now, so that whoever approves finds nothing to mend.
    """
    _check_proposal(actor, reason, source)
    least = 1 if goes_on else 2
    if not least <= len(parts) <= MOST_PARTS:
        raise InvalidInput(
            N_("A split needs %(least)s to %(most)s new enterprises."),
            field="parts",
            least=least,
            most=MOST_PARTS,
        )
    clean = [service.checked(actor, part) for part in parts]
    codes = [part["uscc"] for part in clean]
    if len(set(codes)) < len(codes):
        raise InvalidInput(N_("Two of the new enterprises have the same code."), field="parts")
    return _propose(
        source,
        actor,
        RestructuringKind.SPLIT,
        reason,
        parts=[stored(part) for part in clean],
        source_goes_on=goes_on,
    )


def _check_proposal(actor: Actor, reason: str, *files: Enterprise) -> None:
    if not actor.may(Permission.ENTERPRISE_DECIDE) or not actor.is_regulator:
        raise Forbidden
    if not reason.strip():
        raise InvalidInput(N_("This field is required."), field="reason")
    _check_open(*files)


def _check_open(*files: Enterprise) -> None:
    if any(one.roll_status in service.RESTRUCTURED for one in files):
        raise Conflict(N_("One of the enterprises has merged or was split already."))


def _propose(
    enterprise: Enterprise, actor: Actor, kind: RestructuringKind, reason: str, **values: Any
) -> Restructuring:
    if proposed_of(enterprise.id, actor) is not None:
        raise Conflict(N_("A merger or split of this enterprise is proposed already."))
    row = Restructuring(
        enterprise_id=enterprise.id,
        kind=kind,
        status=RestructuringState.PROPOSED,
        reason=reason,
        proposed_at=clock.now(),
        proposed_by_id=actor.id,
        proposed_by=actor.name,
        note="",
        **values,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "restructuring.propose", row, kind=kind, reason=reason, **values)
    _tell(row, enterprise, actor, "restructuring.proposed", Audience.SUPERVISORS)
    return row


def approve(
    row: Restructuring, actor: Actor, *, typed_name: str, follow: Follow | None = None
) -> list[Enterprise]:
    """Do it: it cannot be undone, so whoever approves types the name of what ends.

    Returns the enterprises in which the file goes on.
    """
    step = RESTRUCTURING_WORKFLOW.check("approve", row, actor, {"typed_name": typed_name})
    if not decides(row, actor):
        raise Forbidden(N_("One of the enterprises lies outside your region: a superior decides."))
    if typed_name.strip() != row.enterprise.name:
        raise InvalidInput(N_("This is not the enterprise's name."), field="typed_name")
    _check_open(row.enterprise)
    row.status, row.approved_by_id = step.target, actor.id
    row.decided_at, row.decided_by = clock.now(), actor.name
    is_merger = row.kind is RestructuringKind.MERGER
    successors = _merge(row, actor) if is_merger else _split(row, actor)
    audit.record(
        actor,
        "restructuring.approve",
        row,
        kind=row.kind,
        successors=[one.id for one in successors],
    )
    for one in successors:
        _link(row, one)
        if follow is not None:
            follow(actor, row.enterprise_id, one.id)
        _tell(row, one, actor, "restructuring.done", Audience.ENTERPRISE_PEOPLE)
    _tell(row, row.enterprise, actor, "restructuring.done", Audience.ENTERPRISE_PEOPLE)
    return successors


def decides(row: Restructuring, actor: Actor) -> bool:
    """Whether ``actor`` sees every file that it ends or joins; one side's authority only reads."""
    ids = {i for i in (row.enterprise_id, row.survivor_id) if i is not None}
    stmt = visible(Enterprise, actor, func.count(Enterprise.id)).where(Enterprise.id.in_(ids))
    return bool(db.session.scalar(stmt) == len(ids))


def _merge(row: Restructuring, actor: Actor) -> list[Enterprise]:
    absorbed, survivor = row.enterprise, row.survivor
    if survivor is None:
        raise NotFound
    _check_open(survivor)
    absorbed.roll_status, absorbed.merged_into_id = RollStatus.MERGED, survivor.id
    absorbed.updated_at = survivor.updated_at = clock.now()
    duplicates.settle(absorbed.id, survivor.id, actor)
    for one in (absorbed, survivor):
        log(
            one.id, actor, EventKind.MERGER, note=f"{absorbed.name} → {survivor.name}\n{row.reason}"
        )
    return [survivor]


def _split(row: Restructuring, actor: Actor) -> list[Enterprise]:
    source = row.enterprise
    made = [service.register(actor, restored(part)) for part in row.parts]
    source.updated_at = clock.now()
    if not row.source_goes_on:
        source.roll_status = RollStatus.SPLIT
    names = ", ".join(one.name for one in made)
    for one in (source, *made):
        log(one.id, actor, EventKind.SPLIT, note=f"{source.name} → {names}\n{row.reason}")
    return made


def _link(row: Restructuring, successor: Enterprise) -> None:
    db.session.add(
        Lineage(
            predecessor_id=row.enterprise_id,
            successor_id=successor.id,
            kind=row.kind,
            restructuring_id=row.id,
            at=clock.now(),
        )
    )
    db.session.flush()


def refuse(row: Restructuring, actor: Actor, *, note: str) -> None:
    """Leave both as they are, with the reason."""
    step = RESTRUCTURING_WORKFLOW.check("refuse", row, actor, {"note": note})
    if not decides(row, actor):
        raise Forbidden(N_("One of the enterprises lies outside your region: a superior decides."))
    _close(row, actor, step.target, note)


def withdraw(row: Restructuring, actor: Actor) -> None:
    """Take one's own proposal back."""
    step = RESTRUCTURING_WORKFLOW.check("withdraw", row, actor)
    _close(row, actor, step.target, "")


def _close(row: Restructuring, actor: Actor, status: RestructuringState, note: str) -> None:
    row.status, row.note = status, note
    row.decided_at, row.decided_by = clock.now(), actor.name
    audit.record(actor, f"restructuring.{'refuse' if note else 'withdraw'}", row, note=note)
    if note:
        notices.queue(
            "restructuring.refused",
            Audience.ACCOUNT,
            row.proposed_by_id,
            link=f"/enterprises/restructurings/{row.id}",
            name=row.enterprise.display_name,
        )


def _tell(
    row: Restructuring, enterprise: Enterprise, actor: Actor, kind: str, audience: Audience
) -> None:
    to_authority = audience is Audience.SUPERVISORS
    notices.queue(
        kind,
        audience,
        enterprise.id,
        link=(
            f"/enterprises/restructurings/{row.id}"
            if to_authority
            else f"/enterprises/{enterprise.id}"
        ),
        but_not=actor.id,
        name=row.enterprise.display_name,
    )


def list_restructurings(actor: Actor, status: str = "") -> Select[Any]:
    """Mergers and splits, open proposals first."""
    stmt = visible(Restructuring, actor).options(*_BOTH)
    if status in set(RestructuringState):
        stmt = stmt.where(Restructuring.status == status)
    return stmt.order_by(
        (Restructuring.status != RestructuringState.PROPOSED),
        Restructuring.proposed_at.desc(),
        Restructuring.id.desc(),
    )


def get_restructuring(restructuring_id: int, actor: Actor) -> Restructuring:
    """One with its enterprises. Raises NotFound out of scope."""
    stmt = visible(Restructuring, actor).where(Restructuring.id == restructuring_id)
    found: Restructuring | None = db.session.scalars(stmt.options(*_BOTH)).first()
    if found is None:
        raise NotFound
    return found


def proposed_of(enterprise_id: int, actor: Actor) -> Restructuring | None:
    """What is proposed for an enterprise."""
    stmt = visible(Restructuring, actor).where(
        Restructuring.enterprise_id == enterprise_id,
        Restructuring.status == RestructuringState.PROPOSED,
    )
    found: Restructuring | None = db.session.scalars(stmt).first()
    return found


_BOTH = (joinedload(Restructuring.enterprise), joinedload(Restructuring.survivor))
