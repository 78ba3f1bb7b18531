"""The documents' chapter of the dossier: how complete the file is, every version, its scans."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from supervision.core.actor import Actor
from supervision.core.db import db
from supervision.core.dossier import MOST_ROWS, Chapter, Evidence, Section, section_of
from supervision.core.export.columns import Kind
from supervision.core.permissions import Permission
from supervision.document import gaps, kinds, labels, queries
from supervision.document.exports import OWN_COLUMNS
from supervision.enterprise import queries as enterprises


def _sections(enterprise_id: int, actor: Actor) -> Sequence[Section]:
    complete = gaps.completeness_of(enterprises.get_enterprise(enterprise_id, actor))
    named = kinds.by_codes(set(complete.required))

    def names(codes: Sequence[str]) -> str:
        return str(_(", ")).join(labels.kind_name(named[code]) for code in codes)

    held = _("%(held)s of %(required)s", held=len(complete.held), required=len(complete.required))
    facts = [
        (_("Documents that are required"), held, Kind.TEXT),
        (_("Missing"), names(complete.missing), Kind.TEXT),
        (_("Expired"), names(complete.expired), Kind.TEXT),
    ]
    stmt = queries.all_of_enterprise(enterprise_id, actor)
    return [Section(facts=facts), section_of(stmt, OWN_COLUMNS)]


def _files(enterprise_id: int, actor: Actor) -> Iterable[Evidence]:
    for document in db.session.scalars(
        queries.all_of_enterprise(enterprise_id, actor).limit(MOST_ROWS)
    ).unique():
        for scan in document.scans:
            yield Evidence(f"{document.title} v{document.version}", scan.attachment)


CHAPTERS = (Chapter("documents", _l("Documents"), Permission.DOCUMENT_READ, 50, _sections, _files),)
