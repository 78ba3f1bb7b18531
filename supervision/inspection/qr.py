"""The code at an enterprise's gate: scanned on entry, it leads to today's inspection.

The code holds an address with a random token and nothing else. Whoever finds the token without
signing in, or without seeing the enterprise, learns nothing from it.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Sequence
from datetime import datetime

import segno
from sqlalchemy import CheckConstraint, Index, String, or_, text
from sqlalchemy.orm import Mapped, joinedload, mapped_column

from supervision.core import audit, clock
from supervision.core.actor import Actor
from supervision.core.db import Base, db
from supervision.core.scope import visible
from supervision.enterprise.models import Enterprise, OwnedByEnterprise
from supervision.inspection.models import Inspection, InspectionOfficer
from supervision.inspection.workflow import InspectionKind, InspectionState

# 128 bits: nobody guesses one.
TOKEN_BYTES = 16
SCALE = 12
# Choices that a person reads at a gate.
MOST_CHOICES = 20


class EnterpriseCode(OwnedByEnterprise, Base):
    """A code as issued. A new one takes the old one's place, which is then worth nothing."""

    __tablename__ = "enterprise_code"
    __table_args__ = (
        CheckConstraint(
            "revoked_at IS NULL OR revoked_at >= issued_at", name="revoked_after_issue"
        ),
        # At most one that holds.
        Index(
            "uq_enterprise_code_current",
            "enterprise_id",
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
            sqlite_where=text("revoked_at IS NULL"),
        ),
    )

    token: Mapped[str] = mapped_column(String(32), unique=True)
    issued_at: Mapped[datetime]
    issued_by: Mapped[str] = mapped_column(String(40))
    revoked_at: Mapped[datetime | None]


def current(enterprise_id: int, actor: Actor) -> EnterpriseCode | None:
    """The code that holds for an enterprise, if one was issued."""
    stmt = visible(EnterpriseCode, actor).where(
        EnterpriseCode.enterprise_id == enterprise_id, EnterpriseCode.revoked_at.is_(None)
    )
    found: EnterpriseCode | None = db.session.scalars(stmt).first()
    return found


def by_token(token: str, actor: Actor) -> EnterpriseCode | None:
    """The code that holds, of an enterprise that ``actor`` sees; None for anything else."""
    stmt = (
        visible(EnterpriseCode, actor)
        .where(EnterpriseCode.token == token, EnterpriseCode.revoked_at.is_(None))
        .options(joinedload(EnterpriseCode.enterprise))
    )
    found: EnterpriseCode | None = db.session.scalars(stmt).first()
    return found


def issue(enterprise: Enterprise, actor: Actor) -> EnterpriseCode:
    """Issue a code, the first or one in place of the one before."""
    old = current(enterprise.id, actor)
    now = clock.now()
    if old is not None:
        old.revoked_at = now
        db.session.flush()
    code = EnterpriseCode(
        enterprise_id=enterprise.id,
        token=secrets.token_urlsafe(TOKEN_BYTES),
        issued_at=now,
        issued_by=actor.name,
    )
    db.session.add(code)
    db.session.flush()
    audit.record(actor, "inspection.code", code, enterprise_id=enterprise.id, replaced=bool(old))
    return code


def waiting(enterprise_id: int, actor: Actor) -> Sequence[Inspection]:
    """What ``actor`` is to inspect there today, or has begun and not finished."""
    S = InspectionState  # noqa: N806 - as the workflow calls it
    ready = or_(
        Inspection.status == S.NOTIFIED,
        (Inspection.status == S.DRAFT) & (Inspection.kind != InspectionKind.ADMINISTRATIVE),
    )
    stmt = (
        visible(Inspection, actor)
        .join(InspectionOfficer, InspectionOfficer.inspection_id == Inspection.id)
        .where(
            Inspection.enterprise_id == enterprise_id,
            InspectionOfficer.account_id == actor.id,
            or_(
                Inspection.status == S.ONGOING,
                ready & (Inspection.planned_on == clock.today()),
            ),
        )
        .order_by(Inspection.status == S.ONGOING, Inspection.planned_on.desc(), Inspection.id)
        .limit(MOST_CHOICES)
    )
    return db.session.scalars(stmt).all()


def picture(address: str, kind: str) -> io.BytesIO:
    """The code of ``address`` as ``svg`` or ``png``, readable when a tenth of it is dirty."""
    out = io.BytesIO()
    made = segno.make(address, error="m", micro=False)
    options = {"omitsize": True, "xmldecl": True} if kind == "svg" else {"dpi": 300}
    made.save(out, kind=kind, scale=SCALE, border=4, **options)
    out.seek(0)
    return out
