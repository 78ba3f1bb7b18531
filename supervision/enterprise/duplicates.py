"""Finding files that may be one enterprise, and what a person says about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, TypeVar

from sqlalchemy import Select, and_, delete, func, or_, select, tuple_
from sqlalchemy.orm import joinedload

from supervision.core import audit, clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from supervision.core.permissions import Permission
from supervision.core.scope import unscoped, visible
from supervision.core.text import N_
from supervision.enterprise import duplicate_rules, queries
from supervision.enterprise.duplicate_rules import MOST_ALIKE, STRONG, Facts, KeyKind, PairState
from supervision.enterprise.lineage_models import DuplicatePair, EnterpriseKey
from supervision.enterprise.models import Enterprise
from supervision.enterprise.service import RESTRUCTURED

BATCH = 200
_REASON = "duplicates are looked for on the whole roll"
Key = tuple[KeyKind, str]
T = TypeVar("T")


def look(after: int = 0, limit: int = BATCH) -> tuple[int, int]:
    """Compare up to ``limit`` files that changed since they were compared last.

    Files are taken in order of their ids, from behind ``after``; returns how many there were and
    the last one's id. Runs in a transaction.
    """
    files = _changed(after, limit)
    if not files:
        return 0, after
    own = _make_keys(files)
    groups = _small_groups({key for keys in own.values() for key in keys})
    _propose(own, groups)
    return len(files), files[-1].id


def _changed(after: int, limit: int) -> Sequence[Enterprise]:
    is_name = and_(EnterpriseKey.enterprise_id == Enterprise.id, EnterpriseKey.kind == KeyKind.NAME)
    stmt = (
        select(Enterprise)
        .outerjoin(EnterpriseKey, is_name)
        .where(
            Enterprise.id > after,
            or_(EnterpriseKey.id.is_(None), EnterpriseKey.as_of < Enterprise.updated_at),
            Enterprise.roll_status.not_in(RESTRUCTURED),
        )
        .order_by(Enterprise.id)
        .limit(limit)
    )
    return db.session.scalars(unscoped(stmt, reason=_REASON)).all()


def _make_keys(files: Sequence[Enterprise]) -> dict[int, list[Key]]:
    codes = {e.region_code[:n] for e in files for n in (2, 4, 6, 9)}
    names = queries.region_names(codes)
    made = {e.id: duplicate_rules.keys(_facts(e, names)) for e in files}
    old = delete(EnterpriseKey).where(EnterpriseKey.enterprise_id.in_(made))
    db.session.execute(unscoped(old, reason=_REASON))
    as_of = {e.id: e.updated_at for e in files}
    db.session.add_all(
        EnterpriseKey(enterprise_id=i, kind=kind, value=value, as_of=as_of[i])
        for i, keys in made.items()
        for kind, value in keys
    )
    db.session.flush()
    return made


def _facts(enterprise: Enterprise, names: Mapping[str, str]) -> Facts:
    code = enterprise.region_code
    return Facts(
        uscc=enterprise.uscc,
        legacy_reg_no=enterprise.legacy_reg_no,
        name=enterprise.name,
        address=enterprise.address,
        region_code=code,
        legal_representative=enterprise.legal_representative,
        phones=(enterprise.principal_phone, enterprise.legal_representative_phone),
        places=[names[code[:n]] for n in (2, 4, 6, 9) if code[:n] in names],
    )


def _small_groups(keys: Collection[Key]) -> dict[Key, list[int]]:
    """Who shares a key, for the keys that few enough share to say something."""
    groups: dict[Key, list[int]] = defaultdict(list)
    pair = tuple_(EnterpriseKey.kind, EnterpriseKey.value)
    for some in _cut(sorted(keys), 300):
        few = (
            select(EnterpriseKey.kind, EnterpriseKey.value)
            .where(pair.in_(some))
            .group_by(EnterpriseKey.kind, EnterpriseKey.value)
            .having(func.count().between(2, MOST_ALIKE))
        )
        shared = [tuple(row) for row in db.session.execute(unscoped(few, reason=_REASON))]
        if not shared:
            continue
        stmt = select(EnterpriseKey.kind, EnterpriseKey.value, EnterpriseKey.enterprise_id)
        rows = db.session.execute(unscoped(stmt.where(pair.in_(shared)), reason=_REASON))
        for kind, value, enterprise_id in rows:
            groups[kind, value].append(enterprise_id)
    return groups


def _propose(own: Mapping[int, list[Key]], groups: Mapping[Key, list[int]]) -> None:
    common: dict[tuple[int, int], set[KeyKind]] = defaultdict(set)
    for (kind, _value), members in groups.items():
        for first, second in combinations(sorted(members), 2):
            if first in own or second in own:
                common[first, second].add(kind)
    names = _core_names({i for pair in common for i in pair})
    known = _known(own)
    for (first, second), kinds in common.items():
        found = duplicate_rules.reasons(kinds, names[first], names[second])
        _keep(known.pop((first, second), None), (first, second), found)
    for row in known.values():
        # What they had in common was mended.
        if row.status is PairState.OPEN:
            db.session.delete(row)
    db.session.flush()


def _cut(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """``items`` in pieces that a statement holds."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _core_names(ids: Collection[int]) -> dict[int, str]:
    """The name's key without its district, by enterprise."""
    found: dict[int, str] = {}
    for some in _cut(sorted(ids), 500):
        stmt = select(EnterpriseKey.enterprise_id, EnterpriseKey.value).where(
            EnterpriseKey.enterprise_id.in_(some), EnterpriseKey.kind == KeyKind.NAME
        )
        for i, value in db.session.execute(unscoped(stmt, reason=_REASON)):
            found[i] = value.partition(":")[2]
    return found


