"""The inspections' chapter of the dossier: for the enterprise those that are recorded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload

from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.dossier import Chapter, Evidence, Section, pick, section_of
from supervision.core.permissions import Permission
from supervision.core.scope import visible
from supervision.inspection import queries
from supervision.inspection.exports import COLUMNS
from supervision.inspection.models import Inspection, InspectionFile
from supervision.inspection.queries import InspectionFilter

_SHOWN = pick(COLUMNS, "number", "paper", "kind", "status", "subject", "planned_on", "officers")


def _sections(enterprise_id: int, actor: Actor) -> Sequence[Section]:
    stmt = queries.list_inspections(actor, InspectionFilter(enterprise_id=enterprise_id))
    return [section_of(stmt.options(joinedload(Inspection.document)), _SHOWN)]


def _files(enterprise_id: int, actor: Actor) -> Iterable[Evidence]:
    """Records as they were issued, and photos."""
    records = visible(Inspection, actor).where(
        Inspection.enterprise_id == enterprise_id, Inspection.document_id.is_not(None)
    )
    records = records.options(joinedload(Inspection.document)).order_by(Inspection.id)
    for inspection in db.session.scalars(records).unique():
        if inspection.document is not None:
            yield Evidence(inspection.number, inspection.document.pdf)
    photos = (
        visible(Inspection, actor, Inspection.number, InspectionFile)
        .join(InspectionFile, InspectionFile.inspection_id == Inspection.id)
        .where(Inspection.enterprise_id == enterprise_id)
        .order_by(Inspection.id, InspectionFile.id)
    )
    for number, photo in db.session.execute(photos):
        yield Evidence(number, photo.attachment)


CHAPTERS = (
    Chapter("inspections", _l("Inspections"), Permission.INSPECTION_READ, 70, _sections, _files),
)
