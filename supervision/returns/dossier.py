"""The returns' chapter of the dossier."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload, selectinload

from supervision.core.actor import Actor
from supervision.core.dossier import Chapter, Section, pick, section_of
from supervision.core.permissions import Permission
from supervision.returns import queries
from supervision.returns.exports import COLUMNS
from supervision.returns.models import PeriodReturn
from supervision.returns.queries import ReturnFilter

_SHOWN = pick(
    COLUMNS, "kind", "first", "last", "due_on", "status", "late", "found", "rectified", "open"
)


def _sections(enterprise_id: int, actor: Actor) -> Sequence[Section]:
    stmt = queries.list_returns(actor, ReturnFilter(enterprise_id=enterprise_id))
    loaded = joinedload(PeriodReturn.layout), selectinload(PeriodReturn.corrections)
    return [section_of(stmt.options(*loaded), _SHOWN)]


CHAPTERS = (Chapter("returns", _l("Period returns"), Permission.RETURN_READ, 65, _sections),)
