"""The licences' chapter of the dossier, with their scans."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask_babel import lazy_gettext as _l

from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.dossier import Chapter, Evidence, Section, pick, section_of
from supervision.core.permissions import Permission
from supervision.core.scope import visible
from supervision.licence import queries
from supervision.licence.exports import COLUMNS
from supervision.licence.models import Licence, LicenceFile
from supervision.licence.workflow import LicenceState

_SHOWN = pick(COLUMNS, "type", "number", "issuer", "valid_from", "valid_to", "apply_by", "state")


def _sections(enterprise_id: int, actor: Actor) -> Sequence[Section]:
    wanted = queries.LicenceFilter(enterprise_id=enterprise_id, sort="end")
    return [section_of(queries.list_licences(actor, wanted), _SHOWN)]


def _files(enterprise_id: int, actor: Actor) -> Iterable[Evidence]:
    """Scans of papers, applications and decisions, by the licence's number."""
    stmt = (
        visible(Licence, actor, Licence.number, LicenceFile)
        .join(LicenceFile, LicenceFile.licence_id == Licence.id)
        .where(Licence.enterprise_id == enterprise_id, Licence.status != LicenceState.DISCARDED)
        .order_by(Licence.id, LicenceFile.id)
    )
    for number, file in db.session.execute(stmt):
        yield Evidence(number, file.attachment)


CHAPTERS = (Chapter("licences", _l("Licences"), Permission.LICENCE_READ, 20, _sections, _files),)
