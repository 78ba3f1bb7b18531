"""Reads of what the desk shows. Every one starts at ``visible()``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from supervision.account.grants import ROLE_GRANTS
from supervision.account.models import Account, Membership
from supervision.core import clock
from supervision.core.actor import Actor, Side
from supervision.core.db import db
from supervision.core.errors import NotFound
from supervision.core.permissions import Permission
from supervision.core.scope import visible
from supervision.desk.models import DeskViewing, SecondOpinion
from supervision.desk.queue import VIEWING
from supervision.desk.workflow import OpinionState
from supervision.enterprise.models import Enterprise
from supervision.video import queries as video
from supervision.video.models import Camera, Violation
from supervision.video.workflow import ReviewState

REVIEWERS = tuple(r for r, held in ROLE_GRANTS.items() if Permission.VIDEO_REVIEW in held)
MOST_COLLEAGUES = 100
MOST_VIEWERS = 5
MOST_OPINIONS = 10
MOST_ENTERPRISES = 200


@dataclass(frozen=True, slots=True)
class Card:
    """A violation with all that its card shows. ``earlier`` and ``later``: on the same camera."""

    violation: Violation
    earlier: int | None = None
    later: int | None = None
    viewers: Sequence[str] = ()
    opinions: Sequence[SecondOpinion] = ()
    also_seen: int = 0


@dataclass(frozen=True, slots=True)
class Tile:
    """A violation in the grid."""

    violation: Violation
    viewers: Sequence[str] = ()
    opinion: SecondOpinion | None = None


@dataclass
class _Beside:
    """What stands beside violations, by their ids."""

    viewers: Mapping[int, list[str]] = field(default_factory=dict)
    opinions: Mapping[int, list[SecondOpinion]] = field(default_factory=dict)


def cards(actor: Actor, ids: Sequence[int]) -> list[Card]:
    """The violations of ``ids`` in their order; those out of scope are left out. A few at a time."""
    beside, filed = _beside(actor, ids), _filed_under(actor, ids)
    found = []
    for violation in _violations(actor, ids):
        earlier, later = video.same_camera(violation, actor)
        found.append(
            Card(
                violation,
                earlier,
                later,
                beside.viewers.get(violation.id, ()),
                beside.opinions.get(violation.id, ()),
                filed.get(violation.id, 0),
            )
        )
    return found


def get_card(violation_id: int, actor: Actor) -> Card:
    """Raises NotFound out of scope."""
    found = cards(actor, [violation_id])
    if not found:
        raise NotFound
    return found[0]


def tiles(actor: Actor, ids: Sequence[int]) -> list[Tile]:
    """A page of the grid, in the order of ``ids``, in a fixed number of statements."""
    beside = _beside(actor, ids)
    return [
        Tile(v, beside.viewers.get(v.id, ()), next(iter(beside.opinions.get(v.id, ())), None))
        for v in _violations(actor, ids)
    ]


def _violations(actor: Actor, ids: Sequence[int]) -> list[Violation]:
    if not ids:
        return []
    stmt = (
        visible(Violation, actor)
        .where(Violation.id.in_(ids))
        .options(
            joinedload(Violation.enterprise),
            joinedload(Violation.camera),
            joinedload(Violation.hazard),
            selectinload(Violation.evidence),
        )
        .execution_options(populate_existing=True)
    )
    found = {v.id: v for v in db.session.scalars(stmt).unique()}
    return [found[i] for i in ids if i in found]


def _beside(actor: Actor, ids: Sequence[int]) -> _Beside:
    opinions: dict[int, list[SecondOpinion]] = defaultdict(list)
    if ids:
        stmt = visible(SecondOpinion, actor).where(
            SecondOpinion.violation_id.in_(ids), SecondOpinion.status != OpinionState.WITHDRAWN
        )
        stmt = stmt.order_by(SecondOpinion.id.desc()).limit(MOST_OPINIONS * len(ids))
        for opinion in db.session.scalars(stmt):
            opinions[opinion.violation_id].append(opinion)
    return _Beside(viewers(actor, ids), opinions)


def opinions_of(violation_id: int, actor: Actor) -> Sequence[SecondOpinion]:
    """What was asked about one violation, the newest first; what was withdrawn is left out."""
    return _beside(actor, [violation_id]).opinions.get(violation_id, [])


def viewers(actor: Actor, ids: Collection[int]) -> dict[int, list[str]]:
    """Who else of one's own side has a violation on the screen just now, by its id."""
    found: dict[int, list[str]] = defaultdict(list)
    if not ids:
        return found
    stmt = (
        visible(Violation, actor, DeskViewing.violation_id, DeskViewing.name)
        .join(DeskViewing, DeskViewing.violation_id == Violation.id)
        .where(Violation.id.in_(ids), DeskViewing.account_id != actor.id)
        .where(DeskViewing.side == actor.side, DeskViewing.seen_at > clock.now() - VIEWING)
        .order_by(DeskViewing.seen_at.desc())
        .limit(MOST_VIEWERS * len(ids))
    )
    for violation_id, name in db.session.execute(stmt):
        found[violation_id].append(name)
    return found


