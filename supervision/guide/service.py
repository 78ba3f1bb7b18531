"""Verbs of the guide: say that a step is done or left out, hide it, show it again."""

from __future__ import annotations

from sqlalchemy import delete

from supervision.core import audit, clock
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.scope import unscoped, visible
from supervision.enterprise.models import Enterprise
from supervision.guide.models import GuideMark, MarkKind


def mark(enterprise: Enterprise, actor: Actor, kind: MarkKind) -> None:
    """Note a person's word; said twice it is noted once."""
    stmt = visible(GuideMark, actor, GuideMark.id).where(
        GuideMark.enterprise_id == enterprise.id,
        GuideMark.account_id == actor.id,
        GuideMark.kind == kind,
    )
    if db.session.scalars(stmt).first() is not None:
        return
    row = GuideMark(enterprise_id=enterprise.id, account_id=actor.id, kind=kind, at=clock.now())
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "guide.mark", row, kind=kind)


def show_again(enterprise: Enterprise, actor: Actor) -> None:
    """The guide is back on this person's start page."""
    stmt = delete(GuideMark).where(
        GuideMark.enterprise_id == enterprise.id,
        GuideMark.account_id == actor.id,
        GuideMark.kind == MarkKind.HIDDEN,
    )
    db.session.execute(unscoped(stmt, reason="one's own mark"))
    audit.record(actor, "guide.show_again", enterprise)
