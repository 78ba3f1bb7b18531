"""The hazards' chapter of the dossier."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload

from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.dossier import Chapter, Evidence, Section, pick, section_of
from supervision.core.permissions import Permission
from supervision.core.scope import visible
from supervision.hazard import queries
from supervision.hazard.exports import COLUMNS
from supervision.hazard.models import Hazard, HazardFile, HazardRecord
from supervision.hazard.queries import HazardFilter
from supervision.hazard.service import EVIDENCE

_LEFT_OUT = _l(
    "What cameras saw is not copied into a dossier: others' faces are in it. The tickets show it."
)

_SHOWN = pick(
    COLUMNS, "number", "status", "grade", "found_at", "description", "due_on", "closed_at"
)


def _sections(enterprise_id: int, actor: Actor) -> Sequence[Section]:
    stmt = queries.list_hazards(actor, HazardFilter(enterprise_id=enterprise_id))
    note = str(_LEFT_OUT) if _has_footage(enterprise_id, actor) else ""
    return [section_of(stmt, _SHOWN, note=note)]


def _has_footage(enterprise_id: int, actor: Actor) -> bool:
    stmt = (
        visible(Hazard, actor, HazardFile.id)
        .join(HazardFile, HazardFile.hazard_id == Hazard.id)
        .where(Hazard.enterprise_id == enterprise_id, HazardFile.kind == EVIDENCE)
        .limit(1)
    )
    return db.session.scalar(stmt) is not None


def _files(enterprise_id: int, actor: Actor) -> Iterable[Evidence]:
    """Photos of each ticket, and the papers of major ones.

    What cameras saw stays out: everybody who passed is in it, and a dossier is handed on. The
    ticket shows it, and a copy with others' faces blurred can be asked for.
    """
    for model in (HazardFile, HazardRecord):
        stmt = (
            visible(Hazard, actor, Hazard.number, model)
            .join(model, model.hazard_id == Hazard.id)
            .where(Hazard.enterprise_id == enterprise_id, model.attachment_id.is_not(None))
            .options(joinedload(model.attachment))
            .order_by(Hazard.id, model.id)
        )
        if model is HazardFile:
            stmt = stmt.where(HazardFile.kind != EVIDENCE)
        for number, row in db.session.execute(stmt):
            yield Evidence(number, row.attachment)


CHAPTERS = (Chapter("hazards", _l("Hazards"), Permission.HAZARD_READ, 60, _sections, _files),)