def _filed_under(actor: Actor, ids: Sequence[int]) -> dict[int, int]:
    if not ids:
        return {}
    stmt = (
        visible(Violation, actor, Violation.duplicate_of_id, func.count(Violation.id))
        .where(Violation.duplicate_of_id.in_(ids))
        .group_by(Violation.duplicate_of_id)
    )
    return {int(row[0]): int(row[1]) for row in db.session.execute(stmt)}


def get_opinion(opinion_id: int, actor: Actor, *, for_update: bool = False) -> SecondOpinion:
    """One question with its violation. Raises NotFound out of scope, and for the other side's."""
    stmt = (
        visible(SecondOpinion, actor)
        .where(SecondOpinion.id == opinion_id)
        .options(joinedload(SecondOpinion.violation).joinedload(Violation.camera))
        .execution_options(populate_existing=True)
    )
    if for_update:
        stmt = stmt.with_for_update(of=SecondOpinion)
    found: SecondOpinion | None = db.session.scalars(stmt).first()
    if found is None:
        raise NotFound
    return found


def asked_count(actor: Actor, *, cap: int = 100) -> int:
    """How many questions wait for ``actor``, or for whoever comes, up to ``cap``."""
    asked = SecondOpinion.asked_of_id
    some = (
        visible(SecondOpinion, actor, SecondOpinion.id)
        .join(Violation, Violation.id == SecondOpinion.violation_id)
        .where(SecondOpinion.status == OpinionState.OPEN, Violation.status == ReviewState.PENDING)
        .where(or_(asked == actor.id, and_(asked.is_(None), SecondOpinion.asked_by_id != actor.id)))
        .limit(cap)
    )
    stmt = select(func.count()).select_from(some.subquery())
    return db.session.scalar(stmt.execution_options(**some.get_execution_options())) or 0


def colleagues(violation: Violation, actor: Actor) -> list[tuple[int, str]]:
    """People of ``actor``'s side who may judge this violation, by name; never ``actor``."""
    stmt = (
        visible(Account, actor, Account.id, Account.name, Account.region_code)
        .where(Account.is_active, Account.role.in_(REVIEWERS), Account.id != actor.id)
        .order_by(Account.name, Account.id)
    )
    if actor.side is Side.ENTERPRISE:
        members = select(Membership.account_id).where(
            Membership.enterprise_id == violation.enterprise_id
        )
        stmt = stmt.where(Account.id.in_(members))
    else:
        code = violation.enterprise.region_code
        above = [code[:n] for n in range(2, len(code) + 1)]
        stmt = stmt.where(Account.region_code.in_(above))
    found = db.session.execute(stmt.limit(MOST_COLLEAGUES))
    return [(ident, name) for ident, name, _region in found]


def enterprise_choices(actor: Actor) -> list[tuple[str, str]]:
    """For a filter: enterprises with a camera in view, by name."""
    has_camera = select(1).where(Camera.enterprise_id == Enterprise.id).exists()
    stmt = (
        visible(Enterprise, actor, Enterprise.id, Enterprise.name, Enterprise.short_name)
        .where(has_camera)
        .order_by(Enterprise.name)
        .limit(MOST_ENTERPRISES)
    )
    return [(str(i), short or name) for i, name, short in db.session.execute(stmt)]


__all__ = ["Card", "Tile", "cards", "colleagues", "get_card", "get_opinion", "tiles", "viewers"]
