"""A file that ended in a merger or split: nothing new begins in it.

What runs already is brought to its end there, and a machine's record is kept wherever it comes
from; so the check stands where a person opens a form, not in the verbs that both use.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select

from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.errors import GoesOnElsewhere
from supervision.core.scope import unscoped, visible
from supervision.core.text import N_
from supervision.enterprise import queries
from supervision.enterprise.lineage_models import Lineage
from supervision.enterprise.models import Enterprise, RollStatus
from supervision.enterprise.service import RESTRUCTURED
from supervision.enterprise.workflow import RestructuringKind

# A chain of mergers longer than this is followed no further.
MOST_STEPS = 20


def open_file(enterprise_id: int, actor: Actor) -> Enterprise:
    """The enterprise, for a form that begins something new in its file.

    Raises NotFound out of scope, and GoesOnElsewhere with the survivor's name and address.
    """
    enterprise = queries.get_enterprise(enterprise_id, actor)
    if enterprise.roll_status in RESTRUCTURED:
        raise _elsewhere(enterprise, actor)
    return enterprise


def _elsewhere(enterprise: Enterprise, actor: Actor) -> GoesOnElsewhere:
    found = _successors(enterprise)
    names = ", ".join(one.name for one in found)
    seen = visible(Enterprise, actor, Enterprise.id).where(
        Enterprise.id.in_([one.id for one in found])
    )
    first = db.session.scalars(seen.order_by(Enterprise.id)).first()
    merged = enterprise.roll_status is RollStatus.MERGED
    return GoesOnElsewhere(
        N_("%(name)s merged into %(successor)s. Enter new records there.")
        if merged
        else N_("%(name)s was split into %(successor)s. Enter new records there."),
        url="" if first is None else f"/enterprises/{first}",
        name=enterprise.name,
        successor=names,
    )


def _successors(enterprise: Enterprise) -> Sequence[Enterprise]:
    """In which its file goes on today: a survivor may have merged in its turn."""
    if enterprise.roll_status is not RollStatus.MERGED:
        parts = select(Lineage.successor_id).where(
            Lineage.predecessor_id == enterprise.id, Lineage.kind == RestructuringKind.SPLIT
        )
        return _files(Enterprise.id.in_(parts))
    last = [enterprise]
    for _step in range(MOST_STEPS):
        if last[0].merged_into_id is None:
            break
        last = list(_files(Enterprise.id == last[0].merged_into_id))
    return last


def _files(clause: ColumnElement[bool]) -> Sequence[Enterprise]:
    why = "whoever sees a file may know in which it goes on"
    stmt = unscoped(select(Enterprise).where(clause).order_by(Enterprise.id), reason=why)
    return db.session.scalars(stmt).all()
