"""The commitments' chapter of the dossier: months, what was published, what was missed; signatures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from supervision.commitment import exports, labels, queries
from supervision.commitment.models import (
    Commitment,
    CommitmentMissed,
    CommitmentMonth,
    CommitmentSignature,
)
from supervision.commitment.workflow import CommitmentState
from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.dossier import Chapter, Evidence, Section, pick, section_of
from supervision.core.export.columns import Column, Kind
from supervision.core.permissions import Permission
from supervision.core.scope import visible

MONTHS = 24

_MONTHS: tuple[Column[CommitmentMonth], ...] = (
    Column("month", _l("Month"), lambda m: f"{m.month:%Y-%m}", width=12),
    *pick(exports.MONTH_COLUMNS, "due", "kept", "late", "missed"),
)
_COMMITMENTS: tuple[Column[Commitment], ...] = (
    Column("period", _l("Period"), lambda c: labels.period_name(c.period, c.day), width=14),
    Column(
        "production",
        _l("State of production"),
        lambda c: str(labels.PRODUCTION_LABELS[c.production]),
        width=20,
    ),
    Column("operations", _l("Special operations"), lambda c: c.operation_count, Kind.INTEGER),
    Column("majors", _l("Open major hazards"), lambda c: c.majors, Kind.INTEGER),
    Column("by", _l("Published by"), lambda c: c.published_by, width=12),
    Column("at", _l("Published at"), lambda c: c.first_published_at, Kind.INSTANT, 18),
    Column("revision", _l("Revision"), lambda c: c.revision, Kind.INTEGER),
)
_MISSED: tuple[Column[CommitmentMissed], ...] = (
    Column("period", _l("Period"), lambda m: labels.period_name(m.period, m.day), width=14),
    Column("due", _l("Due by"), lambda m: m.due_at, Kind.INSTANT, 18),
    Column("made_up", _l("Made up for at"), lambda m: m.made_up_at, Kind.INSTANT, 18),
)


def _sections(enterprise_id: int, actor: Actor) -> Sequence[Section]:
    published = queries.history(enterprise_id, actor).where(
        Commitment.status == CommitmentState.PUBLISHED
    )
    return [
        Section(
            title=_("Months"), columns=_MONTHS, rows=queries.months(enterprise_id, actor, MONTHS)
        ),
        section_of(published, _COMMITMENTS, title=_("Safety commitments")),
        section_of(queries.missed(enterprise_id, actor), _MISSED, title=_("Missing")),
    ]


def _files(enterprise_id: int, actor: Actor) -> Iterable[Evidence]:
    """Signatures that were drawn, by the day of their commitment."""
    stmt = (
        visible(Commitment, actor, Commitment.period, Commitment.day, CommitmentSignature)
        .join(CommitmentSignature, CommitmentSignature.commitment_id == Commitment.id)
        .where(
            Commitment.enterprise_id == enterprise_id,
            Commitment.status != CommitmentState.DRAFT,
            CommitmentSignature.attachment_id.is_not(None),
        )
        .order_by(Commitment.id, CommitmentSignature.id)
    )
    for period, day, signature in db.session.execute(stmt):
        if signature.attachment is not None:
            yield Evidence(labels.period_name(period, day), signature.attachment)


CHAPTERS = (
    Chapter(
        "commitments",
        _l("Safety commitments"),
        Permission.COMMITMENT_READ,
        72,
        _sections,
        _files,
    ),
)
