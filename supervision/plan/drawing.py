"""Verbs of a draw: the pool is written down, then a seed is given, then it is drawn and checked.

The pool is committed before anybody knows the seed, so nobody can fit the one to the other.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from supervision.authority import queries as authorities
from supervision.core import audit, clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput
from supervision.core.permissions import Permission
from supervision.core.text import N_
from supervision.enterprise.models import Enterprise, RollStatus
from supervision.plan import capacity, draw, draw_queries, queries, rules
from supervision.plan.draw import DrawImpossibleError, Drawn, Entrant, Pool
from supervision.plan.models import PlanDraw, PlanDrawRow, PlanItem, PlanTarget
from supervision.plan.rules import Excluded, SeedSource, Selection
from supervision.plan.workflow import PlanState


def make_pool(item: PlanItem, actor: Actor, *, reason: str = "") -> PlanDraw:
    """Write down who takes part. ``reason`` where the item was drawn before."""
    _check_may(item, actor)
    before = draw_queries.draws_of(item.id)
    if before and before[0].drawn_at is None:
        raise Conflict(N_("A pool waits for its draw already."))
    if before and not reason:
        raise InvalidInput(N_("Say why it is drawn again."), field="reason")
    if before and draw_queries.is_carried_out(before[0].id):
        raise Conflict(N_("Inspections of the last draw exist: it can no longer be replaced."))
    pool, excluded = _pool(item, before[0].id if before else None)
    values = draw.pool_values(pool)
    made = PlanDraw(
        item=item,
        item_id=item.id,
        serial=len(before) + 1,
        reason=reason if before else "",
        algorithm=draw.ALGORITHM,
        pool=values,
        pool_hash=draw.digest(values),
        excluded=excluded,
        pooled_at=clock.now(),
        pooled_by=actor.name,
    )
    db.session.add(made)
    audit.record(
        actor, "plan.make_pool", made, item_id=item.id, pool_hash=made.pool_hash, reason=reason
    )
    return made


def _check_may(item: PlanItem, actor: Actor) -> None:
    if not actor.may(Permission.PLAN_EDIT):
        raise Forbidden
    if item.selection is not Selection.DRAWN or item.plan.status is not PlanState.PUBLISHED:
        raise Conflict(N_("Only an item of a published plan that says so is drawn."))


def _pool(item: PlanItem, replaced: int | None) -> tuple[Pool, list[list[str]]]:
    """The pool of today, and who of the class was left out and why."""
    today = clock.today()
    members = queries.class_of(item, limit=rules.MOST_IN_POOL + 1, all_states=True)
    if len(members) > rules.MOST_IN_POOL:
        raise InvalidInput(
            N_("More than %(count)s enterprises are of this class: narrow it."),
            count=rules.MOST_IN_POOL,
        )
    held = authorities.certified_officers(item.plan.authority, today)
    numbers = {c.account_id: c.number for c in held}
    if len(numbers) < draw.OFFICERS_EACH:
        raise InvalidInput(N_("Fewer than two officers of the authority hold a certificate today."))
    codes = {e.id: e.uscc for e in members}
    avoidances = frozenset(
        (numbers[account], codes[enterprise])
        for account, enterprise in queries.avoided(numbers, today)
        if enterprise in codes
    )
    officers = tuple(numbers.values())
    empty = Pool((), officers, avoidances, 0, tuple(item.months))
    why = _left_out(item, members, empty, replaced)
    entrants = tuple(
        Entrant(e.uscc, item.key_weight if e.is_key else 1) for e in members if e.id not in why
    )
    if not entrants:
        raise InvalidInput(N_("No enterprise of the class can be drawn."))
    # A share is a share of those who produce, as the plan publishes it; none can be drawn twice.
    total = sum(1 for e in members if why.get(e.id) is not Excluded.NOT_IN_PRODUCTION)
    quantity = min(rules.amount(total, item.quantity, item.ratio), len(entrants))
    pool = Pool(entrants, officers, avoidances, quantity, tuple(item.months))
    return pool, sorted([codes[i], reason.value] for i, reason in why.items())


def _left_out(
    item: PlanItem, members: Sequence[Enterprise], pool: Pool, replaced: int | None
) -> dict[int, Excluded]:
    rooms = capacity.rooms(item.plan, members)
    again = draw_queries.enterprises_of(replaced) if replaced is not None else set()
    here = {t.enterprise_id for t in queries.kept_targets(item.id) if t.draw_id != replaced}
    why: dict[int, Excluded] = {}
    for one in members:
        left = rooms[one.id].left
        # The lines of the draw that is replaced are free again.
        room = None if left is None else left + (one.id in again)
        if one.roll_status is not RollStatus.IN_PRODUCTION:
            why[one.id] = Excluded.NOT_IN_PRODUCTION
        elif one.id in here:
            why[one.id] = Excluded.PLANNED_ALREADY
        elif room is not None and room < 1:
            why[one.id] = Excluded.CAP_REACHED
        elif len(draw.eligible(pool, one.uscc)) < draw.OFFICERS_EACH:
            why[one.id] = Excluded.NO_TWO_OFFICERS
    return why


def draw_now(
    pooled: PlanDraw, actor: Actor, *, source: SeedSource, seed: str = "", note: str = ""
) -> None:
    """Give the seed and draw. A public seed is typed in, with where it was named."""
    item = pooled.item
    _check_may(item, actor)
    if pooled.drawn_at is not None:
        raise Conflict(N_("This pool has been drawn already."))
    seed = secrets.token_hex(16) if source is SeedSource.GENERATED else seed.strip()
    rules.check_seed(seed, source)
    if source is SeedSource.PUBLIC and not note:
        raise InvalidInput(N_("Say where the seed was named, and before whom."), field="note")
    try:
        drawn = draw.draw(draw.pool_of(pooled.pool), seed)
    except DrawImpossibleError as error:
        raise Conflict(N_("The pool cannot be drawn any more: make a new one.")) from error
    pooled.seed, pooled.seed_source, pooled.seed_note = seed, source, note
    pooled.drawn_at, pooled.drawn_by = clock.now(), actor.name
    pooled.result_hash = draw.digest(draw.result_values(drawn))
    _drop_before(pooled)
    _write(item, pooled, drawn)
    audit.record(
        actor, "plan.draw", pooled, item_id=item.id, seed=seed, result_hash=pooled.result_hash
    )


def _drop_before(pooled: PlanDraw) -> None:
    """The lines of the draw before are dropped, with the reason; its result stays."""
    before = draw_queries.before(pooled)
    for old in queries.kept_targets(pooled.item_id):
        if before is None or old.draw_id != before.id:
            continue
        if old.inspection_id is not None:
            raise Conflict(N_("Inspections of the last draw exist: it can no longer be replaced."))
        old.dropped_at, old.dropped_reason = clock.now(), pooled.reason
    db.session.flush()  # the old lines are out before the new ones take their places


def _write(item: PlanItem, pooled: PlanDraw, drawn: Sequence[Drawn]) -> None:
    ids = draw_queries.ids_of([row.code for row in drawn])
    people = draw_queries.holders({n for row in drawn for n in row.officers})
    for row in drawn:
        (first, first_name), (second, second_name) = (people[n] for n in row.officers)
        line: dict[str, Any] = {"enterprise_id": ids[row.code], "month": row.month}
        db.session.add(
            PlanDrawRow(
                draw_id=pooled.id,
                position=row.position,
                code=row.code,
                first_certificate=row.officers[0],
                second_certificate=row.officers[1],
                first_name=first_name,
                second_name=second_name,
                **line,
            )
        )
        db.session.add(
            PlanTarget(
                plan_id=item.plan_id,
                item_id=item.id,
                draw_id=pooled.id,
                first_officer_id=first,
                second_officer_id=second,
                **line,
            )
        )
    db.session.flush()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What drawing again gave: is the pool the one that was hashed, the result the one kept."""

    is_pool_intact: bool
    is_result_same: bool
    pool_hash: str
    result_hash: str

    @property
    def reproduces(self) -> bool:
        return self.is_pool_intact and self.is_result_same


def verify(drawn: PlanDraw) -> Verdict:
    """Draw again from the stored pool and seed, and compare with the rows that are kept."""
    rows = draw.draw(draw.pool_of(drawn.pool), drawn.seed)
    pool_hash = draw.digest(drawn.pool)
    result_hash = draw.digest(draw.result_values(rows))
    kept = tuple(
        Drawn(r.position, r.code, r.month, (r.first_certificate, r.second_certificate))
        for r in draw_queries.all_rows(drawn.id)
    )
    same = kept == rows and result_hash == drawn.result_hash
    return Verdict(pool_hash == drawn.pool_hash, same, pool_hash, result_hash)