def _known(ids: Collection[int]) -> dict[tuple[int, int], DuplicatePair]:
    stmt = select(DuplicatePair).where(
        or_(DuplicatePair.first_id.in_(ids), DuplicatePair.second_id.in_(ids))
    )
    rows = db.session.scalars(unscoped(stmt, reason=_REASON)).all()
    return {(row.first_id, row.second_id): row for row in rows}


def _keep(row: DuplicatePair | None, pair: tuple[int, int], found: Sequence[KeyKind]) -> None:
    score = duplicate_rules.score(found)
    if row is None:
        row = DuplicatePair(
            first_id=pair[0],
            second_id=pair[1],
            status=PairState.OPEN,
            reasons=list(found),
            score=score,
            found_at=clock.now(),
            note="",
        )
        db.session.add(row)
        return
    is_news = set(found) - set(row.reasons)
    if row.status is PairState.MERGED or (row.status is PairState.DISMISSED and not is_news):
        return
    row.reasons, row.score = list(found), score
    if row.status is PairState.DISMISSED:
        # Dismissed on what was known then; something new they have in common is a new question.
        row.status, row.decided_at, row.decided_by, row.note = PairState.OPEN, None, "", ""


def list_pairs(actor: Actor, *, only_strong: bool = False, status: PairState) -> Select[Any]:
    """Pairs with both files, the likeliest first."""
    stmt = visible(DuplicatePair, actor).where(DuplicatePair.status == status)
    if only_strong:
        stmt = stmt.where(DuplicatePair.score >= STRONG)
    return stmt.options(joinedload(DuplicatePair.first), joinedload(DuplicatePair.second)).order_by(
        DuplicatePair.score.desc(), DuplicatePair.id
    )


def get_pair(pair_id: int, actor: Actor) -> DuplicatePair:
    """One pair. Raises NotFound where one of the two is out of scope."""
    stmt = visible(DuplicatePair, actor).where(DuplicatePair.id == pair_id)
    found: DuplicatePair | None = db.session.scalars(
        stmt.options(joinedload(DuplicatePair.first), joinedload(DuplicatePair.second))
    ).first()
    if found is None:
        raise NotFound
    return found


def dismiss(row: DuplicatePair, actor: Actor, *, note: str) -> None:
    """They are two enterprises: not proposed again for the same reasons."""
    if not actor.may(Permission.ENTERPRISE_DECIDE) or not actor.is_regulator:
        raise Forbidden
    if row.status is not PairState.OPEN:
        raise Conflict
    if not note:
        raise InvalidInput(N_("This field is required."), field="note")
    row.status, row.note = PairState.DISMISSED, note
    row.decided_at, row.decided_by = clock.now(), actor.name
    audit.record(
        actor, "duplicate.dismiss", row, first=row.first_id, second=row.second_id, note=note
    )


def settle(absorbed_id: int, survivor_id: int, actor: Actor) -> None:
    """After a merger: the pair is settled, and the absorbed file is compared with nobody."""
    for row in _known([absorbed_id]).values():
        if {row.first_id, row.second_id} == {absorbed_id, survivor_id}:
            row.status, row.decided_at, row.decided_by = (
                PairState.MERGED,
                clock.now(),
                actor.name,
            )
        elif row.status is PairState.OPEN:
            db.session.delete(row)
    gone = delete(EnterpriseKey).where(EnterpriseKey.enterprise_id == absorbed_id)
    db.session.execute(unscoped(gone, reason=_REASON))
    db.session.flush()
